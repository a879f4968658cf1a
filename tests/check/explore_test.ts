import {
  type Attempt,
  boot,
  CLONE_PARENT,
  defineEvents,
  explore,
  type ExploreOptions,
  type ExploreResult,
  getTaskStruct,
  KernelError,
  type Pending,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type WaitResult,
  type World,
} from "../../mod.ts";
import { checkValues, type Family, makeFamily, unwatched } from "../pnotify/family.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";

const EVERYBODY = "everybody is watched";
const NOBODY = "nobody is watched";

type Operations = ExploreOptions<Family>["operations"];

/** Explores operations of a family, and expects that nothing breaks. */
function exploreFamily(
  operations: Operations,
  options: {
    setup?: (world: World, family: Family) => void;
    preemptions?: number;
    predicates?: ExploreOptions<Family>["predicates"];
  } = {},
): ExploreResult {
  const result = explore<Family>({
    setup(world) {
      const family = makeFamily(world);
      options.setup?.(world, family);
      return family;
    },
    operations,
    check: checkValues,
    preemptions: options.preemptions,
    predicates: {
      [EVERYBODY]: (run) => unwatched(run).length === 0,
      [NOBODY]: ({ pnotify, state }) => pnotify.subscriptionCount(state.watch) === 0,
      ...options.predicates,
    },
  });
  assertEquals(result.failures.map(({ schedule, broken }) => ({ schedule, broken })), []);
  assert(result.complete, result.text);
  assert(result.infeasible + result.schedules > 2, result.text);
  return result;
}

function registered({ pnotify }: World, { watch }: Family): void {
  pnotify.register(watch);
}

const register: Operations[string] = ({ pnotify, state }) => pnotify.register(state.watch);
const unregister: Operations[string] = ({ pnotify, state }) => pnotify.unregister(state.watch);
const forkInit: Operations[string] = ({ kernel }) => kernel.fork(kernel.init);
const forkShell: Operations[string] = ({ kernel, state }) => kernel.fork(state.shell);
const forkOther: Operations[string] = ({ kernel, state }) => kernel.fork(state.other);
const exitShell: Operations[string] = ({ kernel, state }) => kernel.exit(state.shell);
const exitChild: Operations[string] = ({ kernel, state }) => kernel.exit(state.child);
const exitOther: Operations[string] = ({ kernel, state }) => kernel.exit(state.other);
const execThread: Operations[string] = ({ kernel, state }) =>
  kernel.exec(state.thread, "/bin/make");
const execOther: Operations[string] = ({ kernel, state }) => kernel.exec(state.other, "/bin/sh");

// What the kernel guarantees.

Deno.test("A21 register() leaves nobody out when visited and unvisited tasks fork while it walks", () => {
  const result = exploreFamily({
    register,
    "fork-visited": forkInit,
    "fork-unvisited": forkOther,
  });
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
});

Deno.test("A21 register() waits for a child under construction when its fork has called its hooks", () => {
  const result = explore<Family>({
    setup: (world) => makeFamily(world),
    operations: { register, fork: forkOther },
    only: "fork(1:register)",
  });
  assertEquals([result.infeasible, result.schedules], [1, 0]);
});

Deno.test("A21 register() leaves nobody out when the child has the pid of one that the walk has passed", () => {
  const result = explore({
    setup(world) {
      const family = makeFamily(world);
      // The next pid is one that the walk meets before the forker.
      world.kernel.exit(family.shell);
      world.kernel.pids.pidMax = family.other.pid + 1;
      return family;
    },
    operations: { register, fork: forkOther },
    predicates: {
      [EVERYBODY]: (run) => unwatched(run).length === 0,
      "the child has a low pid": ({ kernel, state }) => kernel.pids.find(state.shell.pid) !== null,
    },
  });
  assertEquals(result.failures, []);
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
  assertEquals(result.predicates["the child has a low pid"].verdict, "always");
});

Deno.test("A21 register() leaves nobody out when a thread takes over a pid that the walk has passed", () => {
  const result = exploreFamily({ register, exec: execThread, fork: forkOther });
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
});

