import { assertEquals } from "@std/assert";
import type { Kernel } from "../../kernel/kernel.ts";
import type { ParameterValues } from "../../kernel/module.ts";
import type { Task } from "../../kernel/task.ts";
import {
  FORK_LIMIT,
  type ForkLimit,
  forkLimit,
  type ForkLimitParameters,
} from "../../modules/fork_limit.ts";
import { boot } from "../../pnotify/boot.ts";
import { defineEvents } from "../../pnotify/events.ts";
import type { Pnotify } from "../../pnotify/pnotify.ts";
import { PNOTIFY_ERROR, PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { assertFails, failAt } from "../semantics/jobs.ts";

interface World {
  readonly kernel: Kernel;
  readonly pnotify: Pnotify;
  readonly limits: ForkLimit;
  /** A limited task of root's. */
  readonly shell: Task;
}

function bootLimited(params: Partial<ParameterValues<ForkLimitParameters>>): World {
  const { kernel, pnotify } = boot();
  kernel.modules.insmod(forkLimit, { params });
  const limits = kernel.symbols.find(FORK_LIMIT.name)!.value as ForkLimit;
  const shell = kernel.fork(kernel.init);
  if (!params.everybody) limits.limit({ pid: shell.pid });
  return { kernel, pnotify, limits, shell };
}

/** Unloads the module and asserts that every count went back to nothing. */
function assertClean({ kernel, pnotify, limits }: World): void {
  kernel.modules.rmmod("fork_limit");
  assertEquals(limits.counts().tasks, {});
  assertEquals(kernel.shutdown().map((report) => report.text), []);
  for (const { balance } of pnotify.balances()) {
    assertEquals([balance.balanced, balance.current], [true, 0]);
  }
}

Deno.test("without limits every fork is let through, and counted", () => {
  const world = bootLimited({});
  const { kernel, limits, shell } = world;
  kernel.fork(kernel.fork(shell));
  kernel.fork(kernel.init);
  assertEquals(limits.counts(), {
    tasks: { "0": 3 },
    recent: 2,
    allowed: 2,
    refused: 0,
    rolledBack: 0,
  });
  assertClean(world);
});

Deno.test("per_user refuses forks of a user who has as many limited tasks", () => {
  const world = bootLimited({ per_user: 2 });
  const { kernel, limits, shell } = world;
  const child = kernel.fork(shell);
  const before = kernel.taskCount;
  const { message } = assertFails("EAGAIN", () => kernel.fork(shell));
  assertEquals(
    message,
    'Cannot fork "init[5]": uid 0 has 2 tasks, fewer than 2 are wanted (EAGAIN)',
  );
  assertEquals([kernel.taskCount, limits.counts().tasks], [before, { "0": 2 }]);
  kernel.exit(child);
  kernel.fork(shell);
  kernel.fork(kernel.init);
  assertClean(world);
});

Deno.test("per_user with uid is about one user only", () => {
  const world = bootLimited({ per_user: 1, uid: 1000 });
  const { kernel, shell } = world;
  const user = kernel.fork(kernel.fork(shell));
  kernel.setuid(user, 1000);
  assertFails("EAGAIN", () => kernel.fork(user));
  assertClean(world);
});

Deno.test("a task that changes its user is counted for the new one", () => {
  const world = bootLimited({ per_user: 2 });
  const { kernel, limits, shell } = world;
  const user = kernel.fork(shell);
  kernel.setuid(user, 1000);
  kernel.setgid(shell, 5);
  assertEquals(limits.counts().tasks, { "0": 1, "1000": 1 });
  kernel.fork(user);
  assertFails("EAGAIN", () => kernel.fork(user));
  assertClean(world);
});

Deno.test("depth refuses forks below a depth; threads are where their process is", () => {
  const world = bootLimited({ depth: 2 });
  const { kernel, limits, shell } = world;
  const grandchild = kernel.fork(kernel.fork(shell));
  const thread = kernel.createThread(grandchild);
  assertEquals([grandchild, thread].map((pid) => limits.depthOf({ pid })), [2, 2]);
  assertFails("EAGAIN", () => kernel.fork(grandchild));
  assertFails("EAGAIN", () => kernel.fork(thread));
  kernel.fork(shell);
  assertClean(world);
});

Deno.test("rate refuses forks until the interval is over", () => {
  const world = bootLimited({ rate: 2, interval: 10 });
  const { kernel, limits, shell } = world;
  kernel.fork(shell);
  kernel.fork(shell);
  assertFails("EAGAIN", () => kernel.fork(shell));
  kernel.clock.advance(9_999_999);
  assertFails("EAGAIN", () => kernel.fork(shell));
  kernel.clock.advance(1);
  kernel.fork(shell);
  assertEquals([limits.counts().recent, limits.counts().refused], [1, 2]);
  assertClean(world);
});

Deno.test("verdict PNOTIFY_ERROR refuses with EPERM", () => {
  const world = bootLimited({ depth: 1, verdict: "PNOTIFY_ERROR" });
  const child = world.kernel.fork(world.shell);
  assertFails("EPERM", () => world.kernel.fork(child));
  assertClean(world);
});

Deno.test("a veto rolls back: those before get exit, those after are never asked", () => {
  const world = bootLimited({ depth: 1 });
  const { kernel, pnotify, limits, shell } = world;
  const heard: string[] = [];
  const watch = (name: string) =>
    defineEvents({
      name,
      fork: (child) => (heard.push(`${name} fork ${child.pid}`), PNOTIFY_OK),
      exit: (task) => void heard.push(`${name} exit ${task.pid}`),
    });
  const [before, after] = [watch("before"), watch("after")];
  pnotify.register(before);
  pnotify.register(after);
  limits.release({ pid: shell.pid });
  pnotify.track(shell, before);
  limits.limit({ pid: shell.pid });
  pnotify.track(shell, after);
  const child = kernel.fork(shell);
  heard.length = 0;
  assertFails("EAGAIN", () => kernel.fork(child));
  assertEquals(heard, ["before fork 5", "before exit 5"]);
  pnotify.unregister(before);
  pnotify.unregister(after);
  assertClean(world);
});

Deno.test("a fork that a later module refuses is taken back here", () => {
  const world = bootLimited({ rate: 1 });
  const { kernel, pnotify, limits, shell } = world;
  const veto = defineEvents({ name: "veto", fork: () => PNOTIFY_ERROR });
  pnotify.register(veto);
  pnotify.track(shell, veto);
  assertFails("EPERM", () => kernel.fork(shell));
  const { tasks, recent, allowed, rolledBack } = limits.counts();
  assertEquals([tasks, recent, allowed, rolledBack], [{ "0": 1 }, 0, 1, 1]);
  pnotify.unregister(veto);
  kernel.fork(shell);
  assertClean(world);
});

Deno.test("no count is forgotten when anything of a fork fails", () => {
  const world = bootLimited({});
  const { kernel, limits, shell } = world;
  for (const site of ["task", "pid", "subscriber", "task-data", "hook fork_limit.fork"]) {
    failAt(kernel, site);
    try {
      kernel.fork(shell);
    } catch {
      // Which errno it is depends on the site.
    }
    assertEquals([site, limits.counts().tasks], [site, { "0": 1 }]);
  }
  kernel.faults = null;
  assertClean(world);
});

Deno.test("everybody limits every task there is at load", () => {
  const world = bootLimited({ everybody: true, depth: 1 });
  const { kernel, limits, shell } = world;
  assertEquals([kernel.init, shell].map((pid) => limits.depthOf({ pid })), [0, 1]);
  assertFails("EAGAIN", () => kernel.fork(shell));
  assertClean(world);
});

Deno.test("limit() and release() begin and end it for one task", () => {
  const world = bootLimited({ depth: 1 });
  const { kernel, limits, shell } = world;
  assertFails("EEXIST", () => limits.limit({ pid: shell.pid }));
  assertFails("ESRCH", () => limits.limit({ pid: 99 }));
  assertFails("EINVAL", () => (limits.limit as () => void)());
  assertEquals([limits.release({ pid: shell }), limits.release({ pid: shell })], [true, false]);
  assertEquals(limits.depthOf({ pid: kernel.fork(shell) }), null);
  assertClean(world);
});
