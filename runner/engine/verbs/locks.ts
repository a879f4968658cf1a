import { KernelError } from "../../../kernel/errno.ts";
import type { Scene } from "../scene.ts";
import { optional, required, type Shape, STRING, TASK } from "../shape.ts";
import { type Args, defineVerb, DONE, type Outcome, type Verb } from "../verb.ts";

const MODE: Shape = { type: "choice", of: ["read", "write"], what: "mode" };

const LOCK_FIELDS = {
  lock: optional(
    { type: "choice", of: ["tasklist", "events", "subscribers"], what: "lock" },
    "tasklist, events, or subscribers together with task",
  ),
  task: optional(TASK, "the task whose subscriber list is meant"),
  semaphore: optional(STRING, "instead, a semaphore of the scenario's own, made on first sight"),
  mode: optional(MODE, "read or write; write when nothing is said"),
};

interface Lock {
  take(): void;
  drop(): void;
}

function findLock(scene: Scene, args: Args): Lock {
  const write = args.mode !== "read";
  if (args.lock === "tasklist") {
    const lock = scene.kernel.tasklistLock;
    return write
      ? { take: () => lock.writeLock(), drop: () => lock.writeUnlock() }
      : { take: () => lock.readLock(), drop: () => lock.readUnlock() };
  }
  const semaphore = args.semaphore !== undefined
    ? scene.semaphore(String(args.semaphore))
    : args.lock === "events"
    ? scene.pnotify.eventsSem
    : scene.task(args.task, "lock").subscriberListSem;
  return write
    ? { take: () => semaphore.downWrite(), drop: () => semaphore.upWrite() }
    : { take: () => semaphore.downRead(), drop: () => semaphore.upRead() };
}

function describeLock(verb: string): (args: Args) => string {
  return ({ lock, task, semaphore, mode }) => {
    const what = semaphore ?? (task === undefined ? lock : `${task}.subscriberListSem`);
    return `${verb}(${what}, ${mode ?? "write"})`;
  };
}

function getTask(scene: Scene, args: Args, name: string | null): Outcome {
  const pid = args.pid === undefined
    ? scene.task(args.task, "take a reference to").pid
    : args.pid as number;
  const reference = scene.kernel.getTask(pid);
  if (reference !== null && name !== null) scene.references.set(name, reference);
  return { value: reference, text: reference === null ? "none" : scene.display(reference.task) };
}

function putTask(scene: Scene, args: Args): Outcome {
  const name = String(args.reference);
  const reference = scene.references.get(name);
  if (reference === undefined) {
    throw new KernelError("EINVAL", {
      action: "put",
      name,
      found: "no step bound a reference to it",
      wanted: "a name that get_task bound is wanted",
    });
  }
  reference.put();
  return DONE;
}

/** Verbs of locks and references. They show the results of misuse. */
export const LOCK_VERBS: readonly Verb[] = Object.freeze([
  defineVerb({
    name: "lock",
    group: "locks",
    summary: "Take a lock and keep it",
    fields: LOCK_FIELDS,
    short: "lock",
    binds: null,
    example: "lock: { task: sh, mode: read }",
    describe: describeLock("lock"),
    run: (scene, args) => {
      findLock(scene, args).take();
      return DONE;
    },
  }),
  defineVerb({
    name: "unlock",
    group: "locks",
    summary: "Drop a lock",
    fields: LOCK_FIELDS,
    short: "lock",
    binds: null,
    example: "unlock: { task: sh, mode: read }",
    describe: describeLock("unlock"),
    run: (scene, args) => {
      findLock(scene, args).drop();
      return DONE;
    },
  }),
  defineVerb({
    name: "get_task",
    group: "locks",
    summary: "Take a reference to a task, so that it does not vanish",
    fields: {
      task: optional(TASK, "the task"),
      pid: optional({ type: "integer", min: 0 }, "instead, its pid"),
    },
    short: "task",
    binds: "value",
    example: "get_task: { task: make, as: kept }",
    describe: ({ task, pid }) => `get_task(${task ?? pid})`,
    run: (scene, args, step) => getTask(scene, args, step.as),
  }),
  defineVerb({
    name: "put_task",
    group: "locks",
    summary: "Give back a reference",
    fields: { reference: required({ type: "value" }, "the name that get_task bound") },
    short: "reference",
    binds: null,
    example: "put_task: kept",
    run: putTask,
  }),
  defineVerb({
    name: "find_task",
    group: "locks",
    summary: "Look a pid up; needs the tasklist lock held",
    fields: { pid: required({ type: "integer", min: 0 }, "the pid") },
    short: "pid",
    binds: "value",
    example: "find_task: 3",
    run: (scene, args) => {
      const task = scene.kernel.findTask(args.pid as number);
      return { value: task, text: task === null ? "none" : scene.display(task) };
    },
  }),
]);
