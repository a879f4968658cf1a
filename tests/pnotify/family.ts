/**
 * A small family, and a module whose data and hooks count, for tests that let things happen at the same time.
 *
 * @module
 */
import {
  defineEvents,
  type EventsDescription,
  getTaskStruct,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Run,
  type Task,
  type World,
} from "../../mod.ts";

/** What the watcher hangs on a task. */
export interface Note {
  readonly from: "create" | "inherit";
}

/** A shell with a thread and a child, another shell, and a watcher that is not registered. */
export interface Family {
  readonly shell: Task;
  readonly thread: Task;
  readonly child: Task;
  readonly other: Task;
  readonly watch: PnotifyEvents<Note>;
  /** Values made and not yet destroyed. */
  readonly alive: Set<Note>;
  /** Hook calls, as `fork 7`. */
  readonly heard: string[];
}

/** Makes the family. The references keep the tasks from being freed while operations still name them. */
export function makeFamily(world: World, hooks: Partial<EventsDescription<Note>> = {}): Family {
  const { kernel } = world;
  const shell = kernel.fork(kernel.init);
  const thread = kernel.createThread(shell);
  const child = kernel.fork(shell);
  const other = kernel.fork(kernel.init);
  for (const task of [shell, thread, child, other]) getTaskStruct(task);
  const alive = new Set<Note>();
  const heard: string[] = [];
  const table = kernel.createSemaphore("watch.table");
  // Its lock is one more place where other operations may come between.
  const make = (from: Note["from"]): Note => {
    table.downWrite();
    const note: Note = { from };
    alive.add(note);
    table.upWrite();
    return note;
  };
  const watch = defineEvents<Note>({
    name: "watch",
    init: (task) => (heard.push(`init ${task.pid}`), PNOTIFY_OK),
    fork: (task) => (heard.push(`fork ${task.pid}`), PNOTIFY_OK),
    exec: (task) => void heard.push(`exec ${task.pid}`),
    exit: (task) => void heard.push(`exit ${task.pid}`),
    ...hooks,
    taskData: {
      create: () => make("create"),
      inherit: () => make("inherit"),
      destroy(note) {
        if (!alive.delete(note)) throw new Error("it was destroyed before");
      },
    },
  });
  return { shell, thread, child, other, watch, alive, heard };
}

/** As many values are alive as there are subscriptions. */
export function checkValues({ pnotify, state }: Run<Family>): string[] {
  const wanted = pnotify.subscriptionCount(state.watch);
  return state.alive.size === wanted
    ? []
    : [`${state.alive.size} values for ${wanted} subscribers`];
}

/** The live tasks that the watcher is not subscribed to. */
export function unwatched({ kernel, pnotify, state }: Run<Family>): string[] {
  const missed: string[] = [];
  kernel.forEachTask((task) => {
    if (task.state === "Z") return;
    if (pnotify.dataOf(task, state.watch) === null) missed.push(String(task));
  });
  return missed;
}
