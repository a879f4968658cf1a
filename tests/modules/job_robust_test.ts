import { assertEquals } from "@std/assert";
import { KernelError } from "../../kernel/errno.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Pending } from "../../kernel/pending.ts";
import type { Task } from "../../kernel/task.ts";
import { CSA, type Csa, csa } from "../../modules/csa/mod.ts";
import { JOB, job, type JobResult, type Jobs } from "../../modules/job/mod.ts";
import { withTask } from "../../modules/call.ts";
import type { World } from "../../pnotify/boot.ts";
import { explore } from "../../check/explore.ts";
import type { Run } from "../../check/explore_options.ts";
import { sweepFaults } from "../../check/sweep.ts";

/*
 * What holds for job and csa whatever fails and however operations fall together.
 */

function jobsOf(kernel: Kernel): Jobs {
  return kernel.symbols.find(JOB.name)!.value as Jobs;
}

/** A call that may fail when a fault is injected. */
function attempt(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  }
}

/** What the list of jobs says and what each task says must be the same thing. */
function disagreements({ kernel }: World): string[] {
  const symbol = kernel.symbols.find(JOB.name);
  if (symbol === null) return [];
  const jobs = symbol.value as Jobs;
  // Looking must not fail itself.
  const { faults } = kernel;
  kernel.faults = null;
  const byJob = jobs.getJidList().flatMap((jid) =>
    jobs.getPidList({ jid }).map((pid) => `${pid} in ${jid}`)
  );
  kernel.faults = faults;
  const byTask: string[] = [];
  kernel.forEachTask((task) => {
    attempt(() => byTask.push(`${task.pid} in ${jobs.getJid({ pid: task })}`));
  });
  const both = [byJob.sort().join(", "), byTask.sort().join(", ")];
  return both[0] === both[1] ? [] : [`jobs say ${both[0]}; tasks say ${both[1]}`];
}

Deno.test("job and csa survive the failure of every fallible point", () => {
  const result = sweepFaults(({ kernel }) => {
    kernel.modules.insmod(job);
    kernel.modules.insmod(csa);
    const jobs = jobsOf(kernel);
    const accounting = kernel.symbols.find(CSA.name)!.value as Csa;
    const shell = kernel.fork(kernel.init);
    const jid = jobs.create({ task: shell, limit: 6 });
    const waiter = kernel.fork(kernel.init);
    jobs.waitJid({ task: waiter, jid });
    attempt(() => accounting.startUserFile({ task: shell, path: "/u" }));
    const child = kernel.fork(shell);
    kernel.exec(child, "/bin/cc");
    kernel.createThread(child);
    jobs.create({ task: child, nested: true });
    attempt(() => jobs.detachPid({ task: kernel.init, pid: child.pid }));
    attempt(() => jobs.attachPid({ task: kernel.init, pid: child.pid, jid }));
    attempt(() => jobs.getPidList({ jid }));
    kernel.exit(child);
    jobs.detachJid({ task: kernel.init, jid });
    kernel.exit(shell);
  }, { check: disagreements });
  assertEquals(result.failures.length, 0, result.text);
  for (const site of ["job", "job-member", "job-list", "csa-write", "hook job.fork"]) {
    assertEquals([site, (result.sites[site] ?? 0) > 0], [site, true]);
  }
});

interface State {
  readonly jobs: Jobs;
  readonly jid: string;
  readonly shell: Task;
  readonly child: Task;
  readonly waiting: Pending<JobResult>;
}

/** A job of a shell and its child, for which somebody waits. */
function setup({ kernel }: World): State {
  kernel.modules.insmod(job);
  const jobs = jobsOf(kernel);
  const shell = kernel.fork(kernel.init);
  const jid = jobs.create({ task: shell });
  const child = kernel.fork(shell);
  const waiting = jobs.waitJid({ task: kernel.fork(kernel.init), jid });
  return { jobs, jid, shell, child, waiting };
}

/** A job exists exactly as long as its waiter sleeps. */
function isConsistent({ state: { jobs, jid, waiting } }: Run<State>): boolean {
  return jobs.getJidList().includes(jid as `0x${string}`) === !waiting.done;
}

