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

/** Where in a run something happened, without files and clocks: the same in every run. */
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
  /** The first line of user code on the stack, with `debug: { stacks: true }`. */
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
  /** The hook or function of the module that broke down, for a module fault. */
  readonly hook?: string;
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
  /** The hook or function of the module that broke down. */
  readonly hook?: string;
  /** Whether a test injected the fault. */
  readonly injected?: boolean;
  /** The call concerned, when it is not the one in progress. */
  readonly what?: string;
  /** The line of user code that the report names with `stacks`; null for none. By default it is the line that runs. */
  readonly stack?: string | null;
}

/**
 * A broken rule that the kernel cannot go on from (BUG_ON): a self-deadlock, a freed task in use. Not to be handled.
 *
 * @example
 * ```ts
 * import { boot, formatPlace, KernelBug } from "@pnotify/pnotify";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * const bug = assertThrows(() => kernel.tasklistLock.readUnlock(), KernelBug);
 * assertEquals(bug.report?.kind, "lock-not-held");
 * assertEquals(formatPlace(kernel.place("my_check")), "cpu0 in my_check, event 3");
 * ```
 */
export class KernelBug extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "KernelBug";
  /** The finding as data, or `null` when checks are off. */
  readonly report: Report | null;

  /** @internal Makes the error, with the finding in one line and as data. */
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
 * @param place The place.
 * @returns For example `cpu0 sh[3] in job.exit, event 12`.
 */
export function formatPlace(place: Place): string {
  const subject = place.task === null ? place.cpu : `${place.cpu} ${place.task}`;
  const stack = place.stack === undefined ? "" : ` (${place.stack})`;
  return `${subject} in ${place.what}, event ${place.event}${stack}`;
}
