/**
 * The text of every file that a private copy of the kernel may be made of. Text imports need no permission, so that a
 * plain `deno bench` can make copies.
 *
 * @module
 */
import kernelAdopt from "../kernel/adopt.ts" with { type: "text" };
import kernelCall from "../kernel/call.ts" with { type: "text" };
import kernelClock from "../kernel/clock.ts" with { type: "text" };
import kernelContext from "../kernel/context.ts" with { type: "text" };
import kernelCred from "../kernel/cred.ts" with { type: "text" };
import kernelDeliver from "../kernel/deliver.ts" with { type: "text" };
import kernelErrno from "../kernel/errno.ts" with { type: "text" };
import kernelExec from "../kernel/exec.ts" with { type: "text" };
import kernelExit from "../kernel/exit.ts" with { type: "text" };
import kernelFamily from "../kernel/family.ts" with { type: "text" };
import kernelFault from "../kernel/fault.ts" with { type: "text" };
import kernelFork from "../kernel/fork.ts" with { type: "text" };
import kernelHash from "../kernel/hash.ts" with { type: "text" };
import kernelKernel from "../kernel/kernel.ts" with { type: "text" };
import kernelLimits from "../kernel/limits.ts" with { type: "text" };
import kernelLock from "../kernel/lock.ts" with { type: "text" };
import kernelLockdep from "../kernel/lockdep.ts" with { type: "text" };
import kernelModule from "../kernel/module.ts" with { type: "text" };
import kernelModuleLoader from "../kernel/module_loader.ts" with { type: "text" };
import kernelPending from "../kernel/pending.ts" with { type: "text" };
import kernelPid from "../kernel/pid.ts" with { type: "text" };
import kernelPidPages from "../kernel/pid_pages.ts" with { type: "text" };
import kernelPrctl from "../kernel/prctl.ts" with { type: "text" };
import kernelPreempt from "../kernel/preempt.ts" with { type: "text" };
import kernelPrintk from "../kernel/printk.ts" with { type: "text" };
import kernelProcessGroup from "../kernel/process_group.ts" with { type: "text" };
import kernelProgram from "../kernel/program.ts" with { type: "text" };
import kernelRandom from "../kernel/random.ts" with { type: "text" };
import kernelRelease from "../kernel/release.ts" with { type: "text" };
import kernelReparent from "../kernel/reparent.ts" with { type: "text" };
import kernelReport from "../kernel/report.ts" with { type: "text" };
import kernelReportDesk from "../kernel/report_desk.ts" with { type: "text" };
import kernelResources from "../kernel/resources.ts" with { type: "text" };
import kernelRwLock from "../kernel/rw_lock.ts" with { type: "text" };
import kernelRwSemaphore from "../kernel/rw_semaphore.ts" with { type: "text" };
import kernelSendSignal from "../kernel/send_signal.ts" with { type: "text" };
import kernelSignal from "../kernel/signal.ts" with { type: "text" };
import kernelStackLine from "../kernel/stack_line.ts" with { type: "text" };
import kernelSymbol from "../kernel/symbol.ts" with { type: "text" };
import kernelTask from "../kernel/task.ts" with { type: "text" };
import kernelTaskReference from "../kernel/task_reference.ts" with { type: "text" };
import kernelTrace from "../kernel/trace.ts" with { type: "text" };
import kernelVfork from "../kernel/vfork.ts" with { type: "text" };
import kernelWait from "../kernel/wait.ts" with { type: "text" };
import kernelWaitStatus from "../kernel/wait_status.ts" with { type: "text" };
import pnotifyEvents from "../pnotify/events.ts" with { type: "text" };
import pnotifyExec from "../pnotify/exec.ts" with { type: "text" };
import pnotifyExit from "../pnotify/exit.ts" with { type: "text" };
import pnotifyFork from "../pnotify/fork.ts" with { type: "text" };
import pnotifyFurther from "../pnotify/further.ts" with { type: "text" };
import pnotifyGlobal from "../pnotify/global.ts" with { type: "text" };
import pnotifyHook from "../pnotify/hook.ts" with { type: "text" };
import pnotifyLeftovers from "../pnotify/leftovers.ts" with { type: "text" };
import pnotifyPnotify from "../pnotify/pnotify.ts" with { type: "text" };
import pnotifyRegister from "../pnotify/register.ts" with { type: "text" };
import pnotifyRegistry from "../pnotify/registry.ts" with { type: "text" };
import pnotifyShares from "../pnotify/shares.ts" with { type: "text" };
import pnotifySubscribe from "../pnotify/subscribe.ts" with { type: "text" };
import pnotifySubscriber from "../pnotify/subscriber.ts" with { type: "text" };
import pnotifyTaskData from "../pnotify/task_data.ts" with { type: "text" };
import pnotifyUnregister from "../pnotify/unregister.ts" with { type: "text" };
import pnotifyUnchecked from "../pnotify/unchecked.ts" with { type: "text" };
import pnotifyVerdict from "../pnotify/verdict.ts" with { type: "text" };
import benchCalloutsBase from "./callouts_base.ts" with { type: "text" };
import benchImplementationsChainArray from "./implementations/chain_array.ts" with { type: "text" };
import benchImplementationsChainMap from "./implementations/chain_map.ts" with { type: "text" };
import benchImplementationsDirect from "./implementations/direct.ts" with { type: "text" };
import benchImplementationsEventTarget from "./implementations/event_target.ts" with {
  type: "text",
};
import benchImplementationsNanoevents from "./implementations/nanoevents.ts" with { type: "text" };
import benchImplementationsNodeEvents from "./implementations/node_events.ts" with { type: "text" };
import benchImplementationsNone from "./implementations/none.ts" with { type: "text" };
import benchImplementationsPnotify from "./implementations/pnotify.ts" with { type: "text" };
import benchImplementationsTapable from "./implementations/tapable.ts" with { type: "text" };
import benchKernelUnderTest from "./kernel_under_test.ts" with { type: "text" };
import benchMapModule from "./map_module.ts" with { type: "text" };
import benchNotifierChain from "./notifier_chain.ts" with { type: "text" };
import benchWorkload from "./workload.ts" with { type: "text" };

