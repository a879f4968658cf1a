import {
  boot,
  defineEvents,
  defineModule,
  type EventsDescription,
  type Inheritance,
  type Kernel,
  KernelError,
  PNOTIFY,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
  type TaskData,
  type Verdict,
} from "../../mod.ts";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";

/** One value of per-task data. */
interface Value {
  readonly id: number;
  readonly tags: string[];
}

/** Knows every value that was made, and how often each was destroyed. */
class Ledger {
  readonly made: Value[] = [];
  readonly destroyed: { value: Value; task: Task }[] = [];

  make(): Value {
    const value = { id: this.made.length, tags: [] };
    this.made.push(value);
    return value;
  }

  taskData(inherit?: Inheritance<Value>): TaskData<Value> {
    return {
      create: () => this.make(),
      ...(inherit === undefined ? {} : { inherit }),
      destroy: (value, task) => void this.destroyed.push({ value, task }),
    };
  }

  /** The ids of the destroyed values, in order. */
  get ids(): number[] {
    return this.destroyed.map(({ value }) => value.id);
  }

  /** Holds when each value that was made has been destroyed exactly once. */
  assertSettled(): void {
    assertEquals([...this.ids].sort((a, b) => a - b), this.made.map(({ id }) => id));
  }
}

function audit(
  ledger: Ledger,
  inherit?: Inheritance<Value>,
  hooks: Partial<EventsDescription<Value>> = {},
): PnotifyEvents<Value> {
  const fork = () => PNOTIFY_OK;
  return defineEvents<Value>({
    name: "audit",
    fork,
    ...hooks,
    taskData: ledger.taskData(inherit),
  });
}

const refuser = (answer: () => Verdict = () => PNOTIFY_ERROR) =>
  defineEvents({ name: "refuser", fork: answer });

Deno.test("taskData.create() makes the data of a task that is subscribed without any", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const data = pnotify.track(kernel.init, audit(ledger));
  assertEquals([data.id, ledger.made.length], [0, 1]);
});

Deno.test("taskData.create() is not called when data is given, and destroy ends what was given", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger);
  const given = { id: 99, tags: [] };
  assertStrictEquals(pnotify.track(kernel.init, events, { data: given }), given);
  pnotify.untrack(kernel.init, events);
  assertEquals([ledger.made, ledger.ids], [[], [99]]);
});

Deno.test("taskData.create() makes the data of every task that init visits, before the hook", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const got: number[] = [];
  const init: EventsDescription<Value>["init"] = (
    _task,
    { data },
  ) => (got.push(data.id), PNOTIFY_OK);
  const events = audit(ledger, "none", { init });
  pnotify.register(events);
  assertEquals([got, pnotify.dataOf(kernel.kthreadd, events)?.id], [[0, 1], 1]);
});

Deno.test("taskData.inherit none gives each child a fresh value, and is the default", () => {
  for (const inherit of ["none", undefined] as const) {
    const { kernel, pnotify } = boot();
    const ledger = new Ledger();
    const events = audit(ledger, inherit);
    pnotify.track(kernel.init, events);
    const child = kernel.fork(kernel.init);
    assertEquals([pnotify.dataOf(child, events)?.id, ledger.made.length], [1, 2]);
  }
});

Deno.test("taskData.inherit copy gives each child a copy one level deep", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger, "copy");
  const data = pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  const copy = pnotify.dataOf(child, events)!;
  assertEquals([copy.id, copy === data, copy.tags === data.tags], [0, false, true]);
  assertEquals(ledger.made.length, 1);
});

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  get double(): number {
    return this.x * 2;
  }
}

const copied: [what: string, value: unknown][] = [
  ["an array", [1, 2]],
  ["a Map", new Map([["a", 1]])],
  ["a Set", new Set([1])],
  ["an object", { a: 1 }],
  ["an instance of a class", new Point(4)],
];

