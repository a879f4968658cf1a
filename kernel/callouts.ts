import type { Credentials } from "./cred.ts";
import type { Program } from "./program.ts";
import type { Task } from "./task.ts";

/** The events beyond fork, exec and exit, and the type of the detail of each. */
export interface FurtherEvents {
  /** A user or group changed; the detail is what it was before. */
  credentials: Credentials;
  /** A session was made; the detail is the session id that the process had before. */
  session: number;
  /** A comm changed without exec; the detail is the old comm. */
  rename: string;
  /** A fatal signal ends the task; the detail is the signal number. Comes before its exit. */
  signal: number;
  /** Another parent adopted the task; the detail is the parent that it had before. */
  reparent: Task;
  /** The task was reaped, and is off the task list. */
  free: null;
}

/** The name of a further event. */
export type FurtherEvent = keyof FurtherEvents;

/**
 * What the kernel calls in a notification service. It is implemented by Pnotify and GlobalWatchers. But for `init`, the
 * kernel calls Pnotify only for tasks with subscribers. It calls GlobalWatchers for every task.
 */
export interface TaskCallouts {
  /** Whether any module has a free hook. If none has, a reaped task is not kept for a free callout. */
  readonly wantsFree: boolean;
  /** Whether any module has a canExec hook. If none has, an exec asks nobody. */
  readonly wantsCanExec?: boolean;
  /** A task joined the task list without a fork, by {@linkcode Kernel.adoptTask} (A14). */
  init?(task: Task): void;
  /** A child has its pid and is not yet on the task list (A35). A KernelError refuses the fork with its errno. */
  fork(child: Task, parent: Task): void;
  /** A fork failed in its callout or after it. The service undoes what it set up on the child (A41, A44). */
  forkFailed(child: Task, parent: Task): void;
  /** A task is about to execute a program, and nothing has changed yet. A KernelError fails the exec with its errno. */
  canExec?(task: Task, program: Program): void;
  /** A new program runs (A51). */
  exec(task: Task): void;
  /** A task ends: its exit code is stored, and its parent does not know yet (A47). */
  exit(task: Task): void;
  /** A further event happened. */
  further<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void;
  /** The names of the subscribers that are left on a freed task, for the report of the leak. */
  subscribersOf(task: Task): string[];
}
