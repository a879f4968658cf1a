import {
  boot,
  createProgram,
  defineEvents,
  type EventsDescription,
  explore,
  getTaskStruct,
  type Kernel,
  KernelError,
  type Pnotify,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Program,
  type Subscriber,
  sweepFaults,
  type Task,
  type Verdict,
} from "../../mod.ts";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { assertRefused, threadsOf } from "../kernel/snapshot.ts";

type Answer = Verdict | ((task: Task, program: Program) => Verdict);

/** A structure with both hooks of an exec, which writes down its calls. */
function listener(
  name: string,
  calls: string[],
  answer: Answer = PNOTIFY_OK,
  own: Partial<EventsDescription<null>> = {},
): PnotifyEvents<null> {
  return defineEvents({
    name,
    fork: () => PNOTIFY_OK,
    canExec: (task, _subscriber, program) => {
      calls.push(`${name}.canExec`);
      return typeof answer === "function" ? answer(task, program) : answer;
    },
    exec: () => void calls.push(`${name}.exec`),
    ...own as { taskData?: undefined },
  });
}

interface World {
  readonly kernel: Kernel;
  readonly pnotify: Pnotify;
  readonly shell: Task;
  readonly calls: string[];
}

/** A world whose shell is watched by modules with these answers, in this order. */
function world(answers: Record<string, Answer>, debug = true): World {
  const { kernel, pnotify } = boot({ debug });
  const shell = kernel.fork(kernel.init);
  kernel.exec(shell, createProgram("/bin/sh"));
  const calls: string[] = [];
  for (const [name, answer] of Object.entries(answers)) {
    pnotify.track(shell, listener(name, calls, answer));
  }
  return { kernel, pnotify, shell, calls };
}

function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const refusal = new KernelError("EACCES", { action: "execute", found: "it is forbidden" });

Deno.test("canExec() is called for all subscribers in list order before any exec hook", () => {
  const { kernel, shell, calls } = world({ a: PNOTIFY_OK, b: PNOTIFY_OK });
  kernel.exec(shell, "/usr/bin/make");
  assertEquals(calls, ["a.canExec", "b.canExec", "a.exec", "b.exec"]);
  assertEquals(shell.comm, "make");
});

Deno.test("canExec() that answers PNOTIFY_ERROR fails the exec with EPERM, and nothing has changed", () => {
  const scene = world({ a: PNOTIFY_OK, no: PNOTIFY_ERROR, later: PNOTIFY_OK });
  const error = assertRefused(scene, "EPERM", () => scene.kernel.exec(scene.shell, "/bin/ls"));
  assertEquals(error.message, 'Cannot exec in "sh[3]": no.canExec refused sh[3] (EPERM)');
  assertEquals(error.refusedBy, "no");
  // Those that agreed hear nothing more, and those behind are not called.
  assertEquals(scene.calls, ["a.canExec", "no.canExec"]);
});

Deno.test("canExec() fails the exec with the errno that it throws", () => {
  const scene = world({ no: throwing(refusal) });
  const error = assertRefused(scene, "EACCES", () => scene.kernel.exec(scene.shell, "/bin/ls"));
  assertEquals([error, error.refusedBy], [refusal, "no"]);
});

Deno.test("canExec() is called before threads end, and a refusal leaves them alive", () => {
  const states: string[] = [];
  const scene = world({
    no: (task) => {
      states.push(...threadsOf(task).map(({ state }) => state));
      return PNOTIFY_ERROR;
    },
  });
  const { kernel, pnotify, shell } = scene;
  const leader = shell;
  const thread = kernel.createThread(leader);
  assertEquals(pnotify.subscribersOf(thread), ["no"]);
  assertRefused(scene, "EPERM", () => kernel.exec(thread, "/bin/ls"));
  assertEquals(states, ["R", "R"]);
  assertEquals(threadsOf(leader), [leader, thread]);
  assertEquals(kernel.reports, []);
});