for (const [what, value] of copied) {
  Deno.test(`taskData.inherit copy makes ${what} of ${what}`, () => {
    const { kernel, pnotify } = boot();
    const taskData = { create: () => value, inherit: "copy" as const };
    const fork = () => PNOTIFY_OK;
    const events = defineEvents<unknown>({ name: "audit", fork, taskData });
    pnotify.track(kernel.init, events);
    const copy = pnotify.dataOf(kernel.fork(kernel.init), events);
    assertEquals([copy, copy === value], [value, false]);
    assertStrictEquals(Object.getPrototypeOf(copy), Object.getPrototypeOf(value));
  });
}

Deno.test("taskData.inherit copy hands a primitive on as it is", () => {
  const { kernel, pnotify } = boot();
  const taskData = { create: () => 7, inherit: "copy" as const };
  const events = defineEvents<number>({ name: "audit", fork: () => PNOTIFY_OK, taskData });
  pnotify.track(kernel.init, events);
  assertEquals(pnotify.dataOf(kernel.fork(kernel.init), events), 7);
});

Deno.test("taskData.inherit share gives each child the parent's own value", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger, "share");
  const data = pnotify.track(kernel.init, events);
  const grandchild = kernel.fork(kernel.fork(kernel.init));
  assertStrictEquals(pnotify.dataOf(grandchild, events), data);
});

Deno.test("taskData.inherit() as a function gets the parent's data, the child and the parent", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const got: unknown[] = [];
  const events = audit(ledger, (data, child, parent) => {
    got.push(data.id, child.pid, parent.pid, child.state);
    return ledger.make();
  });
  pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  assertEquals([got, pnotify.dataOf(child, events)?.id], [[0, 3, 1, "N"], 1]);
});

Deno.test("a fork hook has the inherited data, and the parent's as its third argument", () => {
  const { kernel, pnotify } = boot();
  const got: number[] = [];
  const fork: EventsDescription<Value>["fork"] = (_child, { data }, parentData) => {
    got.push(data.id, parentData.id);
    return PNOTIFY_OK;
  };
  pnotify.track(kernel.init, audit(new Ledger(), "none", { fork }));
  kernel.fork(kernel.init);
  assertEquals(got, [1, 0]);
});

// Destroy: exactly once per created value, on every path.

/** A way that a life can go. It ends with nobody subscribed any more. */
interface Path {
  readonly what: string;
  readonly hooks?: Partial<EventsDescription<Value>>;
  readonly run: (world: PathWorld) => void;
}

interface PathWorld {
  readonly kernel: Kernel;
  readonly pnotify: ReturnType<typeof boot>["pnotify"];
  readonly events: PnotifyEvents<Value>;
  readonly shell: Task;
}

/** Tracks the shell, and forgets it at the end unless it has ended. */
const tracked = (run: (world: PathWorld) => void) => (world: PathWorld) => {
  const { pnotify, events, shell } = world;
  pnotify.track(shell, events);
  run(world);
  if (shell.usage > 0) pnotify.untrack(shell, events);
};

const failingFork = ({ kernel, shell }: PathWorld) => {
  assertThrows(() => kernel.fork(shell), KernelError);
};

