import { Pending } from "../../../kernel/pending.ts";
import { type SignalName, signalNumber } from "../../../kernel/signal.ts";
import { EXIT_DEAD, EXIT_ZOMBIE, PF_SUBREAPER, type Task } from "../../../kernel/task.ts";
import type { TraceEvent } from "../../../kernel/trace.ts";
import { processStatus, type WaitResult } from "../../../kernel/wait.ts";
import { deadlySignalOf, dumpedCore, exitCodeOf } from "../../../kernel/wait_status.ts";
import {
  defineExpectation,
  entries,
  type Expectation,
  items,
  type Problem,
} from "../expectation.ts";
import type { Json } from "../plan.ts";
import type { Scene } from "../scene.ts";
import { BOOLEAN, COUNT, optional, required, type Shape, STRING, TASK, TASKS } from "../shape.ts";
import { format, isEqual, toJson } from "../to_json.ts";
import { formatStatus, formatWait } from "../verbs/process.ts";
import { formatAmount, RESOURCE_OF } from "../verbs/world.ts";

type Expected = Readonly<Record<string, Json>>;

/** The wait status of a task, or why it has none. */
function statusOf(scene: Scene, name: string): number | string {
  const task = scene.findTask(name);
  if (task === null) return "never born";
  if (task.state !== EXIT_ZOMBIE && task.state !== EXIT_DEAD) return `still ${task.state}`;
  return processStatus(task.groupLeader);
}

function isExpectedStatus(status: number, expected: Json): boolean {
  if (typeof expected === "number") return exitedWith(status, expected);
  if (typeof expected === "string") return endedBy(status, expected);
  const { code, signal, core } = expected as Expected;
  if (code !== undefined && !exitedWith(status, code)) return false;
  if (signal !== undefined && !endedBy(status, signal)) return false;
  return core === undefined || dumpedCore(status) === core;
}

function exitedWith(status: number, code: Json): boolean {
  return deadlySignalOf(status) === 0 && exitCodeOf(status) === code;
}

function endedBy(status: number, signal: Json): boolean {
  return deadlySignalOf(status) === signalNumber(signal as SignalName);
}

function checkExited(scene: Scene, expected: Json): Problem[] {
  return entries(expected).flatMap(({ key, value, pointer }) => {
    const status = statusOf(scene, key);
    if (typeof status === "number" && isExpectedStatus(status, value)) return [];
    const actual = typeof status === "number" ? formatStatus(status) : status;
    const event = scene.recorder.lastOf("exit", key);
    return [{
      pointer,
      title: `Expected "${key}" to have ended with ${format(value)}: actual ${actual}`,
      label: `actual ${actual}`,
      notes: event === null ? [] : [`${key} ended at event ${event}`],
    }];
  });
}

/** The place of every process in the tree, as scenarios write it. */
function treePaths(scene: Scene): string[] {
  const paths: string[] = [];
  const visit = (task: Task, above: string) => {
    const name = scene.naming.of(task.pid) ?? `${task.comm}[${task.pid}]`;
    const path = above === "" ? name : `${above}/${name}`;
    if (task !== scene.kernel.init) paths.push(task.state === EXIT_ZOMBIE ? `${path} Z` : path);
    for (let child = task.firstChild; child !== null; child = child.nextSibling) visit(child, path);
  };
  visit(scene.kernel.init, "");
  return paths;
}

function checkTree(scene: Scene, expected: Json): Problem[] {
  const actual = treePaths(scene);
  const list = (expected as readonly string[]).filter((path) => path !== "init");
  const note = `the tree is ${actual.length === 0 ? "empty" : actual.join(", ")}`;
  const missing = items(expected).flatMap(({ item, pointer }) => {
    if (item === "init" || actual.includes(String(item))) return [];
    const name = lastName(String(item));
    const actualPath = actual.find((path) => lastName(path) === name);
    return [{
      pointer,
      title: `Expected "${item}" in the tree: ${
        actualPath === undefined ? "it is not there" : `it is at "${actualPath}"`
      }`,
      label: actualPath === undefined ? "not there" : `actual ${actualPath}`,
      notes: [note, ...historyOf(scene, name)],
    }];
  });
  if (missing.length > 0) return missing;
  return actual.filter((path) => !list.includes(path)).map((path) => ({
    pointer: "",
    title: `Expected nobody else in the tree: "${path}" is there`,
    label: `also ${path}`,
    notes: [note, ...historyOf(scene, lastName(path))],
  }));
}

function lastName(path: string): string {
  return path.replace(/ Z$/, "").split("/").at(-1)!;
}

/** Whether the history of a task tells of an event. The order is that of a task's life. */
const IN_HISTORY: Readonly<Record<TraceEvent["type"], boolean>> = Object.freeze<
  Record<TraceEvent["type"], boolean>
>({
  fork: true,
  exec: true,
  rename: true,
  reparent: true,
  exit: true,
  reap: true,
  signal: false,
  sleep: false,
  wake: false,
  credentials: false,
  session: false,
  hook: false,
  subscribe: false,
  unsubscribe: false,
  register: false,
  unregister: false,
  module: false,
  printk: false,
  report: false,
});