Deno.test("A26 unregister() leaves nobody behind when tasks fork and exit while it drains", () => {
  const result = exploreFamily(
    { unregister, fork: forkShell, exit: exitOther },
    { setup: registered },
  );
  assertEquals(result.predicates[NOBODY].verdict, "always");
});

Deno.test("A26 unregister() waits for a child under construction when the child has its subscription", () => {
  const schedules = explore<Family>({
    setup(world) {
      const family = makeFamily(world);
      registered(world, family);
      return family;
    },
    operations: { unregister, fork: forkOther },
    preemptions: 1,
  });
  assertEquals(schedules.failures, []);
  // Wherever it comes between in the fork: only when the fork has published its child does it go through.
  assert(schedules.infeasible >= 3, schedules.text);
});

Deno.test("A26 unregister() leaves nobody behind when the last subscriber exits while it walks", () => {
  const result = exploreFamily({ unregister, track, exit: exitShell }, { setup: registered });
  assert(result.predicates[NOBODY].held > 0, result.text);
});

const track: Operations[string] = ({ pnotify, state }) => pnotify.track(state.shell, state.watch);

Deno.test("A26 unregister() leaves nobody behind when the only subscriber moves to a pid that the walk has passed", () => {
  const result = exploreFamily({ unregister, exec: execThread }, {
    setup({ kernel, pnotify }, { thread, watch }) {
      pnotify.register(watch);
      kernel.forEachTask((task) => {
        if (task !== thread) pnotify.untrack(task, watch);
      });
    },
  });
  assertEquals(result.predicates[NOBODY].verdict, "always");
});

Deno.test("A34 track() is refused or undone by exit when its data is made while the task exits", () => {
  const result = exploreFamily({ track, exit: exitShell });
  assertEquals(result.predicates[NOBODY].verdict, "always");
});

Deno.test("A44 kill() lets no child of its group escape when the fork looked for signals before", () => {
  const result = exploreFamily({
    fork: forkOther,
    kill: ({ kernel, state }) => kernel.kill(-state.other.pid, "SIGTERM"),
  }, {
    setup: ({ kernel }, { other }) => void kernel.setsid(other),
    predicates: {
      "the group is gone": ({ kernel, state }) => kernel.pids.findGroup(state.other.pid) === null,
    },
  });
  assertEquals(result.predicates["the group is gone"].verdict, "always");
});

// What may happen at the same time.

Deno.test("register() and exec() go together when the task was visited and when it was not", () => {
  const result = exploreFamily({
    register,
    "exec-visited": ({ kernel, state }) => kernel.exec(state.shell, "/bin/sh"),
    "exec-unvisited": execOther,
  }, {
    predicates: {
      "exec was heard": ({ state }) => state.heard.some((line) => line.startsWith("exec")),
    },
  });
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
  assertEquals(result.predicates["exec was heard"].verdict, "sometimes");
});

Deno.test("register() and exit() go together when the task was visited and when it was not", () => {
  const result = exploreFamily({
    register,
    "exit-visited": exitShell,
    "exit-unvisited": exitOther,
  }, {
    predicates: {
      "the exit of one visited was heard": ({ state }) => state.heard.includes("exit 3"),
    },
  });
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
  assertEquals(result.predicates["the exit of one visited was heard"].verdict, "sometimes");
});

Deno.test("register() and fork() go together when the child is init's and when it is a sibling", () => {
  const result = exploreFamily({
    register,
    fork: forkShell,
    sibling: ({ kernel, state }) => kernel.fork(state.child, { flags: CLONE_PARENT }),
  }, {
    predicates: {
      "a child was asked by fork": ({ state }) => state.heard.some((line) => /^fork/.test(line)),
      "a child was asked by init": ({ state }) => state.heard.includes("init 7"),
    },
  });
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
  assertEquals(result.predicates["a child was asked by fork"].verdict, "sometimes");
  assertEquals(result.predicates["a child was asked by init"].verdict, "sometimes");
});