const paths: Path[] = [
  {
    what: "exit",
    run: tracked(({ kernel, shell }) => kernel.exit(kernel.fork(shell))),
  },
  {
    what: "exit of a child that was subscribed twice",
    run: tracked(({ kernel, pnotify, events, shell }) => {
      pnotify.track(shell, events);
      kernel.exit(kernel.fork(shell));
      pnotify.untrack(shell, events);
    }),
  },
  {
    what: "death by a signal",
    run: tracked(({ kernel, shell }) => void kernel.kill(kernel.fork(shell).pid, "SIGKILL")),
  },
  {
    what: "the exit of a thread",
    run: tracked(({ kernel, shell }) => kernel.exitThread(kernel.createThread(shell))),
  },
  {
    what: "untrack()",
    run: tracked(({ kernel, pnotify, events, shell }) => {
      pnotify.untrack(kernel.fork(shell), events);
    }),
  },
  {
    what: "a fork answered with PNOTIFY_NOSUB",
    hooks: { fork: () => PNOTIFY_NOSUB },
    run: tracked(({ kernel, shell }) => void kernel.fork(shell)),
  },
  {
    what: "a fork answered with PNOTIFY_ERROR",
    hooks: { fork: () => PNOTIFY_ERROR },
    run: tracked(failingFork),
  },
  {
    what: "a fork hook that throws an error",
    hooks: {
      fork() {
        throw new KernelError("EDQUOT");
      },
    },
    run: tracked(failingFork),
  },
  {
    what: "a fork hook that breaks down",
    hooks: {
      fork() {
        throw new TypeError("broken");
      },
    },
    run: tracked(failingFork),
  },
  {
    what: "a fork hook that returns no verdict",
    hooks: { fork: (() => undefined) as unknown as () => Verdict },
    run: tracked(failingFork),
  },
  {
    what: "the roll-back of a fork that a later module refuses",
    run: tracked((world) => {
      world.pnotify.track(world.shell, refuser());
      failingFork(world);
    }),
  },
  {
    what: "a fork that an earlier module refuses",
    run: (world) => {
      world.pnotify.track(world.shell, refuser());
      tracked(failingFork)(world);
    },
  },
  {
    what: "a fork that a fatal signal fails",
    run: tracked((world) => {
      const { kernel, pnotify, shell } = world;
      const kill = () => (kernel.kill(shell.pid, "SIGKILL"), PNOTIFY_OK);
      pnotify.track(shell, refuser(kill));
      failingFork(world);
    }),
  },
  {
    what: "a canFork that refuses",
    run: tracked((world) => {
      const fork = () => PNOTIFY_OK;
      const canFork = () => PNOTIFY_ERROR;
      world.pnotify.track(world.shell, defineEvents({ name: "asker", fork, canFork }));
      failingFork(world);
    }),
  },
  {
    what: "an exit hook that breaks down",
    hooks: {
      exit() {
        throw new TypeError("broken");
      },
    },
    run: tracked(({ kernel, shell }) => kernel.exit(kernel.fork(shell))),
  },
  {
    what: "unregister()",
    run: ({ kernel, pnotify, events, shell }) => {
      pnotify.register(events);
      pnotify.track(shell, events);
      kernel.fork(shell);
      pnotify.unregister(events);
    },
  },
  {
    what: "unregister() of all whom init visited",
    hooks: { init: () => PNOTIFY_OK },
    run: ({ pnotify, events }) => {
      pnotify.register(events);
      pnotify.unregister(events);
    },
  },
  {
    what: "an init answered with PNOTIFY_NOSUB",
    hooks: { init: () => PNOTIFY_NOSUB },
    run: ({ pnotify, events }) => pnotify.register(events),
  },
  {
    what: "a registration that init refuses in the middle",
    hooks: { init: (task) => task.pid === 2 ? PNOTIFY_ERROR : PNOTIFY_OK },
    run: ({ pnotify, events }) => void assertThrows(() => pnotify.register(events), KernelError),
  },
  {
    what: "a registration whose init breaks down",
    hooks: {
      init(task) {
        if (task.pid === 2) throw new TypeError("broken");
        return PNOTIFY_OK;
      },
    },
    run: ({ pnotify, events }) => void assertThrows(() => pnotify.register(events), KernelError),
  },
  {
    what: "a registration that runs out of memory",
    hooks: { init: () => PNOTIFY_OK },
    run: ({ kernel, pnotify, events }) => {
      let asked = 0;
      kernel.faults = { shouldFail: (site) => site === "subscriber" && ++asked === 3 };
      assertThrows(() => pnotify.register(events), KernelError);
    },
  },
  {
    what: "an exec of a thread, which ends all others",
    run: ({ kernel, pnotify, events, shell }) => {
      pnotify.track(shell, events);
      const thread = kernel.createThread(shell);
      kernel.createThread(shell);
      kernel.exec(thread, "/bin/true");
      kernel.exit(thread);
    },
  },
  {
    what: "free, when the task is reaped",
    hooks: { free() {} },
    run: ({ kernel, pnotify, events, shell }) => {
      pnotify.track(shell, events);
      kernel.exit(kernel.fork(shell));
      kernel.wait(shell);
      kernel.exit(shell);
    },
  },
  {
    what: "free of a thread",
    hooks: { free() {} },
    run: tracked(({ kernel, shell }) => kernel.exitThread(kernel.createThread(shell))),
  },
  {
    what: "free of those that an exec of a thread ended",
    hooks: { free() {} },
    run: ({ kernel, pnotify, events, shell }) => {
      pnotify.track(shell, events);
      const thread = kernel.createThread(shell);
      kernel.exec(thread, "/bin/true");
      kernel.exit(thread);
    },
  },
  {
    what: "the roll-back of a fork of a module with free",
    hooks: { free() {} },
    run: tracked((world) => {
      world.pnotify.track(world.shell, refuser());
      failingFork(world);
    }),
  },
  {
    what: "a free hook that breaks down",
    hooks: {
      free() {
        throw new TypeError("broken");
      },
    },
    run: tracked(({ kernel, shell }) => kernel.exitThread(kernel.createThread(shell))),
  },
  {
    what: "unregister() between exit and free",
    hooks: { free() {} },
    run: ({ kernel, pnotify, events, shell }) => {
      pnotify.register(events);
      pnotify.track(shell, events);
      kernel.exit(kernel.fork(shell));
      pnotify.unregister(events);
      kernel.wait(shell);
    },
  },
  {
    what: "untrack() between exit and free",
    hooks: { free() {} },
    run: tracked(({ kernel, pnotify, events, shell }) => {
      const child = kernel.fork(shell);
      kernel.exit(child);
      pnotify.untrack(child, events);
      kernel.wait(shell);
    }),
  },
];

