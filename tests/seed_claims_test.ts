/*
 * The document that pnotify was designed from (E. Jacobson, 19 September 2005), claim by claim: each test is named after
 * what the document says, in our words and in its order. Claims about history, people and other kernels are left out;
 * so is the job module's part, which has tests of its own.
 */

import {
  boot,
  defineEvents,
  defineModule,
  type EventsDescription,
  getTaskStruct,
  HOOKS,
  type Kernel,
  KernelBug,
  KernelError,
  PNOTIFY,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  putTaskStruct,
  type Task,
  type TaskCallouts,
  type Verdict,
} from "../mod.ts";
import { testModule } from "../modules/test_module.ts";
import { WIDGET, type Widget, widget } from "../modules/widget.ts";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";

const fork = () => PNOTIFY_OK;

/** A structure with all four of the document's events, which writes down its calls as `hook pid`. */
function listener(
  calls: string[],
  own: Partial<EventsDescription<null>> = {},
): PnotifyEvents<null> {
  return defineEvents({
    name: "test_module",
    fork: (child) => (calls.push(`fork ${child.pid}`), PNOTIFY_OK),
    exec: (task) => void calls.push(`exec ${task.pid}`),
    exit: (task) => void calls.push(`exit ${task.pid}`),
    ...own as { taskData?: undefined },
  });
}

function names(kernel: Kernel, task: Task): string[] {
  return kernel.callouts!.subscribersOf(task);
}

// What it is.

Deno.test("seed: modules are notified of fork, exec and exit in the life of a process", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, listener(calls));
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals(calls, ["fork 3", "exec 3", "exit 3"]);
});

Deno.test("seed: a special init event is supported, too", () => {
  const { pnotify } = boot();
  const calls: string[] = [];
  const init = (task: Task) => (calls.push(`init ${task.pid}`), PNOTIFY_OK);
  pnotify.register(listener(calls, { init }));
  assertEquals(calls, ["init 1", "init 2"]);
});

Deno.test("seed: more events could be added, and here are some", () => {
  const original = ["init", "fork", "exec", "exit"];
  const more = HOOKS.filter((hook) => !original.includes(hook));
  assert(more.length > 0);
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, listener([], { rename: () => void calls.push("rename") }));
  kernel.rename(kernel.init, "systemd");
  assertEquals(calls, ["rename"]);
});

Deno.test("seed: a generic data pointer lets a module associate data with each process", () => {
  const { kernel, pnotify } = boot();
  const events = defineEvents<unknown>({ name: "test_module", fork });
  for (const data of [{ any: "object" }, 7, "text", () => {}]) {
    const task = kernel.fork(kernel.init);
    pnotify.track(task, events, { data });
    assertStrictEquals(pnotify.dataOf(task, events), data);
  }
});

Deno.test("seed: the registered request tells which notifications the module wants", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, listener(calls, { exec: undefined }));
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals(calls, ["fork 3", "exit 3"]);
});

Deno.test("seed: each process has a list of subscribers, and each of them a data pointer", () => {
  const { kernel, pnotify } = boot();
  const one = defineEvents<string>({ name: "one", fork });
  const two = defineEvents<string>({ name: "two", fork });
  pnotify.track(kernel.init, one, { data: "of one" });
  pnotify.track(kernel.init, two, { data: "of two" });
  pnotify.track(kernel.kthreadd, one, { data: "of another task" });
  assertEquals([names(kernel, kernel.init), names(kernel, kernel.kthreadd)], [
    ["one", "two"],
    ["one"],
  ]);
  assertEquals(pnotify.dataOf(kernel.init, one), "of one");
  assertEquals(pnotify.dataOf(kernel.init, two), "of two");
  assertEquals(pnotify.dataOf(kernel.kthreadd, one), "of another task");
});

// What happens at each event.

Deno.test("seed: at fork the child gets the same subscriber list as the parent", () => {
  const { kernel, pnotify } = boot();
  for (const name of ["one", "two", "three"]) {
    pnotify.track(kernel.init, defineEvents({ name, fork }));
  }
  assertEquals(names(kernel, kernel.fork(kernel.init)), ["one", "two", "three"]);
});