Deno.test("register() is undone as a whole when init refuses while others fork and exit", () => {
  const result = explore({
    setup: (world) =>
      makeFamily(world, { init: (task) => task.pid === 4 ? PNOTIFY_ERROR : PNOTIFY_OK }),
    operations: { register, fork: forkShell, exit: exitOther },
    check: checkValues,
    predicates: {
      [NOBODY]: ({ pnotify, state }) => pnotify.subscriptionCount(state.watch) === 0,
      "it is refused": ({ outcomes }) => outcomes.register === "EPERM",
    },
  });
  assertEquals(result.failures, []);
  assertEquals(result.predicates[NOBODY].verdict, "always");
  assertEquals(result.predicates["it is refused"].verdict, "always");
});

Deno.test("register() asks nobody twice when NOSUB tasks exec and fork while it walks", () => {
  const result = explore({
    setup(world) {
      const family: Family = makeFamily(world, {
        init: (task) => (family.heard.push(`init ${task.serial}`), PNOTIFY_NOSUB),
      });
      return family;
    },
    operations: { register, exec: execThread, fork: forkShell },
    check: ({ state }) => {
      const asked = state.heard.filter((line) => line.startsWith("init"));
      return asked.length === new Set(asked).size ? [] : [`asked twice: ${asked}`];
    },
  });
  assertEquals(result.failures, []);
});

Deno.test("unregister() and fork() go together when the forker is subscribed and when it is not", () => {
  const result = exploreFamily({ unregister, "fork-first": forkShell, "fork-last": forkOther }, {
    setup(world, family) {
      registered(world, family);
      world.pnotify.untrack(family.other, family.watch);
    },
  });
  assertEquals(result.predicates[NOBODY].verdict, "always");
});

Deno.test("unregister() and exit() go together when a parent and its child exit", () => {
  const result = exploreFamily({ unregister, parent: exitShell, child: exitChild }, {
    setup: registered,
    predicates: {
      "each is told once": ({ state }) =>
        new Set(state.heard.filter((line) => line.startsWith("exit"))).size ===
          state.heard.filter((line) => line.startsWith("exit")).length,
    },
  });
  assertEquals(result.predicates[NOBODY].verdict, "always");
  assertEquals(result.predicates["each is told once"].verdict, "always");
});

Deno.test("fork() and fork() go together when one parent's threads make both", () => {
  const result = exploreFamily({
    first: forkShell,
    second: ({ kernel, state }) => kernel.fork(state.thread),
    third: ({ kernel, state }) => kernel.createThread(state.thread),
  }, {
    setup: registered,
    predicates: { "all are there": ({ kernel }) => kernel.taskCount === 10 },
  });
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
  // The two calls of one thread never overlap, so those placements are infeasible.
  assert(result.infeasible > 0, result.text);
  assertEquals(result.predicates["all are there"].verdict, "always");
});

Deno.test("exit() and exit() go together when they are of a parent and its child", () => {
  const result = exploreFamily({ parent: exitShell, child: exitChild }, {
    setup: registered,
    preemptions: 3,
    predicates: {
      "both are gone": ({ kernel, state }) =>
        kernel.pids.find(state.shell.pid) === null && kernel.pids.find(state.child.pid) === null,
    },
  });
  assertEquals(result.predicates["both are gone"].verdict, "always");
});

Deno.test("exit() and wait() go together when the last thread of a child exits while its parent waits", () => {
  const result = exploreFamily({
    leader: ({ kernel, state }) => kernel.exitThread(state.shell),
    thread: ({ kernel, state }) => kernel.exitThread(state.thread),
    wait: ({ kernel }) => kernel.wait(kernel.init, { noHang: true }),
  }, { setup: registered });
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
});

Deno.test("wait() misses no child when the child ends before its parent has fallen asleep", () => {
  const result = explore({
    setup: (world) => ({ ...makeFamily(world), returned: null as Pending<WaitResult> | null }),
    operations: {
      wait({ kernel, state }) {
        state.returned = kernel.wait(state.shell, { pid: state.child.pid });
      },
      exit: ({ kernel, state }) => kernel.exit(state.child, 3),
    },
    predicates: {
      "wait returns the child": ({ state }) => state.returned?.value?.status === 3 << 8,
      "its parent is awake": ({ state }) => state.shell.state === "R" && state.shell.sleep === null,
    },
  });
  assertEquals(result.failures, []);
  assertEquals(result.predicates["wait returns the child"].verdict, "always");
  assertEquals(result.predicates["its parent is awake"].verdict, "always");
});