const inheritances: [how: string, inherit: Inheritance<Value> | undefined][] = [
  ["none", "none"],
  ["share", "share"],
];

for (const { what, hooks, run } of paths) {
  for (const [how, inherit] of inheritances) {
    Deno.test(`taskData.destroy() ends every value once after ${what}, with ${how}`, () => {
      const { kernel, pnotify } = boot();
      const ledger = new Ledger();
      const shell = kernel.fork(kernel.init);
      const events = audit(ledger, inherit, hooks);
      run({ kernel, pnotify, events, shell });
      assertEquals(pnotify.subscriptionCount(events), 0);
      ledger.assertSettled();
      assertEquals(pnotify.balance(events).balanced, true);
    });
  }

  Deno.test(`taskData.destroy() ends every value once after ${what}, with a function`, () => {
    const { kernel, pnotify } = boot();
    const ledger = new Ledger();
    const shell = kernel.fork(kernel.init);
    const events = audit(ledger, () => ledger.make(), hooks);
    run({ kernel, pnotify, events, shell });
    assertEquals(pnotify.subscriptionCount(events), 0);
    ledger.assertSettled();
  });
}

Deno.test("taskData.destroy() gets each copy, and the original", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger, "copy");
  const data = pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  const copy = pnotify.dataOf(child, events);
  kernel.exit(child);
  pnotify.untrack(kernel.init, events);
  assertEquals(ledger.destroyed.map(({ value }) => [value === copy, value === data]), [
    [true, false],
    [false, true],
  ]);
});

Deno.test("taskData.destroy() ends a shared value with the last task that has it", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger, "share");
  const shell = kernel.fork(kernel.init);
  pnotify.track(shell, events);
  const child = kernel.fork(shell);
  kernel.exit(shell);
  assertEquals(ledger.ids, []);
  kernel.exit(child);
  assertEquals(ledger.destroyed.map(({ value, task }) => [value.id, task.pid]), [[0, child.pid]]);
});

