import { assertEquals } from "@std/assert";
import {
  assertClean,
  assertFails,
  bootJobs,
  interrupt,
  jobOf,
  userTask,
} from "../semantics/jobs.ts";

Deno.test("create() nests a job in that of the calling task with nested", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const outer = jobs.create({ task: root });
  const child = kernel.fork(root);
  const inner = jobs.create({ task: child, nested: true });
  kernel.fork(child);
  assertEquals(jobs.list().map(({ jid, parent }) => [jid, parent]), [[outer, null], [
    inner,
    outer,
  ]]);
  assertEquals(jobs.getPidCount({ jid: outer }), 1);
  assertEquals(jobs.getPidCount({ jid: outer, nested: true }), 3);
  assertClean(world);
});

Deno.test("create() with nested needs a job around it, and one that is not ending", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  assertFails("ENODATA", () => jobs.create({ task: root, nested: true }));
  const jid = jobs.create({ task: root });
  const other = kernel.fork(root);
  let code = "";
  const rootIsOut = () => root.subscribers === null && kernel.context.held.length === 0;
  interrupt(kernel, rootIsOut, () => {
    code = assertFails("EINPROGRESS", () => jobs.create({ task: other, nested: true })).code;
  });
  jobs.detachJid({ task: kernel.init, jid });
  kernel.preemption = null;
  assertEquals([code, jobs.getJidCount(), jobOf(jobs, other)], ["EINPROGRESS", 0, "ENODATA"]);
  assertClean(world);
});

Deno.test("create() refuses to nest jobs without end", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  jobs.create({ task: root });
  for (let depth = 1; depth < 32; depth++) jobs.create({ task: root, nested: true });
  assertFails("EAGAIN", () => jobs.create({ task: root, nested: true }));
  assertEquals(jobs.getJidCount(), 32);
  assertClean(world);
});

Deno.test("a job ends with the last task of the jobs nested in it, and has its status", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const outer = jobs.create({ task: root });
  const inner = jobs.create({ task: root, nested: true });
  const [first, second] = [outer, inner].map((jid) =>
    jobs.waitJid({ task: kernel.fork(kernel.init), jid })
  );
  assertEquals(jobs.getPidCount({ jid: outer }), 0);
  kernel.exit(root, 6);
  assertEquals(first.value, { jid: outer, status: 6 << 8 });
  assertEquals(second.value, { jid: inner, status: 6 << 8 });
  assertClean(world);
});

Deno.test("a limit holds for the jobs nested in a job as well", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  jobs.create({ task: root, limit: 3 });
  const child = kernel.fork(root);
  jobs.create({ task: child, nested: true });
  kernel.fork(child);
  assertFails("EAGAIN", () => kernel.fork(child));
  assertFails("EAGAIN", () => kernel.fork(root));
  kernel.exit(child);
  kernel.fork(root);
  assertClean(world);
});

Deno.test("nesting a job at the limit is no further task", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  const jid = jobs.create({ task: root, limit: 1 });
  jobs.create({ task: root, nested: true });
  assertEquals(jobs.getPidCount({ jid, nested: true }), 1);
  assertClean(world);
});

Deno.test("detachJid() takes the tasks of nested and kept jobs out too, and all end", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const outer = jobs.create({ task: root });
  const child = kernel.fork(root);
  jobs.create({ task: child, nested: true, keep: true });
  jobs.create({ task: child, nested: true, keep: true, move: false });
  assertEquals(jobs.detachJid({ task: kernel.init, jid: outer }), 2);
  assertEquals(jobs.list(), []);
  assertEquals([jobOf(jobs, root), jobOf(jobs, child)], ["ENODATA", "ENODATA"]);
  assertClean(world);
});

Deno.test("setLimit() below what there is ends nobody and stops further forks", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const child = kernel.fork(root);
  assertEquals(jobs.setLimit({ task: root, jid, limit: 1 }), null);
  assertEquals(jobs.getPidCount({ jid }), 2);
  kernel.exit(child);
  assertFails("EAGAIN", () => kernel.fork(root));
  assertFails("EINVAL", () => jobs.setLimit({ task: root, jid, limit: 1.5 }));
  assertFails("ENODATA", () => jobs.setLimit({ task: root, jid: "0x9", limit: 5 }));
  assertClean(world);
});

Deno.test("listText() lays the jobs out in columns", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  assertEquals(jobs.listText(), "JID  UID  STATE  TASKS  LIMIT  IN  PRIME");
  kernel.exec(root, "/bin/sh");
  jobs.create({ task: root, uid: 1000, limit: 20 });
  jobs.create({ task: kernel.fork(root), nested: true });
  jobs.create({ task: root, jid: "0xa00000001", keep: true, move: false, uid: 0 });
  assertEquals(
    jobs.listText(),
    `JID           UID  STATE          TASKS  LIMIT  IN   PRIME
0x1          1000  running            1     20  -    sh[3]
0x2             0  running            1      -  0x1  sh[4]
0xa00000001     0  running, kept      0      -  -    -`,
  );
  assertClean(world);
});

Deno.test("treeText() draws jobs, nested jobs, processes and threads", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  kernel.exec(root, "/bin/sh");
  jobs.create({ task: root, limit: 9 });
  const make = kernel.fork(root);
  kernel.exec(make, "/usr/bin/make");
  kernel.exec(kernel.fork(make), "/usr/bin/cc1");
  kernel.createThread(make);
  const middle = kernel.fork(root);
  const daemon = kernel.fork(middle);
  kernel.exec(daemon, "/usr/sbin/crond");
  kernel.exit(middle);
  kernel.wait(root);
  const batch = kernel.fork(root);
  jobs.create({ task: batch, nested: true, keep: true });
  assertEquals(
    jobs.treeText(),
    `job 0x1 uid 0 running, 5 tasks of at most 9
|- sh[3]
|  \`- make[4]
|     |- cc1[5]
|     \`- {make}[6]
|- crond[8]
\`- job 0x2 uid 0 running, 1 task, kept
   \`- sh[9]`,
  );
  assertEquals(jobs.tree()[0].jobs[0].processes[0].pid, batch.pid);
  assertEquals(JSON.parse(JSON.stringify(jobs.tree())), jobs.tree());
  assertClean(world);
});

Deno.test("a member whose exit hook cannot run leaves its job all the same", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const child = kernel.fork(root);
  kernel.faults = { shouldFail: (site) => site === "hook job.exit" };
  kernel.exit(child);
  kernel.faults = null;
  assertEquals(jobs.getPidList({ jid }), [root.pid]);
  assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
  kernel.modules.rmmod("job");
  assertEquals(kernel.shutdown().length, 1);
});

Deno.test("with verbose the log says when jobs begin and end", () => {
  const world = bootJobs({ verbose: true });
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root, uid: 4 });
  jobs.attachPid({ task: root, pid: userTask(kernel, 8).pid, jid });
  jobs.detachJid({ task: root, jid });
  assertEquals(kernel.log.records().slice(-3).map(({ text }) => text), [
    "job: 0x1 of uid 4 begins with init[3]",
    "job: 0x1 is joined by init[4]",
    "job: 0x1 ended, status 0",
  ]);
  assertClean(world);
});

Deno.test("two kernels have two job modules", () => {
  const [a, b] = [bootJobs(), bootJobs()];
  a.jobs.create({ task: a.root });
  assertEquals([a.jobs.getJidCount(), b.jobs.getJidCount()], [1, 0]);
  assertClean(a);
  assertClean(b);
});
