import { exitThread } from "./exit.ts";
import { wakeUp } from "./pending.ts";
import { endsByDefault } from "./send_signal.ts";
import { signalMask } from "./signal.ts";
import { EXIT_DEAD, PF_EXITING, type Task, TASK_INTERRUPTIBLE } from "./task.ts";
import { putTaskStruct } from "./task_reference.ts";
import type { KernelWorld, PendingSignal } from "./world.ts";

/** Signals that dump core, where the limit allows one. */
const DUMPS_CORE = /* @__PURE__ */ signalMask(
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGSEGV",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGSYS",
);

/** Delivers what is pending, oldest first; a signal to an uninterruptible sleeper goes on waiting. */
export function deliverSignals(kernel: KernelWorld): void {
  const waiting: PendingSignal[] = [];
  while (kernel.pendingSignals !== null) {
    const batch: PendingSignal[] = kernel.pendingSignals;
    kernel.pendingSignals = null;
    for (const pending of batch) {
      if (!deliver(kernel, pending)) waiting.push(pending);
      else putTaskStruct(pending.target);
    }
  }
  if (waiting.length > 0) kernel.pendingSignals = waiting;
}

/** @returns Whether it needs no further try. */
function deliver(kernel: KernelWorld, pending: PendingSignal): boolean {
  // A thread that called exec meanwhile has taken over the place of its leader.
  const leader = pending.target.groupLeader;
  if (leader.state === EXIT_DEAD || leader.liveThreads === 0) return true;
  const { signal } = pending;
  if (!pending.fatal) {
    const action = leader.signalActions?.[signal] ?? "default";
    if (action === "catch") interruptOne(kernel, leader);
    // The handler may be gone since, with the program that it was part of.
    if (action !== "default" || !endsByDefault(leader, signal)) return true;
  }
  if (findThread(leader, (thread) => thread.sleep?.killable === false) !== null) return false;
  // A thread that is in a call on another CPU dies when it returns from that.
  if (
    kernel.preemption !== null && findThread(leader, (thread) => kernel.isBusy(thread)) !== null
  ) {
    return false;
  }
  if (signal !== 0 && leader.groupExitCode < 0) leader.groupExitCode = signalStatus(leader, signal);
  endThreads(kernel, leader);
  return true;
}

/** A handler runs in one thread: one that sleeps interruptibly, if there is one. */
function interruptOne(kernel: KernelWorld, leader: Task): void {
  const sleeper = findThread(leader, (thread) => thread.state === TASK_INTERRUPTIBLE);
  if (sleeper !== null) wakeUp(kernel, sleeper.sleep!, null, "EINTR");
}

function findThread(leader: Task, matches: (thread: Task) => boolean): Task | null {
  let thread = leader;
  do {
    if (matches(thread)) return thread;
    thread = thread.nextThread;
  } while (thread !== leader);
  return null;
}

function signalStatus(leader: Task, signal: number): number {
  const dumps = signal < 32 && (DUMPS_CORE & (1 << signal)) !== 0 && leader.limits.core > 0;
  return dumps ? signal | 0x80 : signal;
}

function endThreads(kernel: KernelWorld, leader: Task): void {
  for (;;) {
    const thread = findThread(leader, (task) => (task.flags & PF_EXITING) === 0);
    if (thread === null) return;
    exitThread(kernel, thread, leader.groupExitCode);
  }
}