/** The texts, by path from the root. */
export const SOURCES: Readonly<Record<string, string>> = {
  "kernel/adopt.ts": kernelAdopt,
  "kernel/call.ts": kernelCall,
  "kernel/clock.ts": kernelClock,
  "kernel/context.ts": kernelContext,
  "kernel/cred.ts": kernelCred,
  "kernel/deliver.ts": kernelDeliver,
  "kernel/errno.ts": kernelErrno,
  "kernel/exec.ts": kernelExec,
  "kernel/exit.ts": kernelExit,
  "kernel/family.ts": kernelFamily,
  "kernel/fault.ts": kernelFault,
  "kernel/fork.ts": kernelFork,
  "kernel/hash.ts": kernelHash,
  "kernel/kernel.ts": kernelKernel,
  "kernel/limits.ts": kernelLimits,
  "kernel/lock.ts": kernelLock,
  "kernel/lockdep.ts": kernelLockdep,
  "kernel/module.ts": kernelModule,
  "kernel/module_loader.ts": kernelModuleLoader,
  "kernel/pending.ts": kernelPending,
  "kernel/pid.ts": kernelPid,
  "kernel/pid_pages.ts": kernelPidPages,
  "kernel/prctl.ts": kernelPrctl,
  "kernel/preempt.ts": kernelPreempt,
  "kernel/printk.ts": kernelPrintk,
  "kernel/process_group.ts": kernelProcessGroup,
  "kernel/program.ts": kernelProgram,
  "kernel/random.ts": kernelRandom,
  "kernel/release.ts": kernelRelease,
  "kernel/reparent.ts": kernelReparent,
  "kernel/report.ts": kernelReport,
  "kernel/report_desk.ts": kernelReportDesk,
  "kernel/resources.ts": kernelResources,
  "kernel/rw_lock.ts": kernelRwLock,
  "kernel/rw_semaphore.ts": kernelRwSemaphore,
  "kernel/send_signal.ts": kernelSendSignal,
  "kernel/signal.ts": kernelSignal,
  "kernel/stack_line.ts": kernelStackLine,
  "kernel/symbol.ts": kernelSymbol,
  "kernel/task.ts": kernelTask,
  "kernel/task_reference.ts": kernelTaskReference,
  "kernel/trace.ts": kernelTrace,
  "kernel/vfork.ts": kernelVfork,
  "kernel/wait.ts": kernelWait,
  "kernel/wait_status.ts": kernelWaitStatus,
  "pnotify/events.ts": pnotifyEvents,
  "pnotify/exec.ts": pnotifyExec,
  "pnotify/exit.ts": pnotifyExit,
  "pnotify/fork.ts": pnotifyFork,
  "pnotify/further.ts": pnotifyFurther,
  "pnotify/global.ts": pnotifyGlobal,
  "pnotify/hook.ts": pnotifyHook,
  "pnotify/leftovers.ts": pnotifyLeftovers,
  "pnotify/pnotify.ts": pnotifyPnotify,
  "pnotify/register.ts": pnotifyRegister,
  "pnotify/registry.ts": pnotifyRegistry,
  "pnotify/shares.ts": pnotifyShares,
  "pnotify/subscribe.ts": pnotifySubscribe,
  "pnotify/subscriber.ts": pnotifySubscriber,
  "pnotify/task_data.ts": pnotifyTaskData,
  "pnotify/unregister.ts": pnotifyUnregister,
  "pnotify/unchecked.ts": pnotifyUnchecked,
  "pnotify/verdict.ts": pnotifyVerdict,
  "bench/callouts_base.ts": benchCalloutsBase,
  "bench/implementations/chain_array.ts": benchImplementationsChainArray,
  "bench/implementations/chain_map.ts": benchImplementationsChainMap,
  "bench/implementations/direct.ts": benchImplementationsDirect,
  "bench/implementations/event_target.ts": benchImplementationsEventTarget,
  "bench/implementations/nanoevents.ts": benchImplementationsNanoevents,
  "bench/implementations/node_events.ts": benchImplementationsNodeEvents,
  "bench/implementations/none.ts": benchImplementationsNone,
  "bench/implementations/pnotify.ts": benchImplementationsPnotify,
  "bench/implementations/tapable.ts": benchImplementationsTapable,
  "bench/kernel_under_test.ts": benchKernelUnderTest,
  "bench/map_module.ts": benchMapModule,
  "bench/notifier_chain.ts": benchNotifierChain,
  "bench/workload.ts": benchWorkload,
};
