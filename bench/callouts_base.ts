import type { FurtherEvent, FurtherEvents, TaskCallouts } from "../kernel/callouts.ts";
import type { Task } from "../kernel/task.ts";

/** What contenders have in common: nothing beyond fork, exec and exit is heard. */
export abstract class CalloutsBase implements TaskCallouts {
  /** Nobody hears of free. */
  readonly wantsFree = false;

  /** As in {@linkcode TaskCallouts}. */
  abstract fork(child: Task, parent: Task): void;
  /** As in {@linkcode TaskCallouts}. */
  abstract forkFailed(child: Task, parent: Task): void;
  /** As in {@linkcode TaskCallouts}. */
  abstract exec(task: Task): void;
  /** As in {@linkcode TaskCallouts}. */
  abstract exit(task: Task): void;

  /** Nobody asked for more. */
  further<E extends FurtherEvent>(_event: E, _task: Task, _detail: FurtherEvents[E]): void {}

  /** Nothing that the kernel would have to know. */
  subscribersOf(_task: Task): string[] {
    return [];
  }
}
