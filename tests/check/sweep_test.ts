import {
  boot,
  defineEvents,
  defineModule,
  FaultPlan,
  KernelError,
  PNOTIFY,
  PNOTIFY_OK,
  sweepFaults,
  type World,
} from "../../mod.ts";
import { testModule } from "../../modules/test_module.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";

/** Forks of all kinds, exec, exit and wait under a module that hears of everybody. */
function smallTree({ kernel }: World): void {
  kernel.modules.insmod(testModule);
  const shell = kernel.fork(kernel.init);
  kernel.exec(shell, "/bin/sh");
  const thread = kernel.createThread(shell);
  const { child } = kernel.vfork(thread);
  kernel.exec(child, "/bin/true");
  kernel.exit(child);
  kernel.wait(shell);
  kernel.exec(thread, "/bin/make");
  kernel.kill(thread.pid, "SIGTERM");
}

Deno.test("FaultPlan fails the n-th point and no other when nth is given", () => {
  const faults = new FaultPlan({ nth: 3 });
  const answers = ["task", "pid", "task", "pid"].map((site) => faults.shouldFail(site));
  assertEquals(answers, [false, false, true, false]);
  assertEquals(faults.failed, { nth: 3, site: "task" });
});

Deno.test("FaultPlan fails the first of a name when only the site is given", () => {
  const faults = new FaultPlan({ site: "pid" });
  const answers = ["task", "pid", "task", "pid"].map((site) => faults.shouldFail(site));
  assertEquals(answers, [false, true, false, false]);
});

Deno.test("FaultPlan fails the n-th of a name when both are given", () => {
  const faults = new FaultPlan({ site: "pid", nth: 2 });
  const answers = ["task", "pid", "task", "pid"].map((site) => faults.shouldFail(site));
  assertEquals(answers, [false, false, false, true]);
  assertEquals([...faults.sites], [["task", 2], ["pid", 2]]);
});

Deno.test("FaultPlan fails nothing and counts when nothing is asked for", () => {
  const faults = new FaultPlan();
  const { kernel } = boot({ faults });
  kernel.fork(kernel.init);
  assertEquals([faults.passed, faults.failed], [2, null]);
});

Deno.test("FaultPlan is refused with EINVAL when nth or site is none", () => {
  for (const options of [{ nth: 0 }, { nth: 1.5 }, { site: "" }]) {
    const error = assertThrows(() => new FaultPlan(options), KernelError);
    assertEquals(error.code, "EINVAL");
  }
});

Deno.test("boot() takes which point is to fail when faults is given by name", () => {
  const { kernel } = boot({ faults: { site: "exec" } });
  const shell = kernel.fork(kernel.init);
  const error = assertThrows(() => kernel.exec(shell, "/bin/sh"), KernelError);
  assertEquals(error.code, "ENOMEM");
  kernel.exec(shell, "/bin/sh");
});

Deno.test("boot() fails a hook once when faults names it", () => {
  const events = defineEvents({ name: "job", fork: () => PNOTIFY_OK });
  const { kernel, pnotify } = boot({ faults: { site: "hook job.fork" } });
  pnotify.track(kernel.init, events);
  const error = assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals([error.code, kernel.taskCount], ["EPERM", 3]);
  kernel.fork(kernel.init);
});

Deno.test("sweepFaults() fails every point once when the scenario is sound", () => {
  const result = sweepFaults(smallTree);
  assertEquals(result.failures, []);
  assert(result.complete);
  assertEquals(result.runs, result.points);
  for (const site of ["task", "pid", "exec", "subscriber", "hook test_module.init"]) {
    assert(result.sites[site] > 0, site);
  }
});

Deno.test("sweepFaults() goes on after a failure when the scenario catches it", () => {
  let after = 0;
  const result = sweepFaults(({ kernel }) => {
    try {
      kernel.fork(kernel.init);
    } catch {
      after++;
    }
    kernel.exit(kernel.fork(kernel.init));
  });
  // Two points in the first fork; the two of the second end the scenario.
  assertEquals([result.points, after, result.failures], [4, 2, []]);
});

/** Keeps its registration when the second of two fails. */
const forgetful = defineModule({
  name: "forgetful",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ pnotify, name, kernel }) {
    const events = defineEvents({ name, module: name, fork: () => PNOTIFY_OK });
    pnotify.register(events);
    pnotify.track(kernel.init, events);
    return events;
  },
  unload({ pnotify }, events) {
    pnotify.unregister(events);
  },
});

Deno.test("sweepFaults() names the point when a module forgets to undo half of its load", () => {
  const result = sweepFaults(({ kernel }) => void kernel.modules.insmod(forgetful));
  assertEquals(result.failures.map(({ nth, site }) => ({ nth, site })), [
    { nth: 1, site: "subscriber" },
  ]);
  assertMatch(result.failures[0].broken[0], /module-leak: module forgetful left .* behind/);
  assertMatch(result.text, /point 1, subscriber, again with \{ only: 1 \}:/);
});