Deno.test("seed: the fork function is called for the child being constructed", () => {
  const { kernel, pnotify } = boot();
  const states: string[] = [];
  const fork = (child: Task) => (states.push(child.state), PNOTIFY_OK);
  pnotify.track(kernel.init, listener([], { fork }));
  const child = kernel.fork(kernel.init);
  assertEquals([states, child.state], [["N"], "R"]);
});

Deno.test("seed: special return values apply for fork that do not for exec and exit", () => {
  const { kernel, pnotify } = boot();
  const answer = (() => PNOTIFY_ERROR) as () => void;
  const child = kernel.fork(kernel.init);
  pnotify.track(child, listener([], { exec: answer, exit: answer }));
  kernel.exec(child, "/bin/true");
  assertEquals([child.comm, names(kernel, child)], ["true", ["test_module"]]);
  kernel.exit(child);
  assertEquals([kernel.getTask(3), kernel.reports], [null, []]);
});

Deno.test("seed: at exit each subscriber's exit function is called and its entry deleted", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const child = kernel.fork(kernel.init);
  const one = listener(calls, { name: "one" });
  const two = listener(calls, { name: "two" });
  pnotify.track(child, one);
  pnotify.track(child, two);
  kernel.exit(child);
  assertEquals([calls, child.subscribers], [["exit 3", "exit 3"], null]);
  assertEquals([pnotify.subscriptionCount(one), pnotify.subscriptionCount(two)], [0, 0]);
});

Deno.test("seed: the fork event is triggered when a parent forks, for the parent's subscribers only", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const parent = kernel.fork(kernel.init);
  const other = kernel.fork(kernel.init);
  pnotify.track(parent, listener(calls));
  kernel.fork(other);
  assertEquals(calls, []);
  kernel.fork(parent);
  assertEquals(calls, ["fork 6"]);
});

Deno.test("seed: the exit event happens when a process is going away, however it goes", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = listener(calls);
  const ways: ((task: Task) => void)[] = [
    (task) => kernel.exit(task, 1),
    (task) => kernel.exitThread(task),
    (task) => void kernel.kill(task.pid, "SIGKILL"),
  ];
  for (const end of ways) {
    const task = kernel.fork(kernel.init);
    pnotify.track(task, events);
    end(task);
  }
  assertEquals(calls, ["exit 3", "exit 4", "exit 5"]);
});

Deno.test("seed: the exec event happens when a process execs, each time it does", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const child = kernel.fork(kernel.init);
  pnotify.track(child, listener(calls));
  for (const path of ["/bin/sh", "/usr/bin/make", "/usr/bin/cc"]) kernel.exec(child, path);
  assertEquals(calls, ["exec 3", "exec 3", "exec 3"]);
});

Deno.test("seed: init associates the module with all processes there are at registration", () => {
  const { kernel, pnotify } = boot();
  const before = kernel.fork(kernel.init);
  const init = () => PNOTIFY_OK;
  const events = listener([], { init });
  pnotify.register(events);
  for (const task of [kernel.init, kernel.kthreadd, before]) {
    assertEquals(names(kernel, task), ["test_module"]);
  }
  assertEquals(pnotify.subscriptionCount(events), 3);
});

Deno.test("seed: without init a module keeps track of those it associates, and children that follow", () => {
  const { kernel, pnotify } = boot();
  const events = listener([]);
  pnotify.register(events);
  const mine = kernel.fork(kernel.init);
  pnotify.track(mine, events);
  const child = kernel.fork(mine);
  const stranger = kernel.fork(kernel.init);
  assertEquals([mine, child, stranger, kernel.init].map((task) => names(kernel, task).length), [
    1,
    1,
    0,
    0,
  ]);
});

Deno.test("seed: an event is designated by NULL, not interested, or by a function to run", () => {
  for (const nothing of [undefined, null]) {
    const { kernel, pnotify } = boot();
    const calls: string[] = [];
    const off = nothing as undefined;
    const events = listener(calls, { init: off, exec: off, exit: off });
    assertEquals([events.init, events.exec, events.exit], [null, null, null]);
    pnotify.register(events);
    pnotify.track(kernel.init, events);
    const child = kernel.fork(kernel.init);
    kernel.exec(child, "/bin/true");
    kernel.exit(child);
    assertEquals(calls, ["fork 3"]);
  }
});

