import type { Credentials } from "./cred.ts";
import type { Task } from "./task.ts";

/** What may be notified beyond fork, exec and exit, with the detail that goes with each. */
export interface FurtherEvents {
  /** A user or group changed; the detail is what it was before. */
  credentials: Credentials;
  /** A session was made; the detail is the session id it had before. */
  session: number;
  /** A comm changed without exec; the detail is the old comm. */
  rename: string;
  /** A fatal signal ends the task; the detail is the signal number. Comes before its exit. */
  signal: number;
  /** Its parent ended and another one adopted it; the detail is the parent it had before. */
  reparent: Task;
  /** It was reaped and is off the task list. */
  free: null;
}

/** The name of a further event. */
export type FurtherEvent = keyof FurtherEvents;

/**
 * The callouts that the kernel makes. A notification service is one implementation of this; the kernel knows no more
 * of it. Per-task callouts are made only where `task.subscribers` is not null.
 *
 * @example
 * ```ts
 * import { Kernel, Task, type TaskCallouts } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const heard: string[] = [];
 * const hear = (what: string) => (task: Task) => void heard.push(`${what} ${task}`);
 * const service: TaskCallouts = {
 *   wantsFree: false,
 *   init: hear("init"),
 *   fork: hear("fork"),
 *   forkFailed: hear("undo"),
 *   exec: hear("exec"),
 *   exit: hear("exit"),
 *   further: (event, task) => void heard.push(`${event} ${task}`),
 *   subscribersOf: () => [],
 * };
 * const kernel = new Kernel();
 * kernel.globalCallouts = service;
 * const shell = kernel.fork(kernel.init);
 * kernel.exec(shell, "/bin/sh");
 * kernel.rename(shell, "login");
 * kernel.exit(shell);
 * assertEquals(heard, ["fork init[3]", "exec sh[3]", "rename login[3]", "exit login[3]"]);
 * ```
 */
export interface TaskCallouts {
  /** Whether anybody wants to hear of free: each reaped task is kept for that callout, so nobody is asked in vain. */
  readonly wantsFree: boolean;
  /**
   * A task turned up that was there before: it was not forked in this world (A14).
   *
   * @param task The task, on the task list.
   */
  init?(task: Task): void;
  /**
   * A child has been copied and is not yet on the task list; runs for the parent (A35).
   *
   * @param child The child, with pid and tgid set.
   * @param parent The task that forks.
   * @throws {KernelError} To refuse the fork with that errno.
   */
  fork(child: Task, parent: Task): void;
  /**
   * The fork failed in or after its callout: what fork set up on the child is to be undone (A41, A44).
   *
   * @param child The child that never ran.
   * @param parent The task that forks.
   */
  forkFailed(child: Task, parent: Task): void;
  /**
   * A new program runs (A51).
   *
   * @param task The task.
   */
  exec(task: Task): void;
  /**
   * A task ends: its exit code is stored, and its parent has not yet heard (A47).
   *
   * @param task The task.
   */
  exit(task: Task): void;
  /**
   * Something else happened.
   *
   * @param event What.
   * @param task The task it happened to.
   * @param detail What goes with the event.
   */
  further<E extends FurtherEvent>(event: E, task: Task, detail: FurtherEvents[E]): void;
  /**
   * What is still hung on a task that nobody will notify again, for the report at shutdown.
   *
   * @param task The task.
   * @returns The names of its subscribers.
   */
  subscribersOf(task: Task): string[];
}
