import { assertEquals } from "@std/assert";
import { KernelError } from "../../kernel/errno.ts";
import type { KernelOptions } from "../../kernel/kernel.ts";
import { boot, type World } from "../../pnotify/boot.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_ERROR, PNOTIFY_OK, type Verdict } from "../../pnotify/verdict.ts";
import { type ForkEvent, Replay } from "../../replay/mod.ts";

/*
 * Who refused a fork: a module, the model, or nobody. In a live run only a module's refusal refuses the real fork.
 */

interface Scene extends World {
  readonly replay: Replay;
  /** How often the module was calls. */
  readonly calls: number[];
}

/** A replay whose root, pid 50, is watched by one module. */
function scene(
  vetoesHold: boolean,
  fork: (pid: number) => Verdict,
  options: KernelOptions = {},
): Scene {
  const world = boot(options);
  const calls: number[] = [];
  const events = defineEvents({
    name: "rule",
    fork: (child) => (calls.push(child.pid), fork(child.pid)),
  });
  world.pnotify.register(events);
  const observer = {
    started: ({ pid }: { pid: number }) => {
      if (pid !== 50) return;
      const root = world.kernel.pids.find(50);
      if (root !== null) world.pnotify.track(root, events);
    },
  };
  const replay = new Replay(world.kernel, { tree: true, vetoesHold, observer });
  replay.take({ type: "rename", time: 0, line: 1, pid: 50, comm: "sh" });
  return { ...world, replay, calls };
}

function fork(pid: number, more: Partial<ForkEvent> = {}): ForkEvent {
  const known = { tgid: pid, thread: false, creator: 50, creatorTgid: 50, parent: 50 };
  return { type: "fork", time: pid, line: pid, pid, ...known, flags: 0, comm: null, ...more };
}

function refuseWith(code: "EINVAL" | "EEXIST" | "EAGAIN"): () => Verdict {
  return () => {
    throw new KernelError(code, { action: "fork", found: "it is not wanted" });
  };
}

for (const code of ["EINVAL", "EEXIST", "EAGAIN"] as const) {
  Deno.test(`Replay asks a module once that refuses with ${code}, and the refusal is counted`, () => {
    const { replay, calls } = scene(false, refuseWith(code));
    assertEquals(replay.take(fork(60)), null);
    assertEquals([calls, replay.gaps.refused_forks], [[60], 1]);
    assertEquals(replay.processes.map(({ refused }) => refused), [null, code]);
    assertEquals(replay.warnings.total, 0);
  });

  Deno.test(`Replay asks a module once that refuses with ${code}, and the refusal holds where vetoes hold`, () => {
    const { replay, calls, kernel } = scene(true, refuseWith(code));
    assertEquals(replay.take(fork(60)), code);
    assertEquals([calls, replay.gaps.refused_forks, replay.liveTasks], [[60], 1, 1]);
    assertEquals([replay.summary.processes, kernel.taskCount], [1, 4]);
  });
}

Deno.test("Replay refuses a thread with the errno of the module where vetoes hold", () => {
  const { replay, calls } = scene(true, refuseWith("EINVAL"));
  assertEquals(replay.take(fork(60, { tgid: 50, thread: true })), "EINVAL");
  assertEquals([calls, replay.gaps.refused_forks, replay.liveTasks], [[60], 1, 1]);
});