/** The last event of each type in the life of a task, as notes of a failed expectation. */
function historyOf(scene: Scene, name: string): string[] {
  const { recorder } = scene;
  return Object.entries(IN_HISTORY).filter(([, isTold]) => isTold).flatMap(([type]) => {
    const event = recorder.lastOf(type, name);
    return event === null ? [] : [`${name}: ${type} at event ${event}`];
  });
}

function checkNoTask(scene: Scene, expected: Json): Problem[] {
  return items(expected).flatMap(({ item, pointer }) => {
    const task = scene.findTask(String(item));
    if (!scene.isThere(task)) return [];
    return [{
      pointer,
      title: `Expected no task "${item}": ${scene.display(task)} is there in state ${task.state}`,
      label: `state ${task.state}`,
      notes: historyOf(scene, String(item)),
    }];
  });
}

function checkAlive(scene: Scene, expected: Json): Problem[] {
  return items(expected).flatMap(({ item, pointer }) => {
    const task = scene.findTask(String(item));
    if (scene.isThere(task) && task.state !== EXIT_ZOMBIE) return [];
    const state = task === null ? "it was never born" : "it has ended";
    return [{
      pointer,
      title: `Expected task "${item}" to live: ${state}`,
      label: state,
      notes: historyOf(scene, String(item)),
    }];
  });
}

/** The fields of a task that a scenario may look at, and how each is read. */
const FACTS: Readonly<
  Record<string, { shape: Shape; doc: string; read(scene: Scene, task: Task): Json }>
> = Object.freeze({
  state: {
    shape: { type: "choice", of: ["R", "S", "D", "Z", "X"], what: "state" },
    doc: "as ps shows it: R, S, D, Z, or X when it was reaped",
    read: (_scene, task) => task.state,
  },
  comm: { shape: STRING, doc: "its comm", read: (_scene, task) => task.comm },
  path: { shape: STRING, doc: "what it runs", read: (_scene, task) => task.program.path },
  pid: { shape: COUNT, doc: "its pid", read: (_scene, task) => task.pid },
  tgid: { shape: COUNT, doc: "the pid of its thread group", read: (_scene, task) => task.tgid },
  parent: {
    shape: TASK,
    doc: "its parent",
    read: (scene, task) => {
      const { parent } = task;
      if (parent === null) return null;
      return scene.naming.of(parent.pid) ?? String(parent);
    },
  },
  uid: { shape: COUNT, doc: "its user", read: (_scene, task) => task.uid },
  gid: { shape: COUNT, doc: "its group", read: (_scene, task) => task.gid },
  sid: {
    shape: { type: "either", of: [TASK, COUNT] },
    doc: "its session: a number, or the task that leads it",
    read: (_scene, task) => task.sid,
  },
  pgid: {
    shape: { type: "either", of: [TASK, COUNT] },
    doc: "its process group: a number, or the task that leads it",
    read: (_scene, task) => task.pgid,
  },
  threads: {
    shape: COUNT,
    doc: "how many threads of its process live",
    read: (_scene, task) => task.groupLeader.liveThreads,
  },
  subreaper: {
    shape: BOOLEAN,
    doc: "whether it adopts orphans",
    read: (_scene, task) => (task.groupLeader.flags & PF_SUBREAPER) !== 0,
  },
});

function checkTask(scene: Scene, expected: Json): Problem[] {
  const fields = expected as Expected;
  const task = scene.findTask(String(fields.task));
  if (task === null) {
    const title = `Expected task "${fields.task}" to be there: it was never born`;
    return [{ pointer: "/task", title, label: "never born" }];
  }
  return Object.entries(FACTS).flatMap(([name, { read }]) => {
    if (fields[name] === undefined) return [];
    const actual = read(scene, task);
    const value = typeof actual === "number" && typeof fields[name] === "string"
      ? scene.findTask(fields[name])?.pid ?? -1
      : fields[name];
    if (isEqual(actual, value)) return [];
    return [{
      pointer: `/${name}`,
      title: `Expected ${name} of "${fields.task}" to be ${format(fields[name])}: actual ${
        format(actual)
      }`,
      label: `actual ${format(actual)}`,
      notes: historyOf(scene, String(fields.task)),
    }];
  });
}

function checkWaits(scene: Scene, expected: Json): Problem[] {
  return entries(expected).flatMap(({ key, value, pointer }) => {
    const pending = scene.values.get(key);
    if (!(pending instanceof Pending)) {
      const title = `Expected "${key}" to be a call that may sleep: it is none`;
      return [{ pointer, title, label: "no such call" }];
    }
    const actual = describePending(pending);
    if (isExpectedCall(scene, pending, value)) return [];
    return [{
      pointer,
      title: `Expected call "${key}" to be ${format(value)}: actual ${actual}`,
      label: `actual ${actual}`,
    }];
  });
}