Deno.test("taskData.destroy() ends what a function handed on with the last task that has it", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger, (data) => data);
  pnotify.track(kernel.init, events);
  const child = kernel.fork(kernel.init);
  kernel.exit(child);
  assertEquals(ledger.ids, []);
  pnotify.untrack(kernel.init, events);
  assertEquals(ledger.ids, [0]);
});

Deno.test("taskData.destroy() ends equal numbers as often as they were created, when they are shared", () => {
  const { kernel, pnotify } = boot();
  let created = 0;
  let destroyed = 0;
  const taskData: TaskData<number> = {
    create: () => (created++, 0),
    inherit: "share",
    destroy: () => void destroyed++,
  };
  const events = defineEvents<number>({ name: "audit", fork: () => PNOTIFY_OK, taskData });
  pnotify.track(kernel.init, events);
  pnotify.track(kernel.kthreadd, events);
  kernel.exit(kernel.fork(kernel.init));
  assertEquals([created, destroyed], [2, 0]);
  pnotify.untrack(kernel.init, events);
  pnotify.untrack(kernel.kthreadd, events);
  assertEquals([created, destroyed], [2, 2]);
});

Deno.test("taskData.destroy() ends a value that was given to two tasks once, when it is shared", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger, "share");
  const given = { id: 99, tags: [] };
  pnotify.track(kernel.init, events, { data: given });
  pnotify.track(kernel.kthreadd, events, { data: given });
  pnotify.untrack(kernel.init, events);
  assertEquals(ledger.ids, []);
  pnotify.untrack(kernel.kthreadd, events);
  assertEquals(ledger.ids, [99]);
});

Deno.test("taskData.destroy() runs after the exit hook, which still has the data", () => {
  const { kernel, pnotify } = boot();
  const order: string[] = [];
  const fork = () => PNOTIFY_OK;
  const events = defineEvents<string>({
    name: "audit",
    fork,
    exit: (_task, { data }) => void order.push(`exit ${data}`),
    taskData: { create: () => "data", destroy: (data) => void order.push(`destroy ${data}`) },
  });
  const child = kernel.fork(kernel.init);
  pnotify.track(child, events);
  kernel.exit(child);
  assertEquals(order, ["exit data", "destroy data"]);
});

Deno.test("taskData.destroy() runs after the free hook, which still has the data", () => {
  const { kernel, pnotify } = boot();
  const order: string[] = [];
  const note = (what: string) => (_task: Task, { data }: { data: string }) => {
    order.push(`${what} ${data}`);
  };
  const events = defineEvents<string>({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit: note("exit"),
    free: note("free"),
    taskData: { create: () => "data", destroy: (data) => void order.push(`destroy ${data}`) },
  });
  const child = kernel.fork(kernel.init);
  pnotify.track(child, events);
  kernel.exit(child);
  assertEquals(order, ["exit data", "free data", "destroy data"]);
});

Deno.test("taskData.destroy() that throws is a module fault, and the entry is gone all the same", () => {
  const { kernel, pnotify } = boot();
  const taskData: TaskData<number> = {
    create: () => 1,
    destroy() {
      throw new TypeError("broken");
    },
  };
  const events = defineEvents<number>({ name: "audit", fork: () => PNOTIFY_OK, taskData });
  pnotify.track(kernel.init, events);
  pnotify.untrack(kernel.init, events);
  assertEquals([pnotify.subscriptionCount(events), kernel.init.subscribers], [0, null]);
  assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
});

Deno.test("taskData.destroy() ends what is in subscriber.data when the module replaced it", () => {
  const { kernel, pnotify } = boot();
  const ended: string[] = [];
  const events = defineEvents<string>({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exec: (_task, subscriber) => void (subscriber.data = "new"),
    taskData: { create: () => "old", destroy: (data) => void ended.push(data) },
  });
  const child = kernel.fork(kernel.init);
  pnotify.track(child, events);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  assertEquals(ended, ["new"]);
});

