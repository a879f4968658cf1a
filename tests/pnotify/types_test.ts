import {
  boot,
  defineEvents,
  defineModule,
  type KernelError,
  PNOTIFY,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type Subscriber,
  type Task,
  type Verdict,
} from "../../mod.ts";
import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";

/*
 * What the type checker has to let pass, and what it has to refuse: each @ts-expect-error is an error by itself when
 * the line below it compiles. Nothing here is called; the tests exist so that the file is checked with the others.
 */

interface Widget {
  readonly id: number;
}

const fork = () => PNOTIFY_OK;
const taskData = { create: (): Widget => ({ id: 1 }) };

/** Keeps code from running that is there to be type-checked. */
function neverRuns(_code: () => void): void {}

Deno.test("types: defineEvents() knows the data in every hook", () => {
  const events = defineEvents<Widget>({
    name: "audit",
    taskData,
    init: (_task, subscriber) => {
      assertType<IsExact<typeof subscriber, Subscriber<Widget>>>(true);
      return PNOTIFY_OK;
    },
    fork: (_child, subscriber, parentData) => {
      assertType<IsExact<typeof subscriber.data, Widget>>(true);
      assertType<IsExact<typeof parentData, Widget>>(true);
      return PNOTIFY_OK;
    },
    exec: (_task, { data }) => assertType<IsExact<typeof data, Widget>>(true),
    exit: (_task, { data }) => assertType<IsExact<typeof data, Widget>>(true),
    canFork: (_parent, { data }) => {
      assertType<IsExact<typeof data, Widget>>(true);
      return PNOTIFY_OK;
    },
    rename: (_task, { data }, before) => {
      assertType<IsExact<typeof data, Widget>>(true);
      assertType<IsExact<typeof before, string>>(true);
    },
    reparent: (_task, _subscriber, before) => assertType<IsExact<typeof before, Task>>(true),
  });
  assertEquals(events.name, "audit");
});

Deno.test("types: without taskData the data may be null in every hook", () => {
  const events = defineEvents<Widget>({
    name: "audit",
    fork: (_child, subscriber, parentData) => {
      assertType<IsExact<typeof subscriber.data, Widget | null>>(true);
      assertType<IsExact<typeof parentData, Widget | null>>(true);
      return PNOTIFY_OK;
    },
  });
  assertEquals(events.taskData, null);
});

Deno.test("types: getSubscriber() is typed by a structure, and unknown by a name", () => {
  const { kernel, pnotify } = boot();
  const events = defineEvents<Widget>({ name: "audit", fork, taskData });
  kernel.init.subscriberListSem.downRead();
  const typed = pnotify.getSubscriber(kernel.init, events);
  const named = pnotify.getSubscriber(kernel.init, "audit");
  kernel.init.subscriberListSem.upRead();
  assertType<IsExact<typeof typed, Subscriber<Widget> | null>>(true);
  assertType<IsExact<typeof named, Subscriber<unknown> | null>>(true);
  // @ts-expect-error the data is unknown
  neverRuns(() => named!.data.id);
  assertEquals([typed, named], [null, null]);
});

Deno.test("types: track() and dataOf() have the data of the structure", () => {
  const { kernel, pnotify } = boot();
  const events = defineEvents<Widget>({ name: "audit", fork, taskData });
  const tracked = pnotify.track(kernel.init, events);
  const data = pnotify.dataOf(kernel.init, events);
  assertType<IsExact<typeof tracked, Widget>>(true);
  assertType<IsExact<typeof data, Widget | null>>(true);
  assertEquals(data, tracked);
});

Deno.test("types: subscribing wants data of the right type", () => {
  const { kernel, pnotify } = boot();
  const events = defineEvents<Widget>({ name: "audit", fork, taskData });
  neverRuns(() => {
    pnotify.track(kernel.init, events, { data: { id: 2 } });
    // @ts-expect-error a string is no Widget
    pnotify.track(kernel.init, events, { data: "two" });
    // @ts-expect-error the id is missing
    pnotify.track(kernel.init, events, { data: {} });
    // @ts-expect-error a string is no Widget
    pnotify.subscribe(kernel.init, events, { data: "two" });
    // @ts-expect-error a Widget has no null in it here
    pnotify.track(kernel.init, events, { data: null });
  });
});

Deno.test("types: what a hook puts into subscriber.data is of the right type", () => {
  defineEvents<Widget>({
    name: "audit",
    taskData,
    fork(_child, subscriber) {
      neverRuns(() => {
        subscriber.data = { id: 3 };
        // @ts-expect-error a number is no Widget
        subscriber.data = 3;
      });
      return PNOTIFY_OK;
    },
  });
});

