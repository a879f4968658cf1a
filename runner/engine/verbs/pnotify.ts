import type { Scene } from "../scene.ts";
import { BOOLEAN, JSON_VALUE, MODULE, optional, required, TASK } from "../shape.ts";
import { type Args, defineVerb, DONE, type Outcome, type Verb } from "../verb.ts";

const WHO = {
  task: required(TASK, "the task"),
  module: required(MODULE, "the module, or the name of its events structure"),
};

function subscribe(scene: Scene, args: Args): Outcome {
  const task = scene.task(args.task, "subscribe to");
  const events = scene.events(String(args.module), "subscribe");
  const options = args.data === undefined ? {} : { data: scene.resolve(args.data) };
  if (args.lock === false) {
    return { value: scene.pnotify.subscribe(task, events, options).data };
  }
  return { value: scene.pnotify.track(task, events, options) };
}

function unsubscribe(scene: Scene, args: Args): Outcome {
  const task = scene.task(args.task, "unsubscribe from");
  const events = scene.events(String(args.module), "unsubscribe");
  if (args.lock !== false) {
    const was = scene.pnotify.untrack(task, events);
    return { value: was, text: was ? "0" : "not subscribed" };
  }
  const subscriber = scene.pnotify.getSubscriber(task, events);
  if (subscriber !== null) scene.pnotify.unsubscribe(task, subscriber);
  return { value: subscriber !== null, text: subscriber === null ? "not subscribed" : "0" };
}

function getSubscriber(scene: Scene, args: Args): Outcome {
  const task = scene.task(args.task, "look at the subscribers of");
  const subscriber = scene.pnotify.getSubscriber(task, String(args.module));
  return { value: subscriber?.data ?? null, text: subscriber === null ? "none" : "found" };
}

function setData(scene: Scene, args: Args): Outcome {
  const task = scene.task(args.task, "set the data of");
  const lock = task.subscriberListSem;
  lock.downWrite();
  try {
    const subscriber = scene.subscriberOf(task, String(args.module));
    if (subscriber !== null) subscriber.data = scene.resolve(args.data ?? null);
    return { text: subscriber === null ? "not subscribed" : "0" };
  } finally {
    lock.upWrite();
  }
}

/** Verbs of pnotify itself. */
export const PNOTIFY_VERBS: readonly Verb[] = Object.freeze([
  defineVerb({
    name: "register",
    group: "pnotify",
    summary: "Register a scripted module's events; with an init hook every task is subscribed",
    fields: { module: required(MODULE, "the module") },
    short: "module",
    binds: null,
    example: "register: audit",
    run: (scene, args) => {
      scene.pnotify.register(scene.events(String(args.module), "register"));
      scene.noteOwners();
      return DONE;
    },
  }),
  defineVerb({
    name: "unregister",
    group: "pnotify",
    summary: "Unregister a module's events; every subscribed task gets exit first",
    fields: {
      module: required(MODULE, "the module"),
      if_busy: optional(
        { type: "choice", of: ["drain", "refuse"], what: "policy" },
        "refuse fails with EBUSY while tasks are subscribed",
      ),
    },
    short: "module",
    binds: null,
    example: "unregister: audit",
    run: (scene, args) => {
      const ifBusy = args.if_busy === "refuse" ? "refuse" : "drain";
      const events = scene.events(String(args.module), "unregister");
      scene.pnotify.unregister(events, { ifBusy });
      return DONE;
    },
  }),
  defineVerb({
    name: "subscribe",
    group: "pnotify",
    summary: "Put a module on a task's list; no hook is called",
    fields: {
      ...WHO,
      data: optional(JSON_VALUE, "the data to begin with; $name stands for a task or value"),
      lock: optional(BOOLEAN, "false when steps take the task's lock themselves"),
    },
    short: null,
    binds: "value",
    actor: "task",
    example: "subscribe: { task: sh, module: job, data: { jid: 7 } }",
    describe: ({ module }) => `subscribe(${module})`,
    run: subscribe,
  }),
  defineVerb({
    name: "unsubscribe",
    group: "pnotify",
    summary: "Take a module off a task's list; no hook is called",
    fields: {
      ...WHO,
      lock: optional(BOOLEAN, "false when steps take the task's lock themselves"),
    },
    short: null,
    binds: "value",
    actor: "task",
    example: "unsubscribe: { task: sh, module: job }",
    describe: ({ module }) => `unsubscribe(${module})`,
    run: unsubscribe,
  }),
  defineVerb({
    name: "get_subscriber",
    group: "pnotify",
    summary: "Look a module up on a task's list by name; needs the task's lock held",
    fields: WHO,
    short: null,
    binds: "value",
    actor: "task",
    example: "get_subscriber: { task: sh, module: job }",
    describe: ({ module }) => `get_subscriber(${module})`,
    run: getSubscriber,
  }),
  defineVerb({
    name: "data",
    group: "pnotify",
    summary: "Read a module's data of a task",
    fields: WHO,
    short: null,
    binds: "value",
    actor: "task",
    example: "data: { task: sh, module: job, as: before }",
    describe: ({ module }) => `data(${module})`,
    run: (scene, args) => {
      const events = scene.events(String(args.module), "read the data of");
      const task = scene.task(args.task, "read the data of");
      return { value: scene.pnotify.dataOf(task, events) };
    },
  }),
  defineVerb({
    name: "set_data",
    group: "pnotify",
    summary: "Replace a module's data of a task",
    fields: { ...WHO, data: required(JSON_VALUE, "the new data") },
    short: null,
    binds: null,
    actor: "task",
    example: "set_data: { task: sh, module: job, data: { jid: 8 } }",
    describe: ({ module }) => `set_data(${module})`,
    run: setData,
  }),
]);
