import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  boot,
  defineEvents,
  type EventsDescription,
  HOOKS,
  KernelBug,
  KernelError,
  PNOTIFY_OK,
  PnotifyEvents,
} from "../../mod.ts";
import { bootShell } from "../kernel/shell.ts";
import { assertRefused, snapshot } from "../kernel/snapshot.ts";

const fork = () => PNOTIFY_OK;

function labels(rest: Partial<EventsDescription<string>> = {}): PnotifyEvents<string | null> {
  return defineEvents<string>(
    { name: "labels", fork, ...rest } as EventsDescription<string | null> & {
      taskData?: undefined;
    },
  );
}

Deno.test("track() subscribes a task and returns the data that it gave", () => {
  const { pnotify, sh } = bootShell();
  const events = labels();
  assertEquals(pnotify.track(sh, events, { data: "shell" }), "shell");
  assertEquals([pnotify.dataOf(sh, events), pnotify.subscriptionCount(events)], ["shell", 1]);
});

Deno.test("track() without data takes what create makes, or null", () => {
  const { pnotify, sh } = bootShell();
  assertEquals(pnotify.track(sh, labels()), null);
  const made = defineEvents<number[]>({
    name: "made",
    fork,
    taskData: { create: (task) => [task.pid] },
  });
  assertEquals(pnotify.track(sh, made), [3]);
});

Deno.test("track(), untrack() and dataOf() take lock and reference, and give both back", () => {
  const { kernel, pnotify, sh } = bootShell();
  const events = labels();
  const during: number[][] = [];
  const sink = kernel.addTraceSink(({ type }) => {
    if (type === "subscribe" || type === "unsubscribe") during.push([sh.usage, sh.lockCount]);
  });
  pnotify.track(sh, events, { data: "a" });
  pnotify.dataOf(sh, events);
  pnotify.untrack(sh, events);
  sink();
  assertEquals(during, [[2, -1], [2, -1]]);
  assertEquals([sh.usage, sh.lockCount, kernel.context.held, kernel.reports], [1, 0, [], []]);
});

Deno.test("untrack() ends the first subscription and says whether there was one", () => {
  const { pnotify, sh } = bootShell();
  const events = labels();
  pnotify.track(sh, events, { data: "first" });
  pnotify.track(sh, events, { data: "second" });
  assertEquals([pnotify.untrack(sh, events), pnotify.dataOf(sh, events)], [true, "second"]);
  assertEquals([pnotify.untrack(sh, events), pnotify.untrack(sh, events)], [true, false]);
});

Deno.test("dataOf() is null for a task that is not subscribed, and for a structure never seen", () => {
  const { kernel, pnotify, sh } = bootShell();
  const events = labels();
  pnotify.track(sh, events, { data: "shell" });
  assertEquals(pnotify.dataOf(kernel.init, events), null);
  assertEquals(pnotify.dataOf(sh, labels()), null);
});

Deno.test("track() is refused with ESRCH when the task has ended, and gives everything back", () => {
  const world = bootShell();
  const { kernel, pnotify, sh } = world;
  const zombie = kernel.fork(sh);
  kernel.exit(zombie);
  const error = assertRefused(world, "ESRCH", () => pnotify.track(zombie, labels()));
  assertEquals(
    error.message,
    'Cannot subscribe "labels": sh[4] is exiting, a task that has not begun to exit is wanted (ESRCH)',
  );
});

Deno.test("track() is refused with EINVAL for a global structure and for what is none", () => {
  const world = bootShell();
  const { pnotify, sh } = world;
  assertRefused(world, "EINVAL", () => pnotify.track(sh, labels({ global: true })));
  for (const nothing of [undefined, null, {}, { name: "labels", fork }]) {
    const events = nothing as unknown as PnotifyEvents<string>;
    assertRefused(world, "EINVAL", () => pnotify.track(sh, events));
    assertRefused(world, "EINVAL", () => pnotify.register(events));
    assertRefused(world, "EINVAL", () => pnotify.unregister(events));
  }
  // A structure that was refused does not linger as one that has a say before forks.
  assertEquals([pnotify.balances(), world.kernel.fork(sh).state], [[], "R"]);
});

