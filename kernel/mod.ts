/**
 * The task model: processes and threads, their family, credentials, signals and locks, and the module loader. It knows
 * nothing of process notification; see the `pnotify` entry point for that.
 *
 * @example
 * ```ts
 * import { Kernel } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const kernel = new Kernel();
 * const shell = kernel.fork(kernel.init);
 * const child = kernel.fork(shell);
 * kernel.exit(child, 3);
 * assertEquals(kernel.wait(shell).value, { pid: child.pid, status: 3 << 8 });
 * ```
 *
 * @module
 */
export type { AdoptOptions } from "./adopt.ts";
export * from "./callouts.ts";
export * from "./clock.ts";
export type { Context, Frame, HeldLock } from "./context.ts";
export {
  CAP_FULL_SET,
  Capability,
  type CapabilityName,
  capable,
  type Credentials,
  type User,
} from "./cred.ts";
export * from "./errno.ts";
export type { ExitHow } from "./exit.ts";
export type { Family } from "./family.ts";
export { type FaultInjector, type FaultOptions, FaultPlan, type FaultSite } from "./fault.ts";
export type { ExecOptions } from "./exec.ts";
export { CLONE_PARENT, CLONE_THREAD, CLONE_VFORK, CLONE_VM, type ForkOptions } from "./fork.ts";
export { Kernel, type KernelOptions } from "./kernel.ts";
export { type Limits, RLIM_INFINITY } from "./limits.ts";
export type { Lockable, LockChecker, LockClass, LockGuard, LockMode, LockState } from "./lock.ts";
export type { Lockdep } from "./lockdep.ts";
export {
  defineModule,
  type KernelModule,
  type ModuleEnvironment,
  type ModuleServices,
  type ParameterSpec,
  type ParameterSpecs,
  type ParameterValue,
  type ParameterValues,
  type UsedSymbols,
  type UsedValues,
} from "./module.ts";
export {
  type InsmodOptions,
  type Leftover,
  type LoadedModule,
  type ModuleLoader,
  type ModuleReaper,
  type ModuleState,
} from "./module_loader.ts";
export { Pending, WaitQueue } from "./pending.ts";
export { PID_MAX_DEFAULT, PID_MAX_LIMIT, type PidTable, type ProcessGroup } from "./pid.ts";
export * from "./preempt.ts";
export { formatLogRecord, type KernelLog, type LogLevel, type LogRecord } from "./printk.ts";
export { type BinaryHandler, createProgram, type Program, TASK_COMM_LENGTH } from "./program.ts";
export * from "./random.ts";
export {
  type ContextName,
  formatPlace,
  KernelBug,
  type Place,
  type Report,
  type ReportDetails,
  type ReportKind,
  type TaintLetter,
} from "./report.ts";
export { RESOURCE_NAMES, type Resources } from "./resources.ts";
export type { RwLock } from "./rw_lock.ts";
export type { RwSemaphore } from "./rw_semaphore.ts";
export {
  Signal,
  type SignalAction,
  type SignalActions,
  type SignalName,
  signalName,
  signalNumber,
} from "./signal.ts";
export {
  defineSymbol,
  type ExportedSymbol,
  type KernelSymbol,
  type SymbolOptions,
  type SymbolTable,
} from "./symbol.ts";
export {
  EXIT_DEAD,
  EXIT_ZOMBIE,
  PF_AUTOREAP,
  PF_DUMPCORE,
  PF_EXITING,
  PF_FORKNOEXEC,
  PF_HAS_SUBREAPER,
  PF_KTHREAD,
  PF_SIGNALED,
  PF_SIGPENDING,
  PF_SUBREAPER,
  PF_SUPERPRIV,
  PF_THREAD,
  PF_UNKILLABLE,
  PF_VFORK,
  type SubscriberList,
  Task,
  TASK_INTERRUPTIBLE,
  TASK_NEW,
  TASK_RUNNING,
  TASK_UNINTERRUPTIBLE,
  type TaskState,
} from "./task.ts";
export { getTaskStruct, putTaskStruct, TaskReference } from "./task_reference.ts";
export type {
  HookOutcome,
  Trace,
  TraceBody,
  TraceEvent,
  TraceSink,
  TraceSource,
  TraceStamp,
  TraceSubject,
} from "./trace.ts";
export type { Vforked, VforkPending } from "./vfork.ts";
export { processStatus, type WaitOptions, type WaitResult } from "./wait.ts";
export type { Deferred, HeldReference, KernelWorld, ModuleFault, PendingSignal } from "./world.ts";
