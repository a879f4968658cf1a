import {
  boot,
  defineEvents,
  type Kernel,
  KernelBug,
  type Pnotify,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
  type TaskCallouts,
  WaitQueue,
} from "../../mod.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { bugOf, heldLocks, listener } from "./listener.ts";

const LIST = "task.subscriberListSem";

Deno.test("A53 the events semaphore is outer and the list semaphore inner", () => {
  const { kernel, pnotify } = boot();
  pnotify.register(listener("audit", [], { init: PNOTIFY_OK }));
  assertEquals(kernel.reports, []);
  kernel.init.subscriberListSem.downRead();
  pnotify.eventsSem.downRead();
  pnotify.eventsSem.upRead();
  kernel.init.subscriberListSem.upRead();
  assertEquals(kernel.reports.map(({ kind, lock }) => [kind, lock]), [
    ["lock-inversion", "eventsSem"],
  ]);
});

Deno.test("A53 tasklistLock is a spin lock: taking a semaphore under it is reported", () => {
  const { kernel } = boot();
  kernel.tasklistLock.readLock();
  kernel.init.subscriberListSem.downRead();
  kernel.init.subscriberListSem.upRead();
  kernel.tasklistLock.readUnlock();
  assertEquals(kernel.reports.map(({ kind, lock }) => [kind, lock]), [
    ["sleep-in-atomic", "tasklistLock"],
  ]);
});

Deno.test("A53 no walk and no callout takes a semaphore under tasklistLock", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", [], { init: PNOTIFY_OK });
  pnotify.register(events);
  const shell = kernel.fork(kernel.init);
  kernel.exec(shell, "/bin/sh");
  kernel.exit(kernel.fork(shell));
  kernel.wait(shell);
  kernel.exit(shell);
  pnotify.unregister(events);
  assertEquals(kernel.shutdown(), []);
});

/** An events structure whose hooks note the locks that are held while they run. */
function lockNoter(kernel: Kernel, held: Record<string, string[]>): PnotifyEvents<null> {
  const note = (hook: string) => (task: Task) => {
    held[hook] = heldLocks(kernel).map((lock) => lock.replace(` of ${task}`, " of the task"));
    return PNOTIFY_OK;
  };
  return defineEvents({
    name: "noter",
    init: note("init"),
    fork: note("fork"),
    exec: note("exec") as (task: Task) => void,
    exit: note("exit") as (task: Task) => void,
  });
}

Deno.test("A54 init runs under the events semaphore and the task's list, both for writing", () => {
  const { kernel, pnotify } = boot();
  const held: Record<string, string[]> = {};
  pnotify.register(lockNoter(kernel, held));
  assertEquals(held.init, ["eventsSem write", `${LIST} of the task write`]);
});

Deno.test("A54 fork runs under the parent's list for reading, exec under its own", () => {
  const { kernel, pnotify } = boot();
  const held: Record<string, string[]> = {};
  pnotify.track(kernel.init, lockNoter(kernel, held));
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  assertEquals(held.fork, [`${LIST} of init[1] read`]);
  assertEquals(held.exec, [`${LIST} of the task read`]);
});

Deno.test("A54 exit runs under the task's list for writing when the task ends", () => {
  const { kernel, pnotify } = boot();
  const held: Record<string, string[]> = {};
  const child = kernel.fork(kernel.init);
  pnotify.track(child, lockNoter(kernel, held));
  kernel.exit(child);
  assertEquals(held.exit, [`${LIST} of the task write`]);
});

Deno.test("A54 exit runs under both for writing at unregister, and when a registration fails", () => {
  for (const fails of [false, true]) {
    const { kernel, pnotify } = boot();
    const held: string[][] = [];
    const events = defineEvents({
      name: "noter",
      init: (task) => fails && task === kernel.kthreadd ? -1 : PNOTIFY_OK,
      fork: () => PNOTIFY_OK,
      exit: () => void held.push(heldLocks(kernel)),
    });
    if (fails) assertThrows(() => pnotify.register(events));
    else pnotify.register(events);
    if (!fails) pnotify.unregister(events);
    assertEquals(held, [
      ["eventsSem write", `${LIST} of init[1] write`],
      ["eventsSem write", `${LIST} of kthreadd[2] write`],
    ]);
  }
});

