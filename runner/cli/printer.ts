import type { Refusal } from "../execute/refusal.ts";
import { formatDiagnostic } from "../report/diagnostic.ts";
import { formatJson } from "../report/json.ts";
import { formatJunit } from "../report/junit.ts";
import { formatResult } from "../report/pretty.ts";
import { printable, type Style } from "../report/style.ts";
import { type Entry, totalsOf } from "../report/summary.ts";
import { formatTap } from "../report/tap.ts";
import type { Invocation } from "./command.ts";
import { type Io, styleFor } from "./io.ts";
import type { RunSettings } from "./options.ts";
import { VERSION } from "./version.ts";

/** The outcome of one file. */
export interface FileOutcome {
  /** The outcomes of its scenarios. */
  readonly entries: readonly Entry[];
  /** Whether it is the only scenario of the only file. Such a scenario is shown in full. */
  readonly isAlone: boolean;
  /** Whether the file was rewritten. */
  readonly isUpdated: boolean;
}

/** Prints the outcomes of scenarios, in order. People see each as it ends, programs get all at the end. */
export class Printer {
  readonly #io: Io;
  readonly #settings: RunSettings;
  readonly #files: number;
  readonly #outStyle: Style;
  readonly #errStyle: Style;
  readonly #hasProgress: boolean;
  #done = 0;

  /**
   * Makes a printer that has printed nothing.
   *
   * @param invocation The command line.
   * @param settings The settings of the run.
   * @param files How many files there are.
   */
  constructor(invocation: Invocation, settings: RunSettings, files: number) {
    const { io } = invocation;
    const color = invocation.text("color") ?? "auto";
    this.#io = io;
    this.#settings = settings;
    this.#files = files;
    this.#outStyle = styleFor(color, io.isOutTerminal, io);
    this.#errStyle = styleFor(color, io.isErrTerminal, io);
    this.#hasProgress = io.isErrTerminal && files > 1;
  }

  get #isPretty(): boolean {
    return this.#settings.format === "pretty";
  }

  /** Prints the head of a run. */
  begin(): void {
    const { quiet, seed } = this.#settings;
    if (this.#isPretty && !quiet) {
      const seeded = seed === null ? "" : `  seed ${seed}`;
      this.#io.out(this.#outStyle.dim(`pnotify ${VERSION}${seeded}`));
    }
    this.#showProgress();
  }

  #showProgress(): void {
    if (!this.#hasProgress) return;
    this.#io.progress(`\r\x1b[2K${this.#done}/${this.#files} files`);
  }

  #hideProgress(): void {
    if (this.#hasProgress) this.#io.progress("\r\x1b[2K");
  }

  /** Prints the outcome of a file. */
  print(outcome: FileOutcome): void {
    this.#done++;
    this.#hideProgress();
    if (this.#isPretty) {
      for (const entry of outcome.entries) this.#printEntry(entry, outcome.isAlone);
      if (outcome.isUpdated) this.#io.out(`  updated ${outcome.entries[0].file}`);
    }
    if (this.#done < this.#files) this.#showProgress();
  }

  #printEntry(entry: Entry, isAlone: boolean): void {
    const { result, diagnostics, crash, source, title, file } = entry;
    for (const line of entry.console) this.#io.err(`console: ${printable(line)}`);
    const { trace, tree, log, quiet, timing } = this.#settings;
    if (result !== null) {
      const said = formatResult(result, source, {
        style: this.#outStyle,
        errStyle: this.#errStyle,
        trace: trace ?? (isAlone && !quiet),
        tree: tree ?? (isAlone && !quiet),
        log,
        quiet,
      });
      said.out.forEach((line) => this.#io.out(line));
      said.err.forEach((line) => this.#io.err(line));
      if (timing && said.out.length > 0) this.#io.out(`  took ${formatTime(entry.milliseconds)}`);
      return;
    }
    if (title !== null) this.#io.out(`${this.#outStyle.bold(file)}  ${printable(title)}`);
    for (const diagnostic of diagnostics) {
      const shown = entry.sources.get(diagnostic.file) ?? source;
      formatDiagnostic(diagnostic, shown, this.#errStyle).forEach((line) => this.#io.err(line));
    }
    if (crash === null) return;
    this.#io.err(`${this.#errStyle.red("error")}: ${printable(crash.title)}`);
    for (const note of crash.notes) this.#io.err(`  = ${printable(note)}`);
  }

  /** Prints the totals, or the whole report in a format for programs. */
  end(entries: readonly Entry[], milliseconds: number): void {
    const { format, timing } = this.#settings;
    if (format === "json") this.#io.out(formatJson(entries, VERSION, timing));
    if (format === "tap") formatTap(entries, timing).forEach((line) => this.#io.out(line));
    if (format === "junit") formatJunit(entries, timing).forEach((line) => this.#io.out(line));
    if (!this.#isPretty) return;
    const { scenarios, passed, failed } = totalsOf(entries);
    const style = this.#outStyle;
    const counts = [
      `${scenarios} ${scenarios === 1 ? "scenario" : "scenarios"}`,
      passed > 0 ? style.green(`${passed} passed`) : `${passed} passed`,
      failed > 0 ? style.red(`${failed} failed`) : `${failed} failed`,
    ];
    const time = timing ? ` in ${formatTime(milliseconds)}` : "";
    this.#io.out(counts.join(", ") + time);
  }
}

function formatTime(milliseconds: number): string {
  return milliseconds < 1000
    ? `${milliseconds.toFixed(1)} ms`
    : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Says why a file of a user was refused. */
export function printRefusal({ io, text }: Invocation, refusal: Refusal): void {
  const style = styleFor(text("color") ?? "auto", io.isErrTerminal, io);
  if (refusal.kind === "refused") {
    for (const { diagnostic, source } of refusal.mistakes) {
      formatDiagnostic(diagnostic, source, style).forEach((line) => io.err(line));
    }
    return;
  }
  io.err(`${style.red("error")}: ${printable(refusal.title)}`);
  for (const note of refusal.notes) io.err(`  = ${printable(note)}`);
}