Deno.test("seed: the fork event is required", () => {
  const incomplete = { fork: undefined as unknown as EventsDescription<null>["fork"] };
  assertEquals(assertThrows(() => listener([], incomplete), KernelError).code, "EINVAL");
});

// How processes become associated.

Deno.test("seed: subscribe associates a given process with a given structure", () => {
  const { kernel, pnotify } = boot();
  const events = listener([]);
  const { init } = kernel;
  init.subscriberListSem.downWrite();
  const subscriber = pnotify.subscribe(init, events);
  init.subscriberListSem.upWrite();
  assertStrictEquals(subscriber.events, events);
  assertEquals(names(kernel, init), ["test_module"]);
});

Deno.test("seed: from then on the module hears of that process and of any children it may have", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const shell = kernel.fork(kernel.init);
  kernel.exec(shell, "/bin/sh");
  pnotify.track(shell, listener(calls));
  kernel.exec(shell, "/bin/sh");
  const child = kernel.fork(shell);
  const grandchild = kernel.fork(child);
  kernel.exit(grandchild);
  assertEquals(calls, ["exec 3", "fork 4", "fork 5", "exit 5"]);
});

Deno.test("seed: unsubscribe removes the association, and the module hears no more", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const events = listener(calls);
  const child = kernel.fork(kernel.init);
  child.subscriberListSem.downWrite();
  pnotify.unsubscribe(child, pnotify.subscribe(child, events));
  child.subscriberListSem.upWrite();
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals([calls, child.subscribers], [[], null]);
});

// The structure and its registration.

Deno.test("seed: a structure has module, name and data, the last optional", () => {
  const data = { count: 0 };
  const events = listener([], { module: "test_module", data });
  assertEquals([events.module, events.name], ["test_module", "test_module"]);
  assertStrictEquals(events.data, data);
  assertEquals(listener([]).data, null);
});

const registering = (events: PnotifyEvents<null>) =>
  defineModule({
    name: "test_module",
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    load: ({ pnotify }) => pnotify.register(events),
    unload: ({ pnotify }) => pnotify.unregister(events),
  });

Deno.test("seed: a module registers in its init function and unregisters in its exit function", () => {
  const { kernel, pnotify } = boot();
  const events = listener([]);
  kernel.modules.insmod(registering(events));
  assertEquals(pnotify.isRegistered(events), true);
  kernel.modules.rmmod("test_module");
  assertEquals(pnotify.isRegistered(events), false);
});

Deno.test("seed: when registering fails, so does loading the module", () => {
  const { kernel, pnotify } = boot();
  pnotify.register(listener([]));
  const load = () => kernel.modules.insmod(registering(listener([])));
  assertEquals(assertThrows(load, KernelError).code, "EBUSY");
  assertEquals(kernel.modules.lsmod(), []);
});

Deno.test("seed: with init the module hears of all processes and of all children that follow", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const shell = kernel.fork(kernel.init);
  pnotify.register(listener(calls, { init: () => PNOTIFY_OK }));
  kernel.exec(shell, "/bin/sh");
  kernel.exit(kernel.fork(kernel.kthreadd));
  assertEquals(calls, ["exec 3", "fork 4", "exit 4"]);
});

Deno.test("seed: the init function finds its own subscriber on the list", () => {
  const { kernel, pnotify } = boot();
  const found: boolean[] = [];
  const init: EventsDescription<null>["init"] = (task, subscriber) => {
    found.push(pnotify.getSubscriber(task, "test_module") === subscriber);
    return PNOTIFY_OK;
  };
  pnotify.register(listener([], { init }));
  assertEquals([found, kernel.reports], [[true, true], []]);
});

// Fork's return values.