Deno.test("exec() and exit() go together when they are of threads of one process", () => {
  const result = exploreFamily({
    exec: execThread,
    exit: ({ kernel, state }) => kernel.exitThread(state.shell),
    fork: ({ kernel, state }) => kernel.fork(state.child),
  }, { setup: registered });
  assertEquals(result.predicates[EVERYBODY].verdict, "always");
});

Deno.test("exec() waits for the other threads when one of them is in a call", () => {
  for (const only of ["fork(1:exec)", "fork(3:exec)"]) {
    const result = explore<Family>({
      setup: (world) => makeFamily(world),
      operations: { fork: forkShell, exec: execThread },
      only,
    });
    assertEquals([result.infeasible, result.failures], [1, []]);
  }
});

Deno.test("kill() lets a call on another CPU come to its end when it ends the process", () => {
  const result = exploreFamily({
    fork: forkOther,
    kill: ({ kernel, state }) => kernel.kill(state.other.pid, "SIGKILL"),
  }, {
    setup: registered,
    predicates: {
      "it ends": ({ kernel, state }) => kernel.pids.find(state.other.pid) === null,
      "the fork is broken off": ({ outcomes }) => outcomes.fork === "EINTR",
      "the fork comes first": ({ outcomes }) => outcomes.fork === "done",
    },
  });
  assertEquals(result.predicates["it ends"].verdict, "always");
  assertEquals(result.predicates["the fork is broken off"].verdict, "sometimes");
  assertEquals(result.predicates["the fork comes first"].verdict, "sometimes");
});

Deno.test("vfork() lets its parent go on when the child is quicker than the parent's sleep", () => {
  const result = explore({
    setup(world) {
      const family = makeFamily(world);
      const { kernel } = world;
      const quick = kernel.nextSerial;
      return { ...family, quick };
    },
    operations: {
      vfork: ({ kernel, state }) => kernel.vfork(state.other),
      exec({ kernel, state }) {
        const child = kernel.pids.list().find((task) => task.serial === state.quick);
        if (child != null) kernel.exec(child, "/bin/true");
      },
    },
    predicates: { "the parent sleeps": ({ state }) => state.other.sleep !== null },
  });
  assertEquals(result.failures, []);
  assertEquals(result.predicates["the parent sleeps"].verdict, "sometimes");
});

/** A second module, subscribed and unsubscribed by the hooks of the first. */
function exploreMeddler(operations: Operations): ExploreResult {
  const second = () => defineEvents({ name: "second", fork: () => PNOTIFY_OK, exit: () => {} });
  const result = explore<Family>({
    setup(world) {
      const { pnotify } = world;
      const friend = second();
      const foe = second();
      const family = makeFamily(world, {
        fork: (child) => (pnotify.subscribe(child, friend), PNOTIFY_OK),
        init: (task) => (pnotify.subscribe(task, friend), PNOTIFY_OK),
        exit(task) {
          const found = pnotify.getSubscriber(task, foe);
          if (found !== null) pnotify.unsubscribe(task, found);
        },
      });
      pnotify.track(family.shell, foe);
      pnotify.track(family.other, foe);
      pnotify.track(family.shell, family.watch);
      pnotify.track(family.other, family.watch);
      pnotify.track(family.child, foe);
      return family;
    },
    operations,
    check: checkValues,
  });
  assertEquals(result.failures.map(({ schedule, broken }) => ({ schedule, broken })), []);
  assert(result.complete, result.text);
  return result;
}

Deno.test("A hook may subscribe others when tasks fork and are visited", () => {
  exploreMeddler({ register, fork: forkShell, other: forkOther });
});

Deno.test("A hook may unsubscribe others when tasks exit and are drained", () => {
  exploreMeddler({
    register,
    exit: exitShell,
    untrack: ({ pnotify, state }) => pnotify.untrack(state.other, state.watch),
  });
  exploreMeddler({ exit: exitShell, child: exitChild, fork: forkOther });
});

// explore() itself.

