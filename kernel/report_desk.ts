import { formatPlace, formatTaken, KernelBug } from "./report.ts";
import type { Place, Report, ReportDetails, ReportKind, TaintLetter } from "./report.ts";
import { callerLine, thrownLine } from "./stack_line.ts";
import type { KernelWorld, ModuleFault } from "./world.ts";

/** Whether a place names the line of the user's code: always, in reports only, or never. */
export type Stacks = boolean | "reports";

/**
 * Keeps the reports. It says where the run is, records each finding once, and reports at shutdown what is left.
 */
export class ReportDesk {
  /** The findings so far. */
  readonly reports: Report[] = [];
  /** The letters that say what taints the kernel. */
  taint = "";
  readonly #kernel: KernelWorld;
  readonly #stacks: Stacks;
  /** The findings so far, by kind, place and subject. */
  readonly #recorded = new Set<string>();
  readonly #shutdownChecks: (() => void)[] = [];
  #isDown = false;

  /** Opens a desk without reports. */
  constructor(kernel: KernelWorld, stacks: Stacks) {
    this.#kernel = kernel;
    this.#stacks = stacks;
  }

  /** Taints the kernel (add_taint). */
  addTaint(letter: TaintLetter): void {
    if (!this.taint.includes(letter)) this.taint += letter;
  }

  /** Where the run is: the CPU, task, module and call, and the number of the event. */
  place(what?: string): Place {
    const { clock, context, trace } = this.#kernel;
    const frame = context.frames.at(-1);
    return {
      cpu: context.name,
      task: frame?.task == null ? null : String(frame.task),
      module: context.module,
      what: what ?? frame?.what ?? "no call",
      event: trace?.sequence ?? 0,
      time: clock.now,
      ...(this.#stacks === true ? { stack: callerLine() } : {}),
    };
  }

  /** Records a finding, once per kind and place, and goes on (WARN). */
  report(kind: ReportKind, headline: string, details: ReportDetails): Report {
    const place = this.#placeOfReport(details);
    const module = details.module === undefined ? place.module : details.module;
    const report: Report = {
      kind,
      headline,
      text: this.#text(kind, headline, { place, module, lines: details.lines ?? [] }),
      place,
      module,
      taint: this.taint,
      ...(details.lock === undefined ? {} : { lock: details.lock }),
      ...(details.held === undefined ? {} : { held: details.held }),
      ...(details.taken === undefined ? {} : { taken: details.taken }),
      ...(details.hook === undefined ? {} : { hook: details.hook }),
      ...(details.injected ? { injected: true } : {}),
    };
    const key = `${kind}|${place.what}|${module}|${details.lock ?? headline}`;
    if (this.#recorded.has(key)) return report;
    this.#recorded.add(key);
    this.reports.push(report);
    this.#kernel.printk(report.text, "err");
    if (this.#kernel.trace !== null) this.#kernel.trace.emit({ type: "report", report });
    return report;
  }

  #placeOfReport({ what, stack }: ReportDetails): Place {
    const { stack: running, ...place } = this.place(what);
    const line = !this.#stacks || stack === null ? undefined : stack ?? running ?? callerLine();
    return line === undefined ? place : { ...place, stack: line };
  }

  #text(
    kind: ReportKind,
    headline: string,
    { place, module, lines }: { place: Place; module: string | null; lines: readonly string[] },
  ): string {
    const culprit = module === null ? "" : `, module ${module}`;
    const taint = this.taint === "" ? "Not tainted" : `Tainted: ${this.taint}`;
    return [
      `${kind === "module-fault" ? "oops" : "BUG"}: ${kind}: ${headline}`,
      `  at ${formatPlace(place)}${culprit}, ${taint}`,
      ...lines.map((line) => `  ${line}`),
    ].join("\n");
  }

  /** Records a finding after which the kernel cannot go on, and throws it (BUG). */
  bug(kind: ReportKind, headline: string, details: ReportDetails): never {
    throw new KernelBug(headline, this.report(kind, headline, details));
  }

  /** Records that a module's code threw or gave an invalid answer (an oops). */
  moduleFault(module: string, { what, task, cause, injected }: ModuleFault): void {
    this.addTaint("D");
    const subject = task === null ? "" : ` for ${task}`;
    const stack = this.#stacks ? thrownLine(cause) : null;
    this.report("module-fault", `${module}.${what}${subject}: ${describe(cause)}`, {
      module,
      stack,
      hook: what,
      injected,
    });
  }

  /** Adds a check that reports at shutdown what a service has left. */
  addShutdownCheck(check: () => void): void {
    this.#shutdownChecks.push(check);
  }

  /** Reports what is left: held locks, references, and what the shutdown checks find. Only the first call does so. */
  shutdown(): readonly Report[] {
    if (this.#isDown) return this.reports;
    this.#isDown = true;
    if (this.#kernel.lockdep === null) return this.reports;
    this.#reportHeldLocks();
    this.#reportReferences();
    for (const check of this.#shutdownChecks) check();
    return this.reports;
  }

  #reportHeldLocks(): void {
    for (const { held } of this.#kernel.contexts) {
      for (const { lock, mode, taken } of held) {
        this.report("lock-leaked", `${lock.lockName} is still held for ${mode}`, {
          lock: lock.lockName,
          taken,
          module: taken.module,
          lines: [`taken ${formatTaken(taken)}`],
        });
      }
    }
  }

  #reportReferences(): void {
    for (const { task, taken } of this.#kernel.references!) {
      this.report("reference-leak", `a reference to ${task} (task ${task.serial}) was never put`, {
        taken: taken!,
        module: taken!.module,
        lines: [`taken ${formatTaken(taken!)}`],
      });
    }
  }
}

function describe(cause: unknown): string {
  try {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  } catch {
    // A module may throw a value that throws again when it is read.
    return "something that cannot be shown";
  }
}
