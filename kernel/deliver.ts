import { exitThread } from "./exit.ts";
import { wakeUp } from "./pending.ts";
import { endsByDefault } from "./send_signal.ts";
import { signalMask } from "./signal.ts";
import { EXIT_DEAD, PF_EXITING, type Task, TASK_INTERRUPTIBLE } from "./task.ts";
import { putTaskStruct } from "./task_reference.ts";
import { statusOfSignal } from "./wait_status.ts";
import type { KernelWorld, PendingSignal } from "./world.ts";

/** Signals that dump core if the core limit allows it. */
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

/** Delivers pending signals, oldest first. A signal to an uninterruptible sleeper stays pending. */
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

/** Delivers one signal; returns false when it has to stay pending. */
function deliver(kernel: KernelWorld, pending: PendingSignal): boolean {
  // After the signal was sent, a thread may have called exec. Then it is the leader now.
  const leader = pending.target.groupLeader;
  if (leader.state === EXIT_DEAD || leader.liveThreads === 0) return true;
  const { signal } = pending;
  if (!pending.fatal) {
    const action = leader.signalActions?.[signal] ?? "default";
    if (action === "catch") interruptSleeper(kernel, leader);
    // After the signal was sent, exec may have removed the handler. Then the signal takes its default action.
    if (action !== "default" || !endsByDefault(leader, signal)) return true;
  }
  if (findThread(leader, (thread) => thread.sleep?.killable === false) !== null) return false;
  // A thread that is in a call on another CPU dies when it returns from the call.
  if (
    kernel.preemption !== null && findThread(leader, (thread) => kernel.isBusy(thread)) !== null
  ) {
    return false;
  }
  if (signal !== 0 && leader.groupExitCode < 0) leader.groupExitCode = signalStatus(leader, signal);
  endThreads(kernel, leader);
  return true;
}

/** Interrupts one interruptible sleeper of the process, if there is one: the handler runs in that thread. */
function interruptSleeper(kernel: KernelWorld, leader: Task): void {
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
  return statusOfSignal(signal, dumps);
}

function endThreads(kernel: KernelWorld, leader: Task): void {
  for (;;) {
    const thread = findThread(leader, (task) => (task.flags & PF_EXITING) === 0);
    if (thread === null) return;
    exitThread(kernel, thread, leader.groupExitCode);
  }
}