Deno.test("canExec() of a thread that execs is that of its own subscribers", () => {
  const { kernel, pnotify, shell, calls } = world({ a: PNOTIFY_OK });
  const thread = kernel.createThread(shell);
  pnotify.track(thread, listener("mine", calls));
  kernel.exec(thread, "/bin/ls");
  assertEquals(calls, ["a.canExec", "mine.canExec", "a.exec", "mine.exec"]);
});

Deno.test("canExec() gets the task, its subscriber and the program", () => {
  const { kernel, pnotify } = boot();
  const seen: unknown[] = [];
  const events = defineEvents<string>({
    name: "rule",
    taskData: { create: () => "none", inherit: "copy" },
    fork: () => PNOTIFY_OK,
    canExec: (task, subscriber, program) => {
      seen.push(task, subscriber.data, program, task.program.path, task.comm);
      return PNOTIFY_OK;
    },
  });
  const shell = kernel.fork(kernel.init);
  pnotify.track(shell, events, { data: "mine" });
  const program: Program = { ...createProgram("/bin/ls", ["ls", "-l"]), cwd: "/tmp" };
  kernel.exec(shell, program);
  assertEquals(seen, [shell, "mine", program, "/sbin/init", "init"]);
  assertStrictEquals(shell.program, program);
});

Deno.test("canExec() answered with PNOTIFY_NOSUB is a yes, as with canFork, and the task stays subscribed", () => {
  const { kernel, pnotify, shell, calls } = world({ a: PNOTIFY_NOSUB });
  kernel.exec(shell, "/bin/ls");
  assertEquals([calls, pnotify.subscribersOf(shell)], [["a.canExec", "a.exec"], ["a"]]);
});

for (const debug of [true, false]) {
  const how = debug ? "with checks" : "without checks";

  Deno.test(`canExec() that breaks down is a module fault and EFAULT, and no refusal, ${how}`, () => {
    for (const answer of [throwing(new TypeError("a mistake")), () => "no" as unknown as Verdict]) {
      const { kernel, shell, calls } = world({ a: PNOTIFY_OK, broken: answer }, debug);
      const error = assertThrows(() => kernel.exec(shell, "/bin/ls"), KernelError);
      assertEquals([error.code, error.refusedBy], ["EFAULT", null]);
      assertEquals([calls, shell.comm], [["a.canExec", "broken.canExec"], "sh"]);
      assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
      assertEquals([kernel.context.module, shell.lockCount], [null, 0]);
    }
  });

  Deno.test(`canExec() refuses and permits ${how}`, () => {
    const answer: Answer = (_task, { path }) => path === "/bin/sh" ? PNOTIFY_ERROR : PNOTIFY_OK;
    const { kernel, shell } = world({ rule: answer }, debug);
    const error = assertThrows(() => kernel.exec(shell, "/bin/sh"), KernelError);
    assertEquals([error.code, error.refusedBy], ["EPERM", "rule"]);
    kernel.exec(shell, "/bin/ls");
    assertEquals(shell.comm, "ls");
  });
}

Deno.test("canExec() is not called for a program that cannot be executed", () => {
  const { kernel, shell, calls } = world({ a: PNOTIFY_OK });
  kernel.binaries = { load: throwing(new KernelError("ENOENT", "no such file")) };
  assertEquals(assertThrows(() => kernel.exec(shell, "/bin/ls"), KernelError).code, "ENOENT");
  assertEquals(assertThrows(() => kernel.mayExec(shell, "/bin/ls"), KernelError).code, "ENOENT");
  assertEquals(calls, []);
});

Deno.test("exec() fails with EAGAIN when a canExec hook ended the process", () => {
  const { kernel, pnotify, shell, calls } = world({});
  const thread = kernel.createThread(shell);
  const answer = () => (kernel.exit(thread, 3), PNOTIFY_OK);
  pnotify.track(shell, listener("killer", calls, answer));
  assertEquals(assertThrows(() => kernel.exec(shell, "/bin/ls"), KernelError).code, "EAGAIN");
  assertEquals([calls, shell.comm, shell.exitCode], [["killer.canExec"], "sh", 3 << 8]);
});