Deno.test("seed: the module is on the child's list before its fork function is executed", () => {
  const { kernel, pnotify } = boot();
  const found: boolean[] = [];
  const fork: EventsDescription<null>["fork"] = (child, subscriber) => {
    found.push(pnotify.getSubscriber(child, "test_module") === subscriber);
    return PNOTIFY_OK;
  };
  pnotify.track(kernel.init, listener([], { fork }));
  kernel.fork(kernel.init);
  assertEquals([found, kernel.reports], [[true], []]);
});

const answering = (answer: Verdict, calls: string[]) =>
  listener(calls, { fork: (child) => (calls.push(`fork ${child.pid}`), answer) });

Deno.test("seed: PNOTIFY_ERROR prevents the process from continuing, and fails the fork", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, answering(PNOTIFY_ERROR, calls));
  assertEquals(assertThrows(() => kernel.fork(kernel.init), KernelError).code, "EPERM");
  assertEquals([calls, kernel.getTask(3)], [["fork 3"], null]);
});

Deno.test("seed: PNOTIFY_OK adds the module to the subscriber list of the process", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, answering(PNOTIFY_OK, calls));
  const child = kernel.fork(kernel.init);
  kernel.exit(child);
  assertEquals(calls, ["fork 3", "exit 3"]);
});

Deno.test("seed: PNOTIFY_NOSUB lets the fork go on without the module on the list", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  pnotify.track(kernel.init, answering(PNOTIFY_NOSUB, calls));
  const child = kernel.fork(kernel.init);
  assertEquals([child.state, names(kernel, child)], ["R", []]);
  kernel.exit(child);
  assertEquals(calls, ["fork 3"]);
});

// Unregistering.

Deno.test("seed: at unload attach count + init count equals detach count", () => {
  const { kernel } = boot();
  kernel.modules.insmod(testModule);
  const shell = kernel.fork(kernel.init);
  kernel.exec(shell, "/bin/sh");
  kernel.exit(kernel.fork(shell));
  kernel.modules.rmmod("test_module");
  assertEquals(kernel.log.records().map(({ text }) => text), [
    "test_module: detach called 4 times",
    "test_module: attach called 2 times",
    "test_module: init called 2 times",
    "test_module: exec called 1 times",
    "test_module: Good - attach count + init count equals detach count",
  ]);
});

Deno.test("seed: the demo module says so when the counts do not balance", () => {
  const { kernel, pnotify } = boot();
  const loaded = kernel.modules.insmod(testModule, { params: { everybody: false } });
  assertEquals(loaded.state, "live");
  // Subscribed by hand, so there is an exit without an init or a fork before it.
  const entry = pnotify.registeredEvents().find(({ name }) => name === "test_module")!;
  pnotify.track(kernel.init, entry);
  kernel.modules.rmmod("test_module");
  assertEquals(kernel.log.records().at(-1)?.level, "err");
});

// Data and locking.

Deno.test("seed: getSubscriber retrieves the subscriber of a process by the module's name", () => {
  const { kernel, pnotify } = boot();
  const { init } = kernel;
  pnotify.track(init, defineEvents({ name: "other", fork }));
  pnotify.track(init, defineEvents<string>({ name: "widget", fork }), { data: "the data" });
  init.subscriberListSem.downRead();
  const subscriber = pnotify.getSubscriber(init, "widget");
  const missing = pnotify.getSubscriber(init, "gadget");
  init.subscriberListSem.upRead();
  assertEquals([subscriber?.data, missing], ["the data", null]);
});

Deno.test("seed: the widget of a process is read under its lock, with the task kept", () => {
  const { kernel } = boot();
  kernel.modules.insmod(widget, { params: { first: 40 } });
  const api = kernel.symbols.find(WIDGET.name)!.value as Widget;
  api.attach(1);
  const child = kernel.fork(kernel.init);
  assertEquals([api.widgetOf(1), api.widgetOf(child.pid), api.widgetOf(2)], [40, 41, null]);
  assertEquals([kernel.reports, kernel.init.subscriberListSem.isHeld("read")], [[], false]);
});