Deno.test("A54 exit of a roll-back runs under the child's list for writing", () => {
  const { kernel, pnotify } = boot();
  const held: Record<string, string[]> = {};
  pnotify.track(kernel.init, lockNoter(kernel, held));
  pnotify.track(kernel.init, listener("refuser", [], { fork: -1 }));
  assertThrows(() => kernel.fork(kernel.init));
  assertEquals(held.exit, [`${LIST} of the task write`]);
});

type Call = "register" | "unregister" | "fork" | "exec" | "exit";

/** A world with one shell, and a module of which one hook does for that shell what it must not. */
interface World {
  readonly kernel: Kernel;
  readonly pnotify: Pnotify;
  readonly task: Task;
  readonly events: PnotifyEvents<null>;
  readonly other: PnotifyEvents<string | null>;
}

const register = ({ pnotify, other }: World) => pnotify.register(other);
const unregister = ({ pnotify, other }: World) => pnotify.unregister(other);
const takeList = ({ task }: World) => task.subscriberListSem.downRead();
const subscribe = ({ pnotify, task, other }: World) => void pnotify.track(task, other);
const unsubscribe = ({ pnotify, task, events }: World) => void pnotify.untrack(task, events);

const EVENTS = "eventsSem";
const LIST_OF_TASK = `${LIST} of sh[3]`;

/** What is done in which hook, during which call, and the lock that both want. */
const deadlocks: [
  what: string,
  "init" | "fork" | "exec" | "exit",
  Call,
  string,
  (world: World) => void,
][] = [
  ["register() from init", "init", "register", EVENTS, register],
  ["unregister() from init", "init", "register", EVENTS, unregister],
  ["register() from exit during unregister()", "exit", "unregister", EVENTS, register],
  ["unregister() from exit during unregister()", "exit", "unregister", EVENTS, unregister],
  ["taking the task's list in init", "init", "register", LIST_OF_TASK, takeList],
  ["taking the task's list in exit", "exit", "exit", LIST_OF_TASK, takeList],
  [
    "taking the task's list in exit during unregister()",
    "exit",
    "unregister",
    LIST_OF_TASK,
    takeList,
  ],
  ["subscribing the parent from fork", "fork", "fork", LIST_OF_TASK, subscribe],
  ["unsubscribing the parent from fork", "fork", "fork", LIST_OF_TASK, unsubscribe],
  ["subscribing oneself from exec", "exec", "exec", LIST_OF_TASK, subscribe],
  ["unsubscribing oneself from exec", "exec", "exec", LIST_OF_TASK, unsubscribe],
];

function buildWorld(hook: string, misuse: (world: World) => void, debug: boolean): World {
  const { kernel, pnotify } = boot({ debug });
  const task = kernel.fork(kernel.init);
  kernel.exec(task, "/bin/sh");
  const hooks = {
    fork: () => PNOTIFY_OK,
    [hook](about: Task) {
      if (about === task || about.parent === task) misuse(world);
      return PNOTIFY_OK;
    },
  };
  const events = defineEvents({ name: "audit", module: "audit_module", ...hooks });
  const world = { kernel, pnotify, task, events, other: listener("other", []) };
  return world;
}

/** Makes the call that the hook runs in. */
function make(call: Call, { kernel, pnotify, task, events }: World): void {
  if (call === "register") return pnotify.register(events);
  pnotify.track(task, events);
  if (call === "fork") return void kernel.fork(task);
  if (call === "exec") return kernel.exec(task, "/bin/sh");
  if (call === "exit") return kernel.exit(task);
  pnotify.register(events);
  pnotify.unregister(events);
}

