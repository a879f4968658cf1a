import { assertEquals } from "@std/assert";
import type { JobAccounting } from "../../modules/job/mod.ts";
import { PF_EXITING, TASK_NEW } from "../../kernel/task.ts";
import { PNOTIFY_ERROR } from "../../pnotify/verdict.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { assertClean, assertFails, bootJobs, jobOf, type JobWorld } from "./jobs.ts";

/** Accounting that writes down what it hears. */
function notes({ jobs, kernel }: JobWorld, heard: string[]): JobAccounting {
  const held = () => kernel.context.held.map(({ lock }) => lock.lockName).join(" ");
  const accounting: JobAccounting = {
    type: 0,
    module: null,
    jobStart: (kind, { jid }) => void heard.push(`${kind} ${jid} holding <${held()}>`),
    jobEnd: (status, { jid }) => void heard.push(`end ${jid} ${status} holding <${held()}>`),
    eop: (status, task, { jid, tasks }) =>
      void heard.push(`eop ${task.pid} ${status} of ${tasks} in ${jid} holding <${held()}>`),
  };
  jobs.registerAccounting(accounting);
  return accounting;
}

const IN_EOP = "job_table_sem job.sem>";

Deno.test("B11 a leaving task is accounted, then counted out; the last one ends the job", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const child = kernel.fork(root);
  const heard: string[] = [];
  notes(world, heard);
  kernel.exit(child, 3);
  assertEquals(jobs.getPidCount({ jid }), 1);
  kernel.exit(root, 5);
  assertEquals(jobs.getJidCount(), 0);
  assertEquals(heard.map((line) => line.replace(/ holding.*/, "")), [
    "eop 4 768 of 2 in 0x1",
    "eop 3 1280 of 1 in 0x1",
    "end 0x1 1280",
  ]);
  assertClean(world);
});

Deno.test("B11 the job's status is the exit code of the last task that left", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const child = kernel.fork(root);
  const waiting = jobs.waitJid({ task: kernel.fork(kernel.init), jid });
  kernel.exit(root, 1);
  assertEquals(waiting.done, false);
  kernel.exit(child, { signal: "SIGKILL" });
  assertEquals(waiting.value, { jid, status: 9 });
  assertClean(world);
});

Deno.test("B11 every waiter is told before accounting hears of the end", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const waiters = [0, 1].map(() => jobs.waitJid({ task: kernel.fork(kernel.init), jid }));
  const done: boolean[][] = [];
  jobs.registerAccounting({
    type: 0,
    module: null,
    eop: () => void done.push(waiters.map((one) => one.done)),
    jobEnd: () => void done.push(waiters.map((one) => one.done)),
  });
  assertEquals(jobs.list()[0].waiters, 2);
  kernel.exit(root);
  assertEquals(done, [[false, false], [true, true]]);
  assertClean(world);
});

Deno.test("B12 once the last task has left, lookups fail while waiters still get the status", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const waiting = jobs.waitJid({ task: kernel.fork(kernel.init), jid });
  let lookup = "";
  jobs.registerAccounting({
    type: 0,
    module: null,
    jobEnd: () => void (lookup = assertFails("ENODATA", () => jobs.getUser({ jid })).code),
  });
  kernel.exit(root, 2);
  assertEquals([lookup, waiting.value?.status], ["ENODATA", 512]);
  assertFails("ENODATA", () => jobs.waitJid({ task: kernel.init, jid }));
  assertClean(world);
});

Deno.test("B13 eop runs with table and job write-locked; start and end without Job's locks", () => {
  const world = bootJobs();
  const heard: string[] = [];
  notes(world, heard);
  world.jobs.create({ task: world.root });
  world.kernel.exit(world.root);
  assertEquals(heard, [
    "start 0x1 holding <>",
    `eop 3 0 of 1 in 0x1 holding <task.subscriberListSem of init[3] ${IN_EOP}`,
    "end 0x1 0 holding <task.subscriberListSem of init[3]>",
  ]);
  assertClean(world);
});