Deno.test("types: taskData makes, inherits and destroys one type", () => {
  neverRuns(() => {
    // @ts-expect-error create makes a string
    defineEvents<Widget>({ name: "audit", fork, taskData: { create: () => "one" } });
    // @ts-expect-error inherit makes a string
    defineEvents<Widget>({ name: "audit", fork, taskData: { ...taskData, inherit: () => "one" } });
    // @ts-expect-error there is no such inheritance
    defineEvents<Widget>({ name: "audit", fork, taskData: { ...taskData, inherit: "deep" } });
    const destroy = (_data: string) => {};
    // @ts-expect-error destroy wants a string
    defineEvents<Widget>({ name: "audit", fork, taskData: { ...taskData, destroy } });
    // @ts-expect-error create is missing
    defineEvents<Widget>({ name: "audit", fork, taskData: { inherit: "none" } });
  });
});

Deno.test("types: there are three verdicts, and no fourth", () => {
  assertType<IsExact<Verdict, 0 | 1 | -1>>(true);
  for (const answer of [PNOTIFY_OK, PNOTIFY_NOSUB, PNOTIFY_ERROR]) {
    defineEvents({ name: "audit", fork: () => answer });
  }
  neverRuns(() => {
    // @ts-expect-error 2 is no verdict
    defineEvents({ name: "audit", fork: () => 2 });
    // @ts-expect-error -12 is no verdict: a hook throws a KernelError instead
    defineEvents({ name: "audit", fork: () => -12 });
    // @ts-expect-error true is no verdict
    defineEvents({ name: "audit", fork: () => true });
    // @ts-expect-error init has a verdict, too
    defineEvents({ name: "audit", fork, init: () => 2 });
  });
});

Deno.test("types: a plain number is no verdict, nor is a promise, nor nothing", () => {
  const count: number = 0;
  neverRuns(() => {
    // @ts-expect-error any number
    defineEvents({ name: "audit", fork: () => count });
    // @ts-expect-error hooks run to completion
    defineEvents({ name: "audit", fork: () => Promise.resolve(PNOTIFY_OK) });
    // @ts-expect-error fork has to answer
    defineEvents({ name: "audit", fork: () => {} });
    // @ts-expect-error canFork has to answer
    defineEvents({ name: "audit", fork, canFork: () => {} });
  });
});

Deno.test("types: fork and name are required, and nothing else", () => {
  defineEvents({ name: "audit", fork });
  neverRuns(() => {
    // @ts-expect-error fork is missing
    defineEvents({ name: "audit" });
    // @ts-expect-error name is missing
    defineEvents({ fork });
    // @ts-expect-error there is no such field
    defineEvents({ name: "audit", fork, detach() {} });
  });
});

Deno.test("types: hooks get the parameters that they are documented with", () => {
  neverRuns(() => {
    // @ts-expect-error the first is a task
    defineEvents({ name: "audit", fork: (_child: string) => PNOTIFY_OK });
    // @ts-expect-error exec has no third one
    defineEvents({ name: "audit", fork, exec: (_task, _subscriber, _path: string) => {} });
    // @ts-expect-error signal is told a number
    defineEvents({ name: "audit", fork, signal: (_task, _subscriber, _name: string) => {} });
    // @ts-expect-error the second is a subscriber
    defineEvents({ name: "audit", fork, exit: (_task, _status: number) => {} });
  });
});

Deno.test("types: structures and their constants cannot be changed", () => {
  const events = defineEvents({ name: "audit", fork });
  neverRuns(() => {
    // @ts-expect-error read-only
    events.name = "other";
    // @ts-expect-error read-only
    events.fork = fork;
  });
  assertEquals(Object.isFrozen(events), true);
});

Deno.test("types: a module has in its environment what it named, and nothing else", () => {
  const module = defineModule({
    name: "audit",
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    params: { limit: { type: "number", default: 1, description: "how many" } },
    load(env) {
      assertType<IsExact<typeof env.params.limit, number>>(true);
      // @ts-expect-error it named no such symbol
      neverRuns(() => env.job);
      // @ts-expect-error it has no such parameter
      neverRuns(() => env.params.limits);
      return env.pnotify;
    },
    unload: (_env, pnotify) => {
      // @ts-expect-error what load returned is no string
      neverRuns(() => pnotify.length);
    },
  });
  assertEquals(module.name, "audit");
});

Deno.test("types: an errno has a name that exists", () => {
  neverRuns(() => {
    // @ts-expect-error there is no such errno
    const code: KernelError["code"] = "EWRONG";
    return code;
  });
});
