import {
  defineExpectation,
  entries,
  type Expectation,
  items,
  type Problem,
} from "../expectation.ts";
import type { Json } from "../plan.ts";
import type { Scene } from "../scene.ts";
import type { Task } from "../../../kernel/task.ts";
import {
  COUNT,
  type Fields,
  JSON_VALUE,
  MODULE,
  MODULES,
  optional,
  required,
  STRING,
  TASK,
} from "../shape.ts";
import { format, includes, isEqual, toJson } from "../to_json.ts";

type Expected = Readonly<Record<string, Json>>;

const WHO: Fields = {
  task: required(TASK, "the task"),
  module: required(MODULE, "the module"),
};

/** The event since which an events structure is on a task's list, in words. */
function sinceEvent(scene: Scene, events: string, task: Task): string {
  const since = scene.recorder.since.get(`${events} ${task.pid}`);
  return since === undefined ? "" : ` since event ${since}`;
}

/** The tasks with subscriptions of a module, each with its first event. */
function holders(scene: Scene, module: string): string[] {
  const held: string[] = [];
  for (const task of scene.tasks()) {
    for (const { events } of scene.subscribers(task)) {
      if (!scene.belongsTo(events.name, module)) continue;
      held.push(`${scene.display(task)}${sinceEvent(scene, events.name, task)}`);
    }
  }
  return held;
}

function heldBy(scene: Scene, module: string): string {
  const held = holders(scene, module);
  if (held.length === 0) return "held by nobody";
  const shown = held.slice(0, 12).join(", ");
  return `held by ${shown}${held.length > 12 ? ` and ${held.length - 12} more` : ""}`;
}

/** The task whose list an expectation reads, or a problem where it is gone. */
function findTask(scene: Scene, name: string, pointer: string): Task | Problem {
  const task = scene.findTask(name);
  if (scene.isThere(task)) return task;
  const fate = task === null ? "it was never born" : "it was reaped";
  return {
    pointer,
    title: `Expected task "${name}" to be there: ${fate}`,
    label: fate,
    notes: task === null ? [] : endOf(scene, name),
  };
}

function endOf(scene: Scene, name: string): string[] {
  const event = scene.recorder.lastOf("exit", name);
  return event === null ? [] : [`${name} ended at event ${event}`];
}

function isProblem(result: Task | Problem): result is Problem {
  return "pointer" in result;
}

function listOf(scene: Scene, task: Task): string {
  const names = scene.subscribers(task).map(({ events }) =>
    `${events.name}${sinceEvent(scene, events.name, task)}`
  );
  return names.length === 0
    ? `nobody is subscribed to ${scene.display(task)}`
    : `subscribed to ${scene.display(task)}: ${names.join(", ")}`;
}

function checkSubscribers(scene: Scene, expected: Json): Problem[] {
  return entries(expected).flatMap(({ key, value, pointer }) => {
    const task = findTask(scene, key, pointer);
    if (isProblem(task)) return [task];
    const actual = scene.subscribers(task).map(({ events }) => events.name);
    if (isEqual(actual, value)) return [];
    return [{
      pointer,
      title: `Expected the subscribers of "${key}" to be ${format(value)}: actual ${
        format(actual)
      }`,
      label: `actual ${format(actual)}`,
      notes: [listOf(scene, task)],
    }];
  });
}

function checkSubscribed(scene: Scene, expected: Json, yes: boolean): Problem[] {
  const { task: name, module } = expected as Expected;
  const task = findTask(scene, String(name), "/task");
  // A task that is gone has no subscribers.
  if (isProblem(task)) return yes ? [task] : [];
  const isSubscribed = scene.subscriberOf(task, String(module)) !== null;
  if (isSubscribed === yes) return [];
  return [{
    pointer: "/module",
    title: `Expected ${module} ${yes ? "" : "not "}to be subscribed to "${name}": it is${
      yes ? " not" : ""
    }`,
    label: yes ? "not subscribed" : `subscribed${sinceEvent(scene, String(module), task)}`,
    notes: [listOf(scene, task)],
  }];
}

function checkData(scene: Scene, expected: Json): Problem[] {
  const { task: name, module, equals, includes: part } = expected as Expected;
  const task = findTask(scene, String(name), "/task");
  if (isProblem(task)) return [task];
  const subscriber = scene.subscriberOf(task, String(module));
  if (subscriber === null) {
    return [{
      pointer: "/module",
      title: `Expected ${module} to have data of "${name}": it is not subscribed`,
      label: "not subscribed",
      notes: [listOf(scene, task)],
    }];
  }
  const actual = toJson(subscriber.data);
  const problems: Problem[] = [];
  const notes = [
    `${module} is subscribed to ${scene.display(task)}${
      sinceEvent(scene, subscriber.events.name, task)
    }`,
  ];
  const compare = (pointer: string, value: Json, holds: boolean, verb: string) => {
    if (holds) return;
    const title = `Expected the data of ${module} for "${name}" to ${verb} ${format(value)}: ` +
      `actual ${format(actual)}`;
    problems.push({ pointer, title, label: `actual ${format(actual)}`, notes });
  };
  if (equals !== undefined) {
    const value = toJson(scene.resolve(equals));
    compare("/equals", value, isEqual(actual, value), "be");
  }
  if (part !== undefined) {
    const value = toJson(scene.resolve(part));
    compare("/includes", value, includes(actual, value), "include");
  }
  return problems;
}

