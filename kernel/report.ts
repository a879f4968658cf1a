/** The name of a simulated CPU. */
export type ContextName = `cpu${number}`;

/** What kind of misuse or fault a {@linkcode Report} tells of. */
export type ReportKind =
  | "self-deadlock"
  | "lock-not-held"
  | "lock-inversion"
  | "lock-recursion"
  | "lock-needed"
  | "lock-leaked"
  | "sleep-in-atomic"
  | "asleep"
  | "use-after-free"
  | "double-put"
  | "reference-leak"
  | "subscriber-leak"
  | "never-born"
  | "module-leak"
  | "module-fault";

/** Where in a run something happened, told without files or clocks so that it is the same in every run. */
export interface Place {
  /** The simulated CPU. */
  readonly cpu: ContextName;
  /** The task that ran, as `comm[pid]`, or `null` outside any task. */
  readonly task: string | null;
  /** The module whose code ran, or `null`. */
  readonly module: string | null;
  /** What ran: an operation such as `fork`, or a hook such as `job.exit`. */
  readonly what: string;
  /** The sequence number of the last trace event. */
  readonly event: number;
  /** Virtual time, in nanoseconds since boot. */
  readonly time: number;
  /** The first line of user code on the stack, when `debug: { stacks: true }` asked for it. */
  readonly stack?: string;
}

/** One finding of the checkers: data for programs, text for people. */
export interface Report {
  /** The kind of finding. */
  readonly kind: ReportKind;
  /** The finding in one line. */
  readonly headline: string;
  /** The whole story, as it is logged. */
  readonly text: string;
  /** Where it was found. */
  readonly place: Place;
  /** The module held responsible, or `null` when it was none. */
  readonly module: string | null;
  /** The lock concerned, by name. */
  readonly lock?: string;
  /** The lock that was held already, for two locks in the wrong order. */
  readonly held?: string;
  /** Where the lock, reference, subscription or registration concerned was taken: by which CPU, task and module. */
  readonly taken?: Place;
  /** The kernel's taint letters when it was found. */
  readonly taint: string;
  /** Set when a test injected the fault. */
  readonly injected?: boolean;
}

/** What taints a kernel: a proprietary module, one out of tree, a forced load, a fault of a module. */
export type TaintLetter = "P" | "O" | "F" | "D";

/** What goes with a report beyond its headline. */
export interface ReportDetails {
  /** More lines for the text. */
  readonly lines?: readonly string[];
  /** The lock concerned. */
  readonly lock?: string;
  /** The lock that was held already. */
  readonly held?: string;
  /** Where the lock or reference concerned was taken. */
  readonly taken?: Place;
  /** The module responsible; the one that runs by default. */
  readonly module?: string | null;
  /** Whether a test injected the fault. */
  readonly injected?: boolean;
  /** The call concerned, when it is not the one in progress. */
  readonly what?: string;
  /** The line of user code to blame where stacks are asked for, null for none; the one that runs by default. */
  readonly stack?: string | null;
}

/**
 * A broken rule that the kernel cannot go on from: a self-deadlock, the release of a lock that is not held, the use of
 * a freed task. Nobody is expected to handle it.
 *
 * Origin: our own, after `BUG()`.
 *
 * @example
 * ```ts
 * import { boot, KernelBug } from "@pnotify/pnotify";
 * import { assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * assertThrows(() => kernel.tasklistLock.readUnlock(), KernelBug);
 * ```
 */
export class KernelBug extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "KernelBug";
  /** The finding as data, or `null` when checks are off. */
  readonly report: Report | null;

  /**
   * Makes the error of a run that cannot go on.
   *
   * @param message The finding in one line.
   * @param report The finding as data.
   */
  constructor(message: string, report: Report | null = null) {
    super(message);
    this.report = report;
  }
}

/** Says where something was taken, and by which module. */
export function formatTaken(place: Place): string {
  return place.module === null
    ? formatPlace(place)
    : `${formatPlace(place)}, by module ${place.module}`;
}

/**
 * Says where a place is, in words.
 *
 * Origin: our own.
 *
 * @param place The place.
 * @returns For example `cpu0 sh[3] in job.exit, event 12`.
 * @example
 * ```ts
 * import { formatPlace } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const place = { cpu: "cpu0" as const, task: "sh[3]", module: "job", what: "job.exit", event: 12, time: 0 };
 * assertEquals(formatPlace(place), "cpu0 sh[3] in job.exit, event 12");
 * ```
 */
export function formatPlace(place: Place): string {
  const who = place.task === null ? place.cpu : `${place.cpu} ${place.task}`;
  const stack = place.stack === undefined ? "" : ` (${place.stack})`;
  return `${who} in ${place.what}, event ${place.event}${stack}`;
}
