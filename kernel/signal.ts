import { KernelError } from "./errno.ts";

/**
 * The signals of Linux, by name.
 *
 * @example
 * ```ts
 * import { boot, Signal, signalName, signalNumber } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const shell = kernel.fork(kernel.init);
 * kernel.setSignalAction(shell, { signal: "SIGTERM", action: "ignore" });
 * assertEquals([kernel.kill(shell.pid, "SIGTERM"), shell.state], [1, "R"]);
 * kernel.kill(shell.pid, "SIGKILL");
 * assertEquals([signalName(shell.exitCode), signalNumber("SIGKILL")], ["SIGKILL", Signal.SIGKILL]);
 * ```
 */
export const Signal: Readonly<Record<SignalName, number>> = /* @__PURE__ */ Object.freeze<
  Record<SignalName, number>
>({
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
});

/** The name of a signal. */
export type SignalName =
  | "SIGHUP"
  | "SIGINT"
  | "SIGQUIT"
  | "SIGILL"
  | "SIGTRAP"
  | "SIGABRT"
  | "SIGBUS"
  | "SIGFPE"
  | "SIGKILL"
  | "SIGUSR1"
  | "SIGSEGV"
  | "SIGUSR2"
  | "SIGPIPE"
  | "SIGALRM"
  | "SIGTERM"
  | "SIGSTKFLT"
  | "SIGCHLD"
  | "SIGCONT"
  | "SIGSTOP"
  | "SIGTSTP"
  | "SIGTTIN"
  | "SIGTTOU"
  | "SIGURG"
  | "SIGXCPU"
  | "SIGXFSZ"
  | "SIGVTALRM"
  | "SIGPROF"
  | "SIGWINCH"
  | "SIGIO"
  | "SIGPWR"
  | "SIGSYS";

/** What a process does about a signal: the default action, nothing, or a handler of its own. */
export type SignalAction = "default" | "ignore" | "catch";

/** What a process does about signals. Never changed, only replaced, so that many processes share one. */
export type SignalActions = Readonly<Partial<Record<number, "ignore" | "catch">>>;

/** Some signals as bits. */
export function signalMask(...names: SignalName[]): number {
  let bits = 0;
  for (const name of names) bits |= 1 << Signal[name];
  return bits;
}

/** Signals whose default action does nothing. Processes are never stopped here. */
const IGNORED_BY_DEFAULT = /* @__PURE__ */ signalMask(
  "SIGCHLD",
  "SIGCONT",
  "SIGURG",
  "SIGWINCH",
  "SIGSTOP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
);

/** Whether the default action of a signal lets the process live. */
export function isIgnoredByDefault(signal: number): boolean {
  return signal < 32 && (IGNORED_BY_DEFAULT & (1 << signal)) !== 0;
}

/**
 * The number of a signal.
 *
 * Origin: `str2sig(3)`.
 *
 * @param signal A name or a number; 0 asks whether a signal could be sent.
 * @returns Its number.
 * @throws {KernelError} EINVAL when there is no such signal.
 */
export function signalNumber(signal: SignalName | number): number {
  const number = typeof signal === "number" ? signal : Signal[signal];
  if (Number.isInteger(number) && number >= 0 && number <= 64) return number;
  throw new KernelError("EINVAL", {
    action: "send signal",
    name: String(signal),
    found: "there is no such signal",
    wanted: "a signal name or a number from 0 to 64 is wanted",
  });
}

/**
 * The name of a signal (sigabbrev_np).
 *
 * @param signal Its number.
 * @returns For example `SIGKILL`; `SIG40` for one without a name.
 */
export function signalName(signal: number): string {
  for (const name in Signal) {
    if (Signal[name as SignalName] === signal) return name;
  }
  return `SIG${signal}`;
}