/** Two CPUs that add one to a number without a lock around both steps. */
const lostUpdate: ExploreOptions<{ value: number }> = {
  setup: ({ kernel }) => {
    kernel.createSemaphore("sem");
    return { value: 0 };
  },
  operations: {
    first: (run) => addOne(run),
    second: (run) => addOne(run),
    third: ({ kernel }) => kernel.fork(kernel.init),
  },
  check: ({ state }) => state.value === 2 ? [] : [`the value is ${state.value}`],
};

function addOne({ kernel, state }: World & { state: { value: number } }): void {
  const { value } = state;
  kernel.tasklistLock.readLock();
  kernel.tasklistLock.readUnlock();
  state.value = value + 1;
}

Deno.test("explore() finds the schedule when two operations need a lock and take none", () => {
  const result = explore(lostUpdate);
  assertEquals(result.failures.map(({ schedule, broken }) => ({ schedule, broken })), [
    { schedule: "first(2:second)", broken: ["the value is 1"] },
  ]);
  assert(result.failed > 1);
  assertMatch(result.text, /again with \{ only: "first\(2:second\)" \}:\n {2}the value is 1/);
});

Deno.test("explore() runs one schedule again when only is given", () => {
  const again = explore({ ...lostUpdate, only: "first(2:second) third" });
  assertEquals([again.schedules, again.complete, again.failed], [1, false, 1]);
  assertEquals(explore({ ...lostUpdate, only: "first second" }).failures, []);
});

Deno.test("explore() gives the same result when it is run again", () => {
  assertEquals(explore(lostUpdate), explore(lostUpdate));
});

Deno.test("explore() runs every order when no preemption is allowed", () => {
  const result = explore({ ...lostUpdate, preemptions: 0 });
  assertEquals([result.schedules, result.infeasible, result.failed], [6, 0, 0]);
});

Deno.test("explore() says so when the limit is hit", () => {
  const result = explore({ ...lostUpdate, limit: 5 });
  assertEquals([result.schedules + result.infeasible, result.complete], [5, false]);
  assertMatch(result.text, /stopped at the limit of 5 schedules: there are more/);
});

Deno.test("explore() names a predicate always, sometimes or never when it held so", () => {
  const result = explore({
    ...lostUpdate,
    check: undefined,
    predicates: {
      "there is a child": ({ kernel }) => kernel.taskCount === 4,
      "both count": ({ state }) => state.value === 2,
      "more than both count": ({ state }) => state.value > 2,
    },
  });
  const { schedules, predicates } = result;
  assertEquals(predicates["there is a child"], {
    verdict: "always",
    held: schedules,
    of: schedules,
  });
  assertEquals(predicates["both count"].verdict, "sometimes");
  assertEquals(predicates["more than both count"], { verdict: "never", held: 0, of: schedules });
});

Deno.test("explore() counts a placement as infeasible when it would have to wait for a lock", () => {
  const result = explore({
    setup: ({ kernel }) => kernel.createSemaphore("sem"),
    operations: {
      first: ({ state }) => (state.downWrite(), state.upWrite()),
      second: ({ state }) => (state.downRead(), state.upRead()),
    },
  });
  // Either order, in the other after it is released, and not while it is held.
  assertEquals([result.schedules, result.infeasible], [4, 2]);
  assertEquals(result.failures, []);
});

Deno.test("explore() counts a placement as infeasible when a hook catches what says so", () => {
  const result = explore({
    setup(world) {
      const sem = world.kernel.createSemaphore("sem");
      const family = makeFamily(world, {
        exec() {
          try {
            sem.downRead();
            sem.upRead();
          } catch {
            // Whatever it was.
          }
        },
      });
      world.pnotify.track(family.other, family.watch);
      return { ...family, sem };
    },
    operations: {
      exec: ({ kernel, state }) => kernel.exec(state.other, "/bin/sh"),
      hold: ({ state }) => (state.sem.downWrite(), state.sem.upWrite()),
    },
  });
  assertEquals(result.failures, []);
  assert(result.infeasible > 0);
});