for (const vetoesHold of [false, true]) {
  const where = vetoesHold ? "where vetoes hold" : "in a recording";

  Deno.test(`Replay gives a child another pid when the model has the pid in use ${where}`, () => {
    const { replay, calls } = scene(vetoesHold, () => PNOTIFY_OK);
    // The kernel's own thread has pid 2.
    assertEquals(replay.take(fork(2)), null);
    assertEquals(calls.length, 1);
    assertEquals([replay.gaps.refused_forks, replay.warnings.total], [0, 0]);
    assertEquals(replay.take(fork(61, { creator: 2, creatorTgid: 2, parent: 2 })), null);
    assertEquals(replay.processes[2].parent, 2);
  });

  Deno.test(`Replay asks a module once when the model has the pid in use and it refuses ${where}`, () => {
    const { replay, calls } = scene(vetoesHold, () => PNOTIFY_ERROR);
    assertEquals(replay.take(fork(2)), vetoesHold ? "EPERM" : null);
    assertEquals([calls.length, replay.gaps.refused_forks], [1, 1]);
  });

  Deno.test(`Replay takes no limit of the model for a veto ${where}`, () => {
    const { replay, calls, kernel } = scene(vetoesHold, () => PNOTIFY_OK, { threadsMax: 5 });
    assertEquals([replay.take(fork(60)), replay.take(fork(61)), replay.take(fork(62))], [
      null,
      null,
      null,
    ]);
    // A thread finds no room, either, and a child of a process that the model lacks has no task.
    const above = { creator: 61, creatorTgid: 61, parent: 61 };
    assertEquals(replay.take(fork(63, { tgid: 50, thread: true })), null);
    assertEquals(replay.take(fork(64, above)), null);
    assertEquals([calls, kernel.taskCount, replay.gaps.refused_forks], [[60], 5, 0]);
    assertEquals(replay.processes.map(({ pid, refused }) => [pid, refused]), [
      [50, null],
      [60, null],
      [61, null],
      [62, null],
      [64, null],
    ]);
    assertEquals(replay.warnings.counts, { refused: 3 });
    assertEquals(
      replay.warnings.kept[0].text,
      'the model has no task for pid 61: Cannot fork "sh[50]": there are 5 tasks, fewer than 5 are wanted (EAGAIN)',
    );
  });

  Deno.test(`Replay takes the process limit of a user for no veto ${where}`, () => {
    const { replay, calls, kernel } = scene(vetoesHold, () => PNOTIFY_OK);
    const root = kernel.pids.find(50)!;
    replay.take({ type: "credentials", time: 1, line: 2, pid: 50, uid: 1000, gid: null });
    kernel.setLimits(root, { processes: 1 });
    assertEquals([replay.take(fork(60)), calls, replay.gaps.refused_forks], [null, [], 0]);
    assertEquals(replay.warnings.counts, { refused: 1 });
  });

  Deno.test(`Replay takes a hook that breaks down for no veto ${where}`, () => {
    const { replay, calls, kernel } = scene(vetoesHold, () => {
      throw new TypeError("a mistake");
    });
    assertEquals([replay.take(fork(60)), calls, replay.gaps.refused_forks], [null, [60], 0]);
    assertEquals(replay.processes.map(({ pid, refused }) => [pid, refused]), [
      [50, null],
      [60, null],
    ]);
    assertEquals(kernel.pids.find(60), null);
    assertEquals(replay.warnings.kept.map(({ kind, line, text }) => [kind, line, text]), [[
      "refused",
      60,
      'the model has no task for pid 60: Cannot fork "sh[60]": rule.fork broke down (EFAULT)',
    ]]);
    assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
  });

  Deno.test(`Replay takes an answer that is no verdict for no veto ${where}`, () => {
    const { replay, kernel } = scene(vetoesHold, () => "no" as unknown as Verdict);
    assertEquals([replay.take(fork(60)), replay.gaps.refused_forks], [null, 0]);
    assertEquals([replay.warnings.counts, kernel.reports.length], [{ refused: 1 }, 1]);
  });
}

Deno.test("Replay holds a deliberate EFAULT of a module where vetoes hold", () => {
  const { replay, kernel } = scene(true, () => {
    throw new KernelError("EFAULT", { action: "fork", found: "it is not wanted" });
  });
  assertEquals([replay.take(fork(60)), replay.gaps.refused_forks], ["EFAULT", 1]);
  assertEquals([replay.warnings.total, kernel.reports.length], [0, 0]);
});

Deno.test("Replay takes no parent that is exiting for a veto where vetoes hold", () => {
  const { replay, kernel } = scene(true, () => PNOTIFY_OK, { initReaps: false });
  kernel.exit(kernel.pids.find(50)!);
  assertEquals([replay.take(fork(60)), replay.gaps.refused_forks], [null, 0]);
});