Deno.test("seed: a reference keeps the task from vanishing while it is accessed", () => {
  const { kernel } = boot();
  const child = kernel.fork(kernel.init);
  // The steps of the document: find it under tasklistLock, take a reference, and drop the lock.
  kernel.tasklistLock.readLock();
  const task = kernel.findTask(child.pid)!;
  getTaskStruct(task);
  kernel.tasklistLock.readUnlock();
  kernel.exit(child);
  task.subscriberListSem.downRead();
  task.subscriberListSem.upRead();
  assertEquals([task.usage, kernel.reports], [1, []]);
  putTaskStruct(task);
  assertThrows(() => getTaskStruct(task), KernelBug);
});

Deno.test("seed: while the list is locked for reading nobody can change it", () => {
  const { kernel, pnotify } = boot();
  const { init } = kernel;
  const events = listener([]);
  init.subscriberListSem.downRead();
  assertThrows(() => pnotify.track(init, events), KernelBug);
  init.subscriberListSem.upRead();
  assertEquals(names(kernel, init), []);
});

// Why it is not a notifier list.

/** Notes the callouts that a kernel makes, and what else it reads of the service. */
function countCallouts(kernel: Kernel): string[] {
  const made: string[] = [];
  kernel.callouts = new Proxy(kernel.callouts!, {
    get(target, property: keyof TaskCallouts) {
      made.push(property);
      const value = target[property];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return made;
}

Deno.test("seed: an empty list tells at once that no module cares about the process", () => {
  const { kernel, pnotify } = boot();
  pnotify.register(listener([]));
  const made = countCallouts(kernel);
  const child = kernel.fork(kernel.init);
  assertEquals(child.subscribers, null);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals(made, []);
});

Deno.test("seed: lists are walked only where somebody is interested in the task, not system wide", () => {
  const { kernel, pnotify } = boot();
  const watched = kernel.fork(kernel.init);
  const others = [1, 2, 3, 4].map(() => kernel.fork(kernel.init));
  pnotify.track(watched, listener([]));
  const made = countCallouts(kernel);
  for (const task of [watched, ...others]) kernel.exec(task, "/bin/true");
  // Of the watched task alone the service is also asked whether a module may want to refuse an exec.
  assertEquals(made, ["wantsCanExec", "exec"]);
});

Deno.test("seed: data is associated with a process without a field of its own in the task", () => {
  const { kernel, pnotify } = boot();
  const fields = Object.keys(kernel.init).sort();
  const data = new Map<string, string>();
  for (const name of ["one", "two", "three"]) {
    const events = defineEvents<string>({ name, fork });
    pnotify.track(kernel.init, events, { data: `data of ${name}` });
    data.set(name, pnotify.dataOf(kernel.init, events)!);
  }
  assertEquals([...data.values()], ["data of one", "data of two", "data of three"]);
  assertEquals(Object.keys(kernel.init).sort(), fields);
});

Deno.test("seed: another part of the kernel that wants to know of forks needs no code in copy_process", () => {
  const { kernel, pnotify } = boot();
  let forks = 0;
  const accounting = defineEvents({ name: "accounting", fork: () => (forks++, PNOTIFY_OK) });
  pnotify.track(kernel.init, accounting);
  kernel.fork(kernel.fork(kernel.init));
  assertEquals(forks, 2);
});

// Its place in the kernel.

Deno.test("seed: all that is exported is exported to GPL modules only", () => {
  const { kernel } = boot();
  assertEquals(kernel.symbols.find("pnotify")?.symbol.gplOnly, true);
  const closed = defineModule({
    name: "closed",
    license: "Proprietary",
    uses: { pnotify: PNOTIFY },
    load() {},
    unload() {},
  });
  assertEquals(assertThrows(() => kernel.modules.insmod(closed), KernelError).code, "ENOENT");
});

Deno.test("seed: modules of doubtful origin are told by the tainted warnings", () => {
  const { kernel } = boot();
  const closed = defineModule({ name: "closed", license: "Proprietary", load() {}, unload() {} });
  kernel.modules.insmod(closed, { outOfTree: true });
  const { text } = kernel.report("module-leak", "anything");
  assertEquals([[...kernel.taint].sort(), text.includes("Tainted: ")], [["O", "P"], true]);
});