Deno.test("explore() fails with the schedule when an operation breaks a kernel rule", () => {
  const result = explore({
    setup: ({ kernel }) => kernel.createSemaphore("sem"),
    operations: {
      good: ({ state }) => (state.downRead(), state.upRead()),
      bad: ({ state }) => (state.downRead(), state.upWrite()),
    },
  });
  assertEquals(result.failures[0].schedule, "bad");
  assertMatch(result.failures[0].broken.join("\n"), /lock-not-held: Cannot release sem for write/);
});

Deno.test("explore() takes a report for no failure when its kind is expected", () => {
  const options: ExploreOptions<null> = {
    setup: () => null,
    operations: { peek: ({ kernel }) => void kernel.findTask(1) },
  };
  assertEquals(explore(options).failed, 1);
  assertEquals(explore({ ...options, expect: ["lock-needed"] }).failed, 0);
});

Deno.test("explore() leaves a KernelError to the outcomes when an operation fails", () => {
  const result = explore({
    setup: ({ kernel }) => {
      const shell = kernel.fork(kernel.init);
      getTaskStruct(shell);
      return shell;
    },
    operations: {
      exit: ({ kernel, state }) => kernel.exit(state),
      fork: ({ kernel, state }) => kernel.fork(state),
    },
    predicates: { "fork came too late": ({ outcomes }) => outcomes.fork === "ESRCH" },
  });
  assertEquals(result.failures, []);
  assertEquals(result.predicates["fork came too late"].verdict, "sometimes");
});

Deno.test("explore() is refused with EINVAL when the options are wrong", () => {
  const operations = { a: () => {} };
  const setup = () => null;
  const wrong: ExploreOptions<null>[] = [
    { setup, operations: {} },
    { setup, operations: { "two words": () => {} } },
    { setup, operations, preemptions: -1 },
    { setup, operations, limit: 1.5 },
    { setup, operations, only: "" },
    { setup, operations, only: "b" },
    { setup, operations, only: "a a" },
    { setup, operations, only: "a(x:a)" },
    { setup, operations, only: "a(" },
  ];
  for (const options of wrong) {
    assertEquals(assertThrows(() => explore(options), KernelError).code, "EINVAL");
  }
});

Deno.test("explore() says so when a point of the schedule to run again is never reached", () => {
  const error = assertThrows(
    () => explore({ ...lostUpdate, only: "first(99:second)" }),
    KernelError,
  );
  assertEquals(error.code, "EINVAL");
});

Deno.test("boot() has no preemption and one CPU when nothing is explored", () => {
  const { kernel } = boot();
  assertEquals([kernel.preemption, kernel.contexts.length], [null, 1]);
});

Deno.test("explore() runs every schedule through its guard, those that make a failure simple too", () => {
  const seen: string[] = [];
  let kernels = 0;
  const result = explore({
    setup: ({ kernel }) => kernel.fork(kernel.init),
    operations: {
      one: ({ kernel, state }) => kernel.fork(state),
      two: ({ kernel, state }) => kernel.exit(state, 0),
    },
    check: () => ["never well"],
    preemptions: 0,
    guard(attempt, run) {
      assertEquals([attempt.kernel, attempt.schedule], [null, ""]);
      run();
      if (attempt.kernel !== null) kernels++;
      seen.push(attempt.schedule);
    },
  });
  assertEquals([seen[0], seen.includes("two one")], ["one two", true]);
  assert(seen.length > result.schedules);
  assertEquals(kernels, seen.length);
});

Deno.test("explore() ends when its guard throws, which knows how far the schedule had come", () => {
  let schedules = 0;
  let far = "";
  const explored = () =>
    explore({
      setup: ({ kernel }) => kernel.fork(kernel.init),
      operations: {
        one: ({ kernel, state }) => kernel.fork(state),
        // Only where it is nested does it come while the other one runs.
        two: ({ kernel }) => {
          if (kernel.context.name === "cpu1") far = current!.schedule;
        },
      },
      guard(attempt, run) {
        current = attempt;
        schedules++;
        run();
        if (far !== "") throw new RangeError("enough");
      },
    });
  let current: Attempt | null = null;
  assertThrows(explored, RangeError, "enough");
  assertMatch(far, /^one\(\d+:two\)$/);
  assert(schedules > 1);
});