Deno.test("track(), untrack() and dataOf() of a freed task are a use after free", () => {
  const { kernel, pnotify, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.exit(child);
  kernel.wait(sh);
  const events = labels();
  const calls = [
    () => pnotify.track(child, events),
    () => pnotify.untrack(child, events),
    () => pnotify.dataOf(child, events),
  ];
  for (const call of calls) {
    assertEquals(assertThrows(call, KernelBug).report!.kind, "use-after-free");
  }
  assertEquals(child.lockCount, 0);
});

Deno.test("track() is refused with EBUSY while the structure is unregistered, and works after that", () => {
  const { kernel, pnotify, sh } = bootShell();
  const codes: string[] = [];
  const events: PnotifyEvents<string | null> = labels({
    exit: () =>
      void codes.push(assertThrows(() => pnotify.track(kernel.init, events), KernelError).code),
  });
  pnotify.register(events);
  pnotify.track(sh, events);
  pnotify.unregister(events);
  assertEquals(codes, ["EBUSY"]);
  assertEquals(pnotify.track(sh, events, { data: "again" }), "again");
});

Deno.test("getSubscriber() finds a structure's own entry, by name any structure's", () => {
  const { kernel, pnotify, sh } = bootShell();
  const [mine, other] = [labels(), labels()];
  pnotify.track(sh, other, { data: "other" });
  pnotify.track(sh, mine, { data: "mine" });
  sh.subscriberListSem.downRead();
  assertEquals(pnotify.getSubscriber(sh, mine)?.data, "mine");
  assertEquals(pnotify.getSubscriber(sh, "labels")?.data, "other");
  assertEquals(pnotify.getSubscriber(sh, "nobody"), null);
  sh.subscriberListSem.upRead();
  assertEquals(kernel.reports, []);
});

Deno.test("subscribe() returns the entry, whose data can be replaced", () => {
  const { pnotify, sh } = bootShell();
  const events = labels();
  sh.subscriberListSem.downWrite();
  const subscriber = pnotify.subscribe(sh, events, { data: "a" });
  assertStrictEquals(subscriber.events, events);
  subscriber.data = "b";
  sh.subscriberListSem.upWrite();
  assertEquals(pnotify.dataOf(sh, events), "b");
});

Deno.test("unsubscribe() is refused with EINVAL for an entry that is off the list already", () => {
  const world = bootShell();
  const { pnotify, sh } = world;
  const events = labels();
  sh.subscriberListSem.downWrite();
  const subscriber = pnotify.subscribe(sh, events);
  pnotify.unsubscribe(sh, subscriber);
  sh.subscriberListSem.upWrite();
  const before = snapshot(world);
  sh.subscriberListSem.downWrite();
  const error = assertThrows(() => pnotify.unsubscribe(sh, subscriber), KernelError);
  sh.subscriberListSem.upWrite();
  assertEquals([error.code, snapshot(world)], ["EINVAL", before]);
});

Deno.test("isRegistered() is true from register to unregister, and for that structure only", () => {
  const { pnotify } = boot();
  const [mine, other] = [labels(), labels()];
  const seen = () => [mine, other].map((events) => pnotify.isRegistered(events));
  pnotify.register(mine);
  assertEquals(seen(), [true, false]);
  pnotify.unregister(mine);
  assertEquals(seen(), [false, false]);
});

Deno.test("balance() has all terms, and balances() every structure that was registered or subscribed", () => {
  const { kernel, pnotify, sh } = bootShell();
  const events = labels({ init: () => PNOTIFY_OK });
  const unseen = labels();
  pnotify.register(events);
  const child = kernel.fork(sh);
  pnotify.untrack(child, events);
  pnotify.track(child, events);
  kernel.exit(kernel.fork(sh));
  const expected = {
    init: 3,
    fork: 2,
    subscribed: 1,
    exit: 1,
    unsubscribed: 1,
    current: 4,
    balanced: true,
  };
  assertEquals(pnotify.balance(events), expected);
  assertEquals(pnotify.balance(unseen).balanced, true);
  assertEquals(pnotify.balances(), [{ name: "labels", registered: true, balance: expected }]);
});

Deno.test("unregister() with ifBusy refuse fails with EBUSY while anybody is subscribed", () => {
  const world = bootShell();
  const { pnotify, sh } = world;
  const events = labels();
  pnotify.register(events);
  pnotify.track(sh, events);
  assertRefused(world, "EBUSY", () => pnotify.unregister(events, { ifBusy: "refuse" }));
  pnotify.untrack(sh, events);
  pnotify.unregister(events, { ifBusy: "refuse" });
  assertEquals(pnotify.isRegistered(events), false);
});

Deno.test("register() is refused with EBUSY and EINVAL, and the world is as it was", () => {
  const world = bootShell();
  const { kernel, pnotify } = world;
  const events = labels();
  kernel.clock.advance(9);
  pnotify.register(events);
  assertRefused(world, "EINVAL", () => pnotify.register(events));
  const error = assertRefused(world, "EBUSY", () => pnotify.register(labels()));
  assertEquals(
    error.message,
    'Cannot register events "labels": the name is taken since 9 ns, a free name is wanted (EBUSY)',
  );
  assertRefused(world, "EINVAL", () => pnotify.unregister(labels()));
});

Deno.test("defineEvents() freezes a normalised copy", () => {
  const description = { name: "labels", fork, data: { any: 1 } };
  const events = defineEvents(description);
  assert(Object.isFrozen(events) && !Object.isFrozen(description));
  assert(events instanceof PnotifyEvents);
  assertEquals([events.name, events.module, events.priority, events.global], [
    "labels",
    null,
    0,
    false,
  ]);
  assertStrictEquals(events.data, description.data);
  for (const hook of HOOKS) {
    if (hook !== "fork") assertEquals(events[hook], null);
  }
});

Deno.test("defineEvents() keeps taskData as it was when it was defined", () => {
  const taskData: { create: () => number } = { create: () => 1 };
  const events = defineEvents<number>({ name: "a", fork, taskData });
  taskData.create = () => 2;
  const { pnotify, sh } = bootShell();
  assertEquals(pnotify.track(sh, events), 1);
});

const good = { name: "labels", fork };
const create = () => 0;
const refusals: [string, unknown, string][] = [
  ["nothing", undefined, "it is no object"],
  ["null", null, "it is no object"],
  ["a string", "labels", "it is no object"],
  ["no name", { fork }, "name is of type undefined"],
  ["an empty name", { ...good, name: "" }, "name is 0 characters long"],
  ["a name of 33 characters", { ...good, name: "a".repeat(33) }, "name is 33 characters long"],
  ["no fork", { name: "labels" }, "fork is of type undefined"],
  ["a fork that is no function", { ...good, fork: 0 }, "fork is of type number"],
  ["a misspelt hook", { ...good, exti() {} }, 'there is no field "exti"'],
  ["a module that is no name", { ...good, module: {} }, "module is of type object"],
  ["a global that is no boolean", { ...good, global: 1 }, "global is of type number"],
  ["a priority of NaN", { ...good, priority: NaN }, "priority is NaN"],
  ["a priority of Infinity", { ...good, priority: Infinity }, "priority is Infinity"],
  ["taskData of null", { ...good, taskData: null }, "taskData is no object"],
  ["taskData without create", { ...good, taskData: {} }, "taskData.create is of type undefined"],
  ["an unknown inherit", { ...good, taskData: { create, inherit: "move" } }, 'inherit is "move"'],
  ["a destroy that is no function", { ...good, taskData: { create, destroy: 1 } }, "destroy is of"],
  ["a global one with init", { ...good, global: true, init: fork }, "init is set"],
  [
    "a global one with taskData",
    { ...good, global: true, taskData: { create } },
    "taskData is set",
  ],
];
for (const hook of HOOKS) {
  if (hook === "fork") continue;
  refusals.push([
    `a ${hook} that is no function`,
    { ...good, [hook]: "x" },
    `${hook} is of type string`,
  ]);
}
for (const [what, description, text] of refusals) {
  Deno.test(`defineEvents() refuses ${what} with EINVAL, naming the field`, () => {
    const call = () => defineEvents(description as typeof good);
    const error = assertThrows(call, KernelError);
    assertEquals(error.code, "EINVAL");
    assertStringIncludes(error.message, text);
    assert(error.message.startsWith("Cannot define events "), error.message);
  });
}