Deno.test("sweepFaults() runs one point again when only is given", () => {
  const scenario = ({ kernel }: World) => {
    kernel.fork(kernel.init);
    kernel.modules.insmod(forgetful);
  };
  const all = sweepFaults(scenario);
  const [{ nth, broken }] = all.failures;
  const again = sweepFaults(scenario, { only: nth });
  assertEquals([again.runs, again.complete], [1, false]);
  assertEquals(again.failures[0].broken, broken);
});

/** Takes its lock in canFork, which a refusal by anybody else never gives back. */
function lockedFork({ kernel, pnotify }: World): void {
  const sem = kernel.createSemaphore("half");
  const before = defineEvents({
    name: "before",
    fork: () => PNOTIFY_OK,
    canFork: () => (sem.downRead(), PNOTIFY_OK),
  });
  pnotify.track(kernel.init, before);
  kernel.fork(kernel.init);
}

Deno.test("sweepFaults() reports what is broken without any fault when the scenario is", () => {
  const result = sweepFaults(lockedFork, { limit: 0 });
  assertEquals(result.failures.map(({ nth }) => nth), [0]);
  assertMatch(result.failures[0].broken.join("\n"), /lock-leaked/);
});

Deno.test("sweepFaults() counts what else the scenario throws as a failure", () => {
  const result = sweepFaults(({ kernel }) => {
    try {
      kernel.fork(kernel.init);
    } catch {
      throw new TypeError("no child");
    }
  });
  assertEquals(result.failures.map(({ broken }) => broken), [
    ["it threw TypeError: no child"],
    ["it threw TypeError: no child"],
  ]);
});

Deno.test("sweepFaults() asks its own check when one is given", () => {
  const result = sweepFaults(({ kernel }) => void kernel.fork(kernel.init), {
    check: ({ kernel }) => kernel.taskCount === 4 ? [] : ["the child is missing"],
  });
  assertEquals(result.failures.map(({ broken }) => broken), [
    ["the child is missing"],
    ["the child is missing"],
  ]);
});

Deno.test("sweepFaults() says so when the limit leaves points out", () => {
  const result = sweepFaults(smallTree, { limit: 2 });
  assertEquals([result.runs, result.complete], [2, false]);
  assertMatch(result.text, /fallible points, 2 of them failed in turn: nothing is broken/);
});

Deno.test("sweepFaults() destroys every value once when taskData fails anywhere", () => {
  let alive = 0;
  const result = sweepFaults(({ kernel, pnotify }) => {
    alive = 0;
    const events = defineEvents<{ label: string }>({
      name: "labels",
      init: () => PNOTIFY_OK,
      fork: () => PNOTIFY_OK,
      exit: () => {},
      taskData: {
        create: () => (alive++, { label: "" }),
        inherit: (data) => (alive++, { ...data }),
        destroy: () => void alive--,
      },
    });
    pnotify.register(events);
    kernel.exit(kernel.fork(kernel.fork(kernel.init)));
    pnotify.unregister(events);
  }, { check: ({ pnotify }) => alive === current(pnotify) ? [] : [`${alive} values are alive`] });
  assertEquals(result.failures, []);
  assert(result.sites["task-data"] >= 4);
});

function current(pnotify: World["pnotify"]): number {
  return pnotify.entries().reduce((sum, entry) => sum + entry.count, 0);
}

Deno.test("sweepFaults() forgives the fault that it injects, and no other with the same text", () => {
  const sweep = (exit: () => void) =>
    sweepFaults(({ kernel, pnotify }) => {
      const events = defineEvents({ name: "careful", fork: () => PNOTIFY_OK, exit });
      pnotify.track(kernel.init, events);
      kernel.exit(kernel.fork(kernel.init));
    });
  assertEquals(sweep(() => {}).failures, []);
  const { failures } = sweep(() => {
    throw "an injected fault";
  });
  assertEquals(failures[0].broken, [
    "module-fault: careful.exit for init[3]: an injected fault",
  ]);
});

Deno.test("a report says whether its fault was injected", () => {
  const { kernel, pnotify } = boot({ faults: { site: "hook careful.exec" } });
  const exec = () => {
    throw new TypeError("a mistake");
  };
  pnotify.track(kernel.init, defineEvents({ name: "careful", fork: () => PNOTIFY_OK, exec }));
  kernel.exec(kernel.init, "/bin/a");
  kernel.exec(kernel.init, "/bin/b");
  assertEquals(kernel.reports.map(({ injected }) => injected), [true, undefined]);
});