function describePending(pending: Pending<unknown>): string {
  if (!pending.done) return "asleep";
  if (pending.errno !== null) return pending.errno;
  if (typeof pending.value === "object" && pending.value !== null && "pid" in pending.value) {
    return formatWait(pending as Pending<WaitResult>);
  }
  return `done, ${format(toJson(pending.value))}`;
}

function isExpectedCall(scene: Scene, pending: Pending<unknown>, expected: Json): boolean {
  if (typeof expected === "string") {
    if (expected === "asleep") return !pending.done;
    if (expected === "done") return pending.done && pending.errno === null;
    return pending.errno === expected;
  }
  const { child, code, signal, value } = expected as Expected;
  if (!pending.done || pending.errno !== null) return false;
  if (value !== undefined && !isEqual(toJson(pending.value), toJson(scene.resolve(value)))) {
    return false;
  }
  if (child === undefined && code === undefined && signal === undefined) return true;
  const result = pending.value as WaitResult | null;
  if (result === null) return false;
  if (child !== undefined && scene.findTask(String(child))?.pid !== result.pid) return false;
  if (code !== undefined && !exitedWith(result.status, code)) return false;
  return signal === undefined || endedBy(result.status, signal);
}

function checkUsed(scene: Scene, expected: Json): Problem[] {
  return entries(expected).flatMap(({ key, value, pointer }) => {
    const used = scene.findTask(key)?.resources ?? null;
    return entries(value).flatMap((field) => {
      const actual = used?.[RESOURCE_OF[field.key]] ?? null;
      if (actual === field.value) return [];
      const shown = actual === null ? "unknown" : formatAmount(field.key, actual);
      const value = formatAmount(field.key, field.value as number);
      return [{
        pointer: `${pointer}${field.pointer}`,
        title: `Expected ${field.key} of "${key}" to be ${value}: actual ${shown}`,
        label: `actual ${shown}`,
      }];
    });
  });
}

const STATUS: Shape = {
  type: "either",
  of: [
    { type: "integer", min: 0, max: 255 },
    { type: "signal" },
    {
      type: "record",
      fields: {
        code: optional({ type: "integer", min: 0, max: 255 }, "its exit code"),
        signal: optional({ type: "signal" }, "the signal that killed it"),
        core: optional(BOOLEAN, "whether it dumped core"),
      },
    },
  ],
};

const CALL_STATE: Shape = {
  type: "either",
  of: [
    { type: "choice", of: ["asleep", "done", "EINTR", "ECHILD"], what: "state of a call" },
    {
      type: "record",
      fields: {
        child: optional(TASK, "the child that was reaped"),
        code: optional(COUNT, "its exit code"),
        signal: optional({ type: "signal" }, "the signal that killed it"),
        value: optional({ type: "json" }, "what the call returned"),
      },
    },
  ],
};

/** The expectations about tasks. */
export const TASK_EXPECTATIONS: readonly Expectation[] = Object.freeze([
  defineExpectation({
    kind: "exited",
    group: "tasks",
    summary: "Tasks have ended with this code or signal",
    shape: { type: "map", keys: TASK, values: STATUS },
    example: "exited: { make: 2, cc1: SIGSEGV }",
    check: checkExited,
  }),
  defineExpectation({
    kind: "tree",
    group: "tasks",
    summary: "Exactly these processes are there, each by its place; Z marks a zombie",
    shape: { type: "list", of: { type: "task-path" } },
    example: "tree: [init/sh, init/sh/make, init/sh/make/cc1 Z]",
    check: checkTree,
  }),
  defineExpectation({
    kind: "task",
    group: "tasks",
    summary: "A task looks so",
    shape: {
      type: "record",
      fields: {
        task: required(TASK, "the task"),
        ...Object.fromEntries(
          Object.entries(FACTS).map(([name, { shape, doc }]) => [name, optional(shape, doc)]),
        ),
      },
    },
    example: "task: { task: make, comm: make, parent: sh, state: R }",
    check: checkTask,
  }),
  defineExpectation({
    kind: "alive",
    group: "tasks",
    summary: "Tasks are there and have not ended",
    shape: TASKS,
    example: "alive: [sh, make]",
    check: checkAlive,
  }),
  defineExpectation({
    kind: "no_task",
    group: "tasks",
    summary: "Tasks are not there: never born, or reaped",
    shape: TASKS,
    example: "no_task: child",
    check: checkNoTask,
  }),
  defineExpectation({
    kind: "waits",
    group: "tasks",
    summary: "Calls that were bound with as are asleep, done, or brought this",
    shape: { type: "map", keys: { type: "value" }, values: CALL_STATE },
    example: "waits: { status: { child: make, code: 2 } }",
    check: checkWaits,
  }),
  defineExpectation({
    kind: "used",
    group: "tasks",
    summary: "Tasks have used so much, as far as anybody charged it",
    shape: {
      type: "map",
      keys: TASK,
      values: {
        type: "map",
        keys: { type: "choice", of: Object.keys(RESOURCE_OF), what: "resource" },
        values: { type: "either", of: [{ type: "duration" }, { type: "size" }] },
      },
    },
    example: "used: { make: { user: 20ms } }",
    check: checkUsed,
  }),
]);