function checkBalanced(scene: Scene, expected: Json): Problem[] {
  return items(expected).flatMap(({ item, pointer }) => {
    const module = String(item);
    const balances = scene.pnotify.balances().filter(({ name }) => scene.belongsTo(name, module));
    if (balances.length === 0) {
      const title = `Expected ${module} to be balanced: it never registered or subscribed`;
      return [{ pointer, title, label: "nothing to balance" }];
    }
    return balances.filter(({ balance }) => !balance.balanced).map(({ name, balance }) => ({
      pointer,
      title: `Expected ${name} to be balanced: ${balance.init} init + ${balance.fork} fork + ` +
        `${balance.subscribed} subscribed is not ${balance.exit} exit + ` +
        `${balance.unsubscribed} unsubscribed + ${balance.current} current`,
      label: "does not balance",
      notes: [heldBy(scene, module)],
    }));
  });
}

function checkCount(scene: Scene, expected: Json): Problem[] {
  return entries(expected).flatMap(({ key, value, pointer }) => {
    const owned = scene.pnotify.balances().filter(({ name }) => scene.belongsTo(name, key));
    const actual = owned.reduce((sum, { balance }) => sum + balance.current, 0);
    if (actual === value) return [];
    return [{
      pointer,
      title: `Expected refcnt of "${key}" to be ${value}: actual ${actual}`,
      label: `actual ${actual}`,
      notes: [heldBy(scene, key)],
    }];
  });
}

function checkRegistered(scene: Scene, expected: Json, yes: boolean): Problem[] {
  const registered = scene.pnotify.registeredEvents().map(({ name }) => name);
  return items(expected).flatMap(({ item, pointer }) => {
    const isRegistered = registered.some((name) => scene.belongsTo(name, String(item)));
    if (isRegistered === yes) return [];
    return [{
      pointer,
      title: `Expected ${item} ${yes ? "" : "not "}to be registered: it is${yes ? " not" : ""}`,
      label: yes ? "not registered" : "registered",
      notes: [
        registered.length === 0 ? "nobody is" : `registered are ${registered.join(", ")}`,
        ...(["register", "unregister"] as const).flatMap((what) => {
          const event = scene.recorder.lastOf(what, String(item));
          return event === null ? [] : [`${item}: ${what} at event ${event}`];
        }),
      ],
    }];
  });
}

/** The expectations about subscriptions. */
export const SUBSCRIPTION_EXPECTATIONS: readonly Expectation[] = Object.freeze([
  defineExpectation({
    kind: "subscribers",
    group: "subscriptions",
    summary: "A task's list has exactly these modules, in this order",
    shape: {
      type: "map",
      keys: TASK,
      values: { type: "list", of: STRING, single: true },
    },
    example: "subscribers: { make: [first, second] }",
    check: checkSubscribers,
  }),
  defineExpectation({
    kind: "subscribed",
    group: "subscriptions",
    summary: "A module is on a task's list",
    shape: { type: "record", fields: WHO },
    example: "subscribed: { task: make, module: job }",
    check: (scene, expected) => checkSubscribed(scene, expected, true),
  }),
  defineExpectation({
    kind: "not_subscribed",
    group: "subscriptions",
    summary: "A module is not on a task's list",
    shape: { type: "record", fields: WHO },
    example: "not_subscribed: { task: make, module: job }",
    check: (scene, expected) => checkSubscribed(scene, expected, false),
  }),
  defineExpectation({
    kind: "data",
    group: "subscriptions",
    summary: "A module's data of a task is, or includes, this",
    shape: {
      type: "record",
      fields: {
        ...WHO,
        equals: optional(JSON_VALUE, "the whole of it"),
        includes: optional(JSON_VALUE, "some of its fields"),
      },
    },
    example: "data: { task: make, module: job, equals: { jid: 7 } }",
    check: checkData,
  }),
  defineExpectation({
    kind: "balanced",
    group: "subscriptions",
    summary: "init + fork + subscribed = exit + unsubscribed + current, for each of the modules",
    shape: MODULES,
    example: "balanced: [first, second]",
    check: checkBalanced,
  }),
  defineExpectation({
    kind: "refcnt",
    group: "subscriptions",
    summary: "A module has so many subscriptions",
    shape: { type: "map", keys: MODULE, values: COUNT },
    example: "refcnt: { first: 1, second: 1 }",
    check: checkCount,
  }),
  defineExpectation({
    kind: "registered",
    group: "subscriptions",
    summary: "Modules have events registered",
    shape: MODULES,
    example: "registered: [audit]",
    check: (scene, expected) => checkRegistered(scene, expected, true),
  }),
  defineExpectation({
    kind: "not_registered",
    group: "subscriptions",
    summary: "Modules have no events registered",
    shape: MODULES,
    example: "not_registered: [audit]",
    check: (scene, expected) => checkRegistered(scene, expected, false),
  }),
]);