// When a value cannot be made.

Deno.test("taskData.create() that throws a KernelError fails the subscription with it", () => {
  const { kernel, pnotify } = boot();
  const refusal = new KernelError("EDQUOT");
  const taskData: TaskData<number> = {
    create() {
      throw refusal;
    },
  };
  const events = defineEvents<number>({ name: "audit", fork: () => PNOTIFY_OK, taskData });
  assertStrictEquals(assertThrows(() => pnotify.track(kernel.init, events)), refusal);
  assertEquals([pnotify.subscriptionCount(events), kernel.reports], [0, []]);
});

Deno.test("taskData.create() that breaks down is a module fault, and EFAULT", () => {
  const { kernel, pnotify } = boot();
  const taskData: TaskData<number> = {
    create() {
      throw new TypeError("broken");
    },
  };
  const events = defineEvents<number>({ name: "audit", fork: () => PNOTIFY_OK, taskData });
  const error = assertThrows(() => pnotify.track(kernel.init, events), KernelError);
  assertEquals([error.code, kernel.init.subscribers], ["EFAULT", null]);
  assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
});

Deno.test("taskData.inherit() that throws fails the fork, and earlier modules are rolled back", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const fork = () => PNOTIFY_OK;
  const exit = (task: Task) => void calls.push(`exit ${task.pid}`);
  pnotify.track(kernel.init, defineEvents({ name: "earlier", fork, exit }));
  const inherit = () => {
    throw new KernelError("EDQUOT");
  };
  const taskData = { create: () => 1, inherit };
  pnotify.track(kernel.init, defineEvents<number>({ name: "audit", fork, exit, taskData }));
  assertEquals(assertThrows(() => kernel.fork(kernel.init), KernelError).code, "EDQUOT");
  assertEquals([calls, kernel.taskCount], [["exit 3"], 3]);
});

Deno.test("taskData fails with ENOMEM at the fault site task-data, and nothing is left to destroy", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger);
  kernel.faults = { shouldFail: (site) => site === "task-data" };
  const error = assertThrows(() => pnotify.track(kernel.init, events), KernelError);
  assertEquals([error.code, ledger.made, ledger.ids], ["ENOMEM", [], []]);
});

// What a module leaves behind.

for (const registered of [true, false]) {
  const what = registered ? "registered" : "subscribed only";
  Deno.test(`taskData.destroy() ends what a module left ${what} when it was unloaded`, () => {
    const { kernel } = boot();
    const ledger = new Ledger();
    const shell = kernel.fork(kernel.init);
    const forgetful = defineModule({
      name: "forgetful",
      license: "GPL",
      uses: { pnotify: PNOTIFY },
      load({ pnotify }) {
        const events = defineEvents<Value>({
          name: "audit",
          module: "forgetful",
          fork: () => PNOTIFY_OK,
          taskData: ledger.taskData(),
        });
        if (registered) pnotify.register(events);
        pnotify.track(shell, events);
      },
      unload() {},
    });
    kernel.modules.insmod(forgetful);
    kernel.fork(shell);
    kernel.modules.rmmod("forgetful");
    assertEquals(ledger.made.length, 2);
    ledger.assertSettled();
    assertEquals(kernel.reports.map(({ kind }) => kind), ["module-leak"]);
  });
}

Deno.test("taskData.destroy() leaves alone what the thread that called exec keeps", () => {
  const { kernel, pnotify } = boot();
  const ledger = new Ledger();
  const events = audit(ledger);
  const shell = kernel.fork(kernel.init);
  pnotify.track(shell, events);
  const thread = kernel.createThread(shell);
  const data = pnotify.dataOf(thread, events);
  kernel.exec(thread, "/bin/true");
  assertEquals([ledger.ids, thread.pid], [[0], 3]);
  assertStrictEquals(pnotify.dataOf(thread, events), data);
});
