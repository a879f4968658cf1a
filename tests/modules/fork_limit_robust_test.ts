import { assertEquals } from "@std/assert";
import type { Kernel } from "../../kernel/kernel.ts";
import { FORK_LIMIT, type ForkLimit, forkLimit } from "../../modules/fork_limit.ts";
import { job } from "../../modules/job/mod.ts";
import type { World } from "../../pnotify/boot.ts";
import { explore } from "../../check/explore.ts";
import { sweepFaults } from "../../check/sweep.ts";

function limitsOf(kernel: Kernel): ForkLimit {
  return kernel.symbols.find(FORK_LIMIT.name)!.value as ForkLimit;
}

/** As many tasks must be counted as are limited. */
function miscounts({ kernel }: World): string[] {
  const symbol = kernel.symbols.find(FORK_LIMIT.name);
  if (symbol === null) return [];
  const limits = symbol.value as ForkLimit;
  const seen: Record<string, number> = {};
  kernel.forEachTask((task) => {
    if (limits.depthOf({ pid: task }) === null) return;
    seen[task.uid] = (seen[task.uid] ?? 0) + 1;
  });
  const counted = JSON.stringify(limits.counts().tasks);
  return counted === JSON.stringify(seen)
    ? []
    : [`${counted} counted, ${JSON.stringify(seen)} seen`];
}

Deno.test("fork_limit survives the failure of every fallible point", () => {
  const result = sweepFaults(({ kernel }) => {
    kernel.modules.insmod(forkLimit, { params: { everybody: true, depth: 3 } });
    const shell = kernel.fork(kernel.init);
    const user = kernel.fork(shell);
    kernel.createThread(user);
    kernel.exit(kernel.fork(shell));
    limitsOf(kernel).release({ pid: shell.pid });
    limitsOf(kernel).limit({ pid: shell.pid });
    kernel.modules.insmod(job);
    kernel.exit(user);
  }, { check: miscounts });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.sites["hook fork_limit.fork"] > 0, true);
});

Deno.test("two forks of one user at the limit: exactly one gets through, in every order", () => {
  const result = explore({
    setup({ kernel }) {
      kernel.modules.insmod(forkLimit, { params: { per_user: 3 } });
      const [a, b] = [kernel.fork(kernel.init), kernel.fork(kernel.init)];
      limitsOf(kernel).limit({ pid: a.pid });
      limitsOf(kernel).limit({ pid: b.pid });
      return { a, b };
    },
    operations: {
      a: ({ kernel, state }) => kernel.fork(state.a),
      b: ({ kernel, state }) => kernel.fork(state.b),
    },
    predicates: {
      "both were let through": ({ outcomes }) => outcomes.a === "done" && outcomes.b === "done",
    },
    check: miscounts,
  });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.predicates["both were let through"].verdict, "never");
});