Deno.test("canExec() runs under the task's list for reading", () => {
  const held: string[] = [];
  const answer: Answer = (task) => {
    held.push(...task.kernel.context.held.map(({ lock, mode }) => `${lock.lockName} ${mode}`));
    return PNOTIFY_ERROR;
  };
  const { kernel, shell } = world({ rule: answer });
  assertThrows(() => kernel.exec(shell, "/bin/ls"), KernelError);
  assertEquals(held, ["task.subscriberListSem of sh[3] read"]);
  assertEquals(kernel.context.held, []);
});

Deno.test("canExec() is traced with its verdict, errno or fault", () => {
  const { kernel, pnotify, shell } = world({});
  const traced: string[] = [];
  kernel.addTraceSink((event) => {
    if (event.type === "hook") {
      traced.push(`${event.event} ${event.verdict} ${event.fault ?? ""}`.trim());
    }
  });
  const answers = [PNOTIFY_OK, PNOTIFY_NOSUB, PNOTIFY_ERROR, throwing(refusal), throwing("broken")];
  for (const answer of answers) {
    const events = listener("rule", [], answer, { exec: undefined });
    pnotify.track(shell, events);
    try {
      kernel.exec(shell, "/bin/ls");
    } catch {
      // Its trace is what counts.
    }
    pnotify.untrack(shell, events);
  }
  assertEquals(traced, [
    "canExec PNOTIFY_OK",
    "canExec PNOTIFY_NOSUB",
    "canExec PNOTIFY_ERROR",
    "canExec EACCES",
    "canExec EFAULT broken",
  ]);
});

/** How often the list of a task is locked during an exec. */
function locksOfExec({ kernel, shell }: World): number {
  let taken = 0;
  kernel.preemption = {
    nested: false,
    blocked() {},
    reached(site) {
      if (site === "lock" && kernel.context.held.at(-1)?.lock === shell) taken++;
    },
  };
  kernel.exec(shell, "/bin/ls");
  kernel.preemption = null;
  return taken;
}

Deno.test("exec() takes the list of a task once more for canExec, and only while a module has that hook", () => {
  const scene = world({});
  const without = listener("without", [], PNOTIFY_OK, { canExec: undefined });
  scene.pnotify.track(scene.shell, without);
  assertEquals([scene.pnotify.wantsCanExec, locksOfExec(scene)], [false, 1]);
  const asker = listener("asker", []);
  scene.pnotify.register(asker);
  assertEquals([scene.pnotify.wantsCanExec, locksOfExec(scene)], [true, 2]);
  scene.pnotify.unregister(asker);
  assertEquals([scene.pnotify.wantsCanExec, locksOfExec(scene)], [false, 1]);
});

Deno.test("mayExec() asks, and changes nothing when all agree", () => {
  const { kernel, shell, calls } = world({ a: PNOTIFY_OK, b: PNOTIFY_OK });
  const { program } = shell;
  assertEquals(kernel.mayExec(shell, "/bin/ls"), undefined);
  assertEquals([calls, shell.comm], [["a.canExec", "b.canExec"], "sh"]);
  assertStrictEquals(shell.program, program);
});

Deno.test("mayExec() throws the refusal, and changes nothing", () => {
  const scene = world({ no: PNOTIFY_ERROR });
  const { kernel, shell } = scene;
  const error = assertRefused(scene, "EPERM", () => kernel.mayExec(shell, "/bin/ls"));
  assertEquals([error.refusedBy, scene.calls], ["no", ["no.canExec"]]);
});