Deno.test("B13 eop that calls Job back deadlocks, and the lock checker says so", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  jobs.registerAccounting({
    type: 0,
    module: "careless",
    eop: () => void jobs.getAccounting({ jid, type: 0 }),
  });
  let message = "";
  try {
    kernel.exit(root);
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(
    message,
    "Cannot take job_table_sem for read: this context holds it for write",
  );
  const report = kernel.reports.find(({ kind }) => kind === "self-deadlock")!;
  assertEquals([report.lock, report.module], ["job_table_sem", "careless"]);
});

Deno.test("B13 eop fires for an administrative detach too, while the task lives", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  jobs.create({ task: root });
  const heard: string[] = [];
  notes(world, heard);
  jobs.detachPid({ task: kernel.init, pid: root.pid });
  assertEquals(heard.length, 2);
  assertEquals(heard[0].startsWith("eop 3 0 of 1"), true);
  assertEquals(root.flags & PF_EXITING, 0);
  assertClean(world);
});

Deno.test("B13 eop fires for a child whose fork is rolled back, which never ran", () => {
  const world = bootJobs();
  const { kernel, pnotify, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const veto = defineEvents({ name: "veto", fork: () => PNOTIFY_ERROR });
  pnotify.register(veto);
  pnotify.track(root, veto);
  const states: string[] = [];
  jobs.registerAccounting({
    type: 0,
    module: null,
    eop: (_status, task) => void states.push(task.state),
  });
  assertFails("EPERM", () => kernel.fork(root));
  assertEquals(states, [TASK_NEW]);
  assertEquals(jobs.getPidList({ jid }), [root.pid]);
  pnotify.unregister(veto);
  assertClean(world);
});

Deno.test("B15 an empty job cannot exist: without keep, create wants the task in it", () => {
  const world = bootJobs();
  assertFails("EINVAL", () => world.jobs.create({ task: world.root, move: false }));
  assertEquals(world.jobs.getJidCount(), 0);
  assertClean(world);
});

Deno.test("B15 with keep a job begins empty, outlives its members, and ends when told to", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root, move: false, keep: true });
  assertEquals([jobOf(jobs, root), jobs.getPidCount({ jid })], ["ENODATA", 0]);
  assertFails("ESRCH", () => jobs.getPrimePid({ jid }));
  jobs.attachPid({ task: root, pid: root.pid, jid });
  const waiting = jobs.waitJid({ task: kernel.fork(kernel.init), jid });
  kernel.exit(root, 4);
  assertEquals([jobs.getPidCount({ jid }), waiting.done], [0, false]);
  assertEquals(jobs.end({ task: kernel.init, jid }), true);
  assertEquals(waiting.value, { jid, status: 4 << 8 });
  assertClean(world);
});

Deno.test("B15 end() of a kept job with members lets it end with the last one", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root, keep: true });
  assertEquals(jobs.end({ task: root, jid }), false);
  assertEquals(jobs.getJidList(), [jid]);
  kernel.exit(root);
  assertEquals(jobs.getJidList(), []);
  assertFails("ENODATA", () => jobs.end({ task: kernel.init, jid }));
  assertClean(world);
});

Deno.test("B16 unloading detaches every member and ends every job", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  jobs.create({ task: root });
  kernel.fork(root);
  jobs.create({ task: kernel.fork(kernel.init) });
  jobs.create({ task: kernel.init, keep: true, move: false });
  const heard: string[] = [];
  notes(world, heard);
  kernel.modules.rmmod("job");
  assertEquals(heard.map((line) => line.replace(/ (of|holding|0 ).*/, "")), [
    "eop 3",
    "eop 4",
    "end 0x1",
    "eop 5",
    "end 0x2",
    "end 0x3",
  ]);
  assertEquals([root.subscribers, root.state], [null, "R"]);
  assertClean(world);
});