for (const [what, hook, call, lock, misuse] of deadlocks) {
  Deno.test(`A55 ${what} is a self-deadlock, told with lock, holder and module`, () => {
    const world = buildWorld(hook, misuse, true);
    const report = bugOf(() => make(call, world));
    assertEquals([report.kind, report.lock], ["self-deadlock", lock]);
    // Who wants it: the module whose hook runs. Who has it: the call around, made by no module.
    assertEquals([report.module, report.place.cpu], ["audit_module", "cpu0"]);
    assertEquals([report.taken?.what, report.taken?.module], [call, null]);
    for (const word of [lock, ` in ${call}, event`, "module audit_module"]) {
      assertStringIncludes(report.text, word);
    }
    assertEquals(world.kernel.reports.includes(report), true);
  });

  Deno.test(`A55 ${what} is refused without the checks, too`, () => {
    const world = buildWorld(hook, misuse, false);
    assertEquals(assertThrows(() => make(call, world), KernelBug).report, null);
  });
}

Deno.test("A55 subscribing the parent from fork without taking its lock is reported, too", () => {
  const { kernel, pnotify } = boot();
  const other = listener("other", []);
  const events = defineEvents({
    name: "audit",
    fork: () => (pnotify.subscribe(kernel.init, other), PNOTIFY_OK),
  });
  pnotify.track(kernel.init, events);
  kernel.fork(kernel.init);
  assertEquals(kernel.reports.map(({ kind }) => kind), ["lock-needed"]);
});

// The list of a child that nobody else can see yet counts as held by the one that forks.
Deno.test("A55 subscribing the child from fork is no deadlock", () => {
  const { kernel, pnotify } = boot();
  const other = listener("other", []);
  const events = defineEvents({
    name: "audit",
    fork: (child) => (pnotify.subscribe(child, other, { data: "given" }), PNOTIFY_OK),
  });
  pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  assertEquals([pnotify.dataOf(child, other), kernel.reports], ["given", []]);
});

// RCU would forbid this; the reason why the author kept semaphores.
Deno.test("A56 every hook may sleep: no spin lock is held while it runs", () => {
  const { kernel, pnotify } = boot();
  const sleeper = kernel.fork(kernel.init);
  const queue = new WaitQueue<null>(kernel);
  let slept = 0;
  const sleep = () => {
    slept++;
    queue.sleep(sleeper);
    queue.wakeAll(null);
    return PNOTIFY_OK;
  };
  const events = defineEvents({
    name: "sleepy",
    init: sleep,
    fork: sleep,
    exec: sleep,
    exit: sleep,
  });
  pnotify.register(events);
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals([slept, kernel.reports], [6, []]);
});

/** Counts the callouts that a kernel makes. */
function countCallouts(kernel: Kernel): string[] {
  const made: string[] = [];
  const callouts = kernel.callouts!;
  kernel.callouts = new Proxy(callouts, {
    get(target, property: keyof TaskCallouts) {
      made.push(property);
      const value = target[property];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return made;
}

Deno.test("A57 for a task without subscribers fork, exec and exit call nobody", () => {
  const { kernel, pnotify } = boot({ debug: false });
  pnotify.register(listener("audit", []));
  const made = countCallouts(kernel);
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals(made, []);
});

Deno.test("A57 subscribers of other tasks cost it nothing", () => {
  const { kernel, pnotify } = boot({ debug: false });
  const watched = kernel.fork(kernel.init);
  const plain = kernel.fork(kernel.init);
  pnotify.track(watched, listener("audit", []));
  const made = countCallouts(kernel);
  kernel.exit(kernel.fork(plain));
  kernel.exec(plain, "/bin/true");
  assertEquals(made, []);
  kernel.fork(watched);
  assertEquals(made, ["fork"]);
});