Deno.test("mayExec() is refused with ENOENT for an empty path, ESRCH for an ended task and EAGAIN in an ending one", () => {
  const scene = world({ a: PNOTIFY_OK });
  const { kernel, shell, calls } = scene;
  assertRefused(scene, "ENOENT", () => kernel.mayExec(shell, ""));
  const gone = kernel.fork(shell);
  kernel.exit(gone);
  assertRefused(scene, "ESRCH", () => kernel.mayExec(gone, "/bin/ls"));
  const thread = kernel.createThread(shell);
  const ending = defineEvents({
    name: "ending",
    fork: () => PNOTIFY_OK,
    exit: () => {
      assertEquals(
        assertThrows(() => kernel.mayExec(shell, "/bin/ls"), KernelError).code,
        "EAGAIN",
      );
      calls.push("tried");
    },
  });
  scene.pnotify.track(thread, ending);
  kernel.exit(thread);
  assertEquals(calls, ["tried"]);
});

Deno.test("exec() that was permitted calls no canExec hook again", () => {
  const { kernel, shell, calls } = world({ no: PNOTIFY_ERROR });
  kernel.exec(shell, "/bin/ls", { permitted: true });
  assertEquals([calls, shell.comm], [["no.exec"], "ls"]);
});

Deno.test("canExec() is no part of the balance law", () => {
  const { kernel, pnotify } = boot();
  const events = listener("rule", [], PNOTIFY_ERROR);
  pnotify.register(events);
  const shell = kernel.fork(kernel.init);
  pnotify.track(shell, events);
  assertThrows(() => kernel.exec(shell, "/bin/ls"), KernelError);
  const { balanced, subscribed, current } = pnotify.balance(events);
  assertEquals([balanced, subscribed, current], [true, 1, 1]);
});

Deno.test("sweepFaults() fails each canExec hook in turn, and nothing is broken", () => {
  const result = sweepFaults(({ kernel, pnotify }) => {
    const calls: string[] = [];
    for (const name of ["a", "b"]) pnotify.track(kernel.init, listener(name, calls));
    const shell = kernel.fork(kernel.init);
    const thread = kernel.createThread(shell);
    kernel.mayExec(thread, "/bin/ls");
    kernel.exec(thread, "/bin/ls");
    kernel.exit(thread);
  });
  assertEquals(result.failures, []);
  assertEquals([result.sites["hook a.canExec"], result.sites["hook b.canExec"]], [2, 2]);
});

interface Explored {
  readonly shell: Task;
  readonly events: PnotifyEvents<null>;
  readonly calls: string[];
}

Deno.test("explore() finds no order of an exec, an exit and an unregister in which anything breaks", () => {
  const result = explore<Explored>({
    setup({ kernel, pnotify }) {
      const calls: string[] = [];
      const events = listener("rule", calls);
      pnotify.register(events);
      const shell = kernel.fork(kernel.init);
      pnotify.track(shell, events);
      getTaskStruct(shell);
      kernel.createThread(shell);
      return { shell, events, calls };
    },
    operations: {
      exec: ({ kernel, state }) => kernel.exec(state.shell, "/bin/ls"),
      exit: ({ kernel, state }) => kernel.exit(state.shell),
      unregister: ({ pnotify, state }) => pnotify.unregister(state.events),
    },
    predicates: {
      "no exec hook without canExec before": ({ state: { calls } }) =>
        !calls.includes("rule.exec") || calls.includes("rule.canExec"),
    },
  });
  assertEquals(result.failures.map(({ broken }) => broken), []);
  assertEquals(Object.values(result.predicates).map(({ verdict }) => verdict), ["always"]);
});

Deno.test("types: canExec gets the data of its module and the program, and has to answer", () => {
  const typed: EventsDescription<number>["canExec"] = (
    task: Task,
    subscriber: Subscriber<number>,
    program: Program,
  ) => task.pid + subscriber.data > (program.argv?.length ?? 0) ? PNOTIFY_OK : PNOTIFY_ERROR;
  assertEquals(typeof typed, "function");
  const neverRuns = () => {
    // @ts-expect-error canExec has to answer
    defineEvents({ name: "rule", fork: () => PNOTIFY_OK, canExec: () => {} });
  };
  assertEquals(typeof neverRuns, "function");
});