Deno.test("forks, exits and detachJid of one job fall together in every order", () => {
  const result = explore<State>({
    setup,
    operations: {
      fork: ({ kernel, state }) => kernel.fork(state.child),
      exit: ({ kernel, state }) => kernel.exit(state.shell),
      detach: ({ kernel, state }) => state.jobs.detachJid({ task: kernel.init, jid: state.jid }),
    },
    predicates: {
      "the waiter is told when the job is gone": isConsistent,
      "the job is gone": ({ state }) => state.jobs.getJidCount() === 0,
      "the fork came too late": ({ outcomes }) => outcomes.fork === "EINPROGRESS",
    },
    check: disagreements,
  });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.complete, true);
  const verdict = (name: string) => result.predicates[name].verdict;
  assertEquals(verdict("the waiter is told when the job is gone"), "always");
  assertEquals(verdict("the job is gone"), "always");
  assertEquals(verdict("the fork came too late"), "sometimes");
});

Deno.test("leaving, moving on and being attached fall together in every order", () => {
  const result = explore<State>({
    setup,
    operations: {
      create: ({ state }) => state.jobs.create({ task: state.child }),
      detach: ({ kernel, state }) =>
        state.jobs.detachPid({ task: kernel.init, pid: state.child.pid }),
      attach: ({ kernel, state }) =>
        state.jobs.attachPid({ task: kernel.init, pid: state.child.pid, jid: state.jid }),
      exit: ({ kernel, state }) => kernel.exit(state.shell),
    },
    predicates: {
      "the waiter is told when the job is gone": isConsistent,
      "the child is in a job": ({ state }) => {
        try {
          return state.jobs.getJid({ pid: state.child.pid }) !== "0x0";
        } catch {
          return false;
        }
      },
      "the job ended": ({ state }) => state.waiting.done,
    },
    check: disagreements,
    preemptions: 1,
  });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.predicates["the waiter is told when the job is gone"].verdict, "always");
  assertEquals(result.predicates["the child is in a job"].verdict, "sometimes");
  assertEquals(result.predicates["the job ended"].verdict, "sometimes");
});

Deno.test("two jobs that want one id do not both get it, and a limit is never exceeded", () => {
  const result = explore({
    setup({ kernel }) {
      kernel.modules.insmod(job);
      const jobs = jobsOf(kernel);
      const [a, b] = [kernel.fork(kernel.init), kernel.fork(kernel.init)];
      const full = kernel.fork(kernel.init);
      const jid = jobs.create({ task: full, limit: 2 });
      return { jobs, jid, a, b, full };
    },
    operations: {
      a: ({ state }) => state.jobs.create({ task: state.a, jid: "0x77" }),
      b: ({ state }) => state.jobs.create({ task: state.b, jid: "0x77" }),
      fork: ({ kernel, state }) => kernel.fork(state.full),
      again: ({ kernel, state }) => kernel.fork(state.full),
    },
    predicates: {
      "one of them got it": ({ outcomes }) =>
        [outcomes.a, outcomes.b].sort().join() === "EBUSY,done",
      "one of them was forked": ({ outcomes }) =>
        [outcomes.fork, outcomes.again].sort().join() === "EAGAIN,done",
    },
    check: disagreements,
    preemptions: 1,
  });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.predicates["one of them got it"].verdict, "always");
  assertEquals(result.predicates["one of them was forked"].verdict, "always");
});

Deno.test("nested jobs end from the inside out, however their tasks end", () => {
  const result = explore({
    setup({ kernel }) {
      kernel.modules.insmod(job);
      const jobs = jobsOf(kernel);
      const shell = kernel.fork(kernel.init);
      jobs.create({ task: shell });
      const inner = kernel.fork(shell);
      jobs.create({ task: inner, nested: true });
      return { jobs, shell, inner: inner.pid };
    },
    operations: {
      inner: ({ kernel, state }) =>
        withTask(kernel, state.inner, "exit", (task) => kernel.exit(task)),
      outer: ({ kernel, state }) => kernel.exit(state.shell),
      nest: ({ state }) => state.jobs.create({ task: state.inner, nested: true }),
    },
    predicates: {
      "all jobs are gone": ({ state }) => state.jobs.getJidCount() === 0,
      "it was too late to nest": ({ outcomes }) => outcomes.nest === "ESRCH",
    },
    check: disagreements,
  });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.predicates["all jobs are gone"].verdict, "always");
  assertEquals(result.predicates["it was too late to nest"].verdict, "sometimes");
});
