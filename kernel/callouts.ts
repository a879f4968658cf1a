import type { Credentials } from "./cred.ts";
import type { Task } from "./task.ts";

/** What may be notified beyond fork, exec and exit, with the detail that goes with each. */
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
  /** It was reaped and is off the task list. */
  free: null;
}

/** The name of a further event. */
export type FurtherEvent = keyof FurtherEvents;

/** A notification service, as the kernel calls it. Only tasks whose `subscribers` is not null have callouts of their own. */
export interface TaskCallouts {
  /** Whether anybody wants free events. A reaped task is kept until its free callout, so nobody gets one in vain. */
  readonly wantsFree: boolean;
  /** A task is on the task list that was not forked in this world (A14). */
  init?(task: Task): void;
  /** A child has its pid and is not yet on the task list (A35). A KernelError refuses the fork with its errno. */
  fork(child: Task, parent: Task): void;
  /** The fork failed in or after its callout. What the callout set up on the child is to be undone (A41, A44). */
  forkFailed(child: Task, parent: Task): void;
  /** A new program runs (A51). */
  exec(task: Task): void;
  /** A task ends: its exit code is stored, and its parent does not know yet (A47). */
  exit(task: Task): void;
  /** Something else happened. */
  further<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void;
  /** The names of the subscribers that are left on a freed task, for the report of the leak. */
  subscribersOf(task: Task): string[];
}
