import { assert, assertEquals, assertMatch } from "@std/assert";
import { defineModule } from "../../kernel/module.ts";
import { type JobAccounting, NO_JOB } from "../../modules/job/mod.ts";
import { assertClean, assertFails, bootJobs, failAt, jobOf, userTask } from "./jobs.ts";

Deno.test("B17 create() moves the calling task into a new job and returns its jid", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  const jid = jobs.create({ task: root.pid, jid: "0xf00", uid: 42 });
  assertEquals([jid, jobOf(jobs, root), jobs.getUser({ jid })], ["0xf00", "0xf00", 42]);
  assertClean(world);
});

Deno.test("B17 create() tests hid, EPERM, EINVAL, ENOMEM and EBUSY in this order", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const taken = jobs.create({ task: kernel.fork(kernel.init) });
  const user = userTask(kernel, 1000);
  const bad = { jid: "none" };
  assertFails("EPERM", () => jobs.create({ task: user, ...bad }));
  failAt(kernel, "job");
  assertFails("EINVAL", () => jobs.create({ task: root, ...bad }));
  assertFails("EINVAL", () => jobs.create({ task: root, uid: -1 }));
  assertFails("EINVAL", () => jobs.create({ task: root, limit: 0 }));
  assertFails("ENOMEM", () => jobs.create({ task: root, jid: taken }));
  failAt(kernel, "subscriber");
  assertFails("ENOMEM", () => jobs.create({ task: root, jid: taken }));
  kernel.faults = null;
  assertFails("EBUSY", () => jobs.create({ task: root, jid: taken }));
  jobs.setHid({ task: root, hid: "ffffffff" });
  assertEquals(jobs.create({ task: user, ...bad }), NO_JOB);
  assertClean(world);
});

Deno.test("B17 create() refuses what is no options object and no task", () => {
  const world = bootJobs();
  const { kernel, jobs } = world;
  const create = jobs.create as (options?: unknown) => unknown;
  assertFails("EINVAL", () => create());
  assertFails("EINVAL", () => create(null));
  assertFails("EINVAL", () => create({}));
  assertFails("EINVAL", () => create({ task: "sh" }));
  assertFails("ESRCH", () => create({ task: 999 }));
  const gone = kernel.fork(kernel.init);
  const shell = kernel.fork(world.root);
  kernel.exit(shell);
  assertFails("ESRCH", () => create({ task: shell.pid }));
  kernel.exit(gone);
  assertClean(world);
});

Deno.test("B18 getJid() gives ESRCH for no task and ENODATA for one in no job", () => {
  const world = bootJobs();
  assertFails("ESRCH", () => world.jobs.getJid({ pid: 999 }));
  assertFails("ENODATA", () => world.jobs.getJid({ pid: world.root.pid }));
  assertClean(world);
});

Deno.test("B19 waitJid() sleeps until the job is empty, and returns jid and status", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const waiter = kernel.fork(kernel.init);
  const waiting = jobs.waitJid({ task: waiter, jid, options: 0 });
  assertEquals([waiting.done, waiter.state], [false, "S"]);
  kernel.exit(root, 7);
  assertEquals([waiting.value, waiter.state], [{ jid, status: 7 << 8 }, "R"]);
  assertClean(world);
});

Deno.test("B19 waitJid() tests EINVAL before ENODATA", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  assertFails("EINVAL", () => jobs.waitJid({ task: root, jid: "0x9", options: 1 }));
  assertFails("ENODATA", () => jobs.waitJid({ task: root, jid: "0x9" }));
  assertClean(world);
});

Deno.test("B19 a signal ends waitJid() with EINTR, and there is neither jid nor status", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const waiter = kernel.fork(kernel.init);
  kernel.setSignalAction(waiter, { signal: "SIGUSR1", action: "catch" });
  const waiting = jobs.waitJid({ task: waiter, jid });
  kernel.kill(waiter.pid, "SIGUSR1");
  assertEquals([waiting.done, waiting.value, waiting.errno], [true, null, "EINTR"]);
  kernel.exit(root);
  assertEquals(waiting.value, null);
  assertClean(world);
});

Deno.test("B20 killJid() signals every member, oldest first, the jobs nested in it last", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const child = kernel.fork(root);
  const inner = kernel.fork(root);
  jobs.create({ task: inner, nested: true });
  const late = kernel.fork(root);
  const order: string[] = [];
  const stop = kernel.addTraceSink((event) => {
    if (event.type === "signal") order.push(`${event.pid} ${event.signal}`);
  });
  assertEquals(jobs.killJid({ task: kernel.init, jid, signal: "SIGTERM" }), 4);
  stop();
  assertEquals(order, [root, child, late, inner].map((task) => `${task.pid} SIGTERM`));
  assertEquals(jobs.getJidCount(), 0);
  assertClean(world);
});

Deno.test("B20 killJid() with signal 0 only probes", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  const jid = jobs.create({ task: root });
  assertEquals(jobs.killJid({ task: root, jid, signal: 0 }), 1);
  assertEquals(root.state, "R");
  assertClean(world);
});

Deno.test("B20 killJid() tests EINVAL, ENODATA and EPERM in this order", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const user = userTask(kernel, 1000);
  assertFails("EINVAL", () => jobs.killJid({ task: user, jid: "0x9", signal: -1 }));
  assertFails("ENODATA", () => jobs.killJid({ task: user, jid: "0x9", signal: 15 }));
  assertFails("EPERM", () => jobs.killJid({ task: user, jid, signal: 15 }));
  assertClean(world);
});

Deno.test("B20 the owner of a job may signal it", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root, uid: 1000 });
  kernel.setuid(root, 1000);
  const owner = userTask(kernel, 1000);
  assertEquals(jobs.killJid({ task: owner, jid, signal: 0 }), 1);
  assertClean(world);
});

Deno.test("B20 an error from the prime is ignored, otherwise the last member error wins", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root, uid: 1000 });
  const owner = userTask(kernel, 1000);
  // The prime is root's, which the owner may not signal.
  const mine = kernel.fork(root);
  kernel.setuid(mine, 1000);
  assertEquals(jobs.killJid({ task: owner, jid, signal: 0 }), 1);
  const other = kernel.fork(root);
  kernel.setuid(other, 1001);
  const error = assertFails("EPERM", () => jobs.killJid({ task: owner, jid, signal: 0 }));
  assertMatch(error.message, new RegExp(`"${other.pid}"`));
  assertClean(world);
});

Deno.test("B20 a task that signals its own job dies with it", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  const jid = jobs.create({ task: root });
  assertEquals(jobs.killJid({ task: root, jid, signal: "SIGKILL" }), 1);
  assertEquals(root.exitCode, 9);
  assertClean(world);
});

Deno.test("B21 create() inside a job: old eop and old END come before the new START", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  jobs.create({ task: root });
  const heard: string[] = [];
  jobs.registerAccounting({
    type: 0,
    module: null,
    jobStart: (kind, { jid }) => void heard.push(`${kind} ${jid}`),
    eop: (_status, _task, { jid }) => void heard.push(`eop ${jid}`),
    jobEnd: (_status, { jid }) => void heard.push(`end ${jid}`),
  });
  assertEquals(jobs.create({ task: root }), "0x2");
  assertEquals(heard, ["eop 0x1", "end 0x1", "start 0x2"]);
  assertClean(world);
});

Deno.test("B21 on EBUSY the old membership is untouched", () => {
  const world = bootJobs();
  const { pnotify, jobs, root } = world;
  const jid = jobs.create({ task: root });
  let told = 0;
  jobs.registerAccounting({ type: 0, module: null, eop: () => void told++ });
  assertFails("EBUSY", () => jobs.create({ task: root, jid }));
  assertEquals([jobOf(jobs, root), jobs.getPidList({ jid }), told], [jid, [root.pid], 0]);
  assertEquals(pnotify.subscribersOf(root), ["job"]);
  assertClean(world);
});

Deno.test("B22 getJidCount() and getJidList() tell of all jobs, in order of hash buckets", () => {
  const world = bootJobs();
  const { kernel, jobs } = world;
  assertEquals([jobs.getJidCount(), jobs.getJidList()], [0, []]);
  for (const jid of ["0x402", "0x401", "0x3", "0x2", "0x700000001"]) {
    jobs.create({ task: kernel.fork(kernel.init), jid });
  }
  assertEquals(jobs.getJidCount(), 5);
  // Bucket = sequence id mod 1024, so 0x402 and 0x2 share one; in a bucket the older job is first.
  assertEquals(jobs.getJidList(), ["0x401", "0x700000001", "0x402", "0x2", "0x3"]);
  assertEquals(jobs.getJidList({ count: 2 }), ["0x401", "0x700000001"]);
  assertClean(world);
});

Deno.test("B22 getJidList() of 0 is empty and needs no memory; otherwise ENOMEM", () => {
  const world = bootJobs();
  failAt(world.kernel, "job-list");
  assertEquals(world.jobs.getJidList({ count: 0 }), []);
  assertFails("EINVAL", () => world.jobs.getJidList({ count: -1 }));
  assertFails("ENOMEM", () => world.jobs.getJidList());
  world.kernel.faults = null;
  assertClean(world);
});

Deno.test("B23 getPidCount() counts threads, and getPidList() is oldest first and cut short", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const thread = kernel.createThread(root);
  const child = kernel.fork(root);
  assertEquals(jobs.getPidCount({ jid }), 3);
  assertEquals(jobs.getPidList({ jid }), [root.pid, thread.pid, child.pid]);
  assertEquals(jobs.getPidList({ jid, count: 2 }), [root.pid, thread.pid]);
  assertClean(world);
});

Deno.test("B23 getPidCount() gives ENODATA; getPidList() tests 0, ENOMEM, ENODATA", () => {
  const world = bootJobs();
  const { jobs } = world;
  assertFails("ENODATA", () => jobs.getPidCount({ jid: "0x9" }));
  assertEquals(jobs.getPidList({ jid: "0x9", count: 0 }), []);
  failAt(world.kernel, "job-list");
  assertFails("ENOMEM", () => jobs.getPidList({ jid: "0x9" }));
  world.kernel.faults = null;
  assertFails("ENODATA", () => jobs.getPidList({ jid: "0x9" }));
  assertClean(world);
});

Deno.test("B24 getUser() and getPrimePid() give owner and oldest pid, or ENODATA", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  const jid = jobs.create({ task: root, uid: 5 });
  assertEquals([jobs.getUser({ jid }), jobs.getPrimePid({ jid })], [5, root.pid]);
  assertFails("ENODATA", () => jobs.getUser({ jid: "0x9" }));
  assertFails("ENODATA", () => jobs.getPrimePid({ jid: "0x9" }));
  assertClean(world);
});

Deno.test("B25 setHid() changes the host id of later jobs only, and echoes it", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const old = jobs.create({ task: root });
  assertEquals(jobs.setHid({ task: root, hid: "B" }), "0xb");
  assertEquals(jobs.create({ task: kernel.fork(kernel.init) }), "0xb00000002");
  assertEquals(jobOf(jobs, root), old);
  assertFails("EINVAL", () => jobs.setHid({ task: root, hid: "123456789" }));
  assertClean(world);
});

Deno.test("B26 detachJid() detaches all, oldest first; the job ends and the processes run on", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const child = kernel.fork(root);
  const thread = kernel.createThread(child);
  const waiting = jobs.waitJid({ task: kernel.fork(kernel.init), jid });
  const order: number[] = [];
  jobs.registerAccounting({ type: 0, module: null, eop: (_s, { pid }) => void order.push(pid) });
  assertEquals(jobs.detachJid({ task: kernel.init, jid }), 3);
  assertEquals(order, [root.pid, child.pid, thread.pid]);
  assertEquals([jobs.getJidCount(), waiting.value], [0, { jid, status: 0 }]);
  assertEquals([root.state, child.state, jobOf(jobs, child)], ["R", "R", "ENODATA"]);
  assertClean(world);
});

Deno.test("B26 detachJid() tests EPERM before ENODATA", () => {
  const world = bootJobs();
  const user = userTask(world.kernel, 1000);
  assertFails("EPERM", () => world.jobs.detachJid({ task: user, jid: "0x9" }));
  assertFails("ENODATA", () => world.jobs.detachJid({ task: world.root, jid: "0x9" }));
  assertClean(world);
});

Deno.test("B27 detachPid() takes one task out, returns its old jid, and may end the job", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const child = kernel.fork(root);
  assertEquals(jobs.detachPid({ task: root, pid: child.pid }), jid);
  assertEquals([jobOf(jobs, child), jobOf(jobs, kernel.fork(child))], ["ENODATA", "ENODATA"]);
  assertEquals(jobs.detachPid({ task: root, pid: root.pid }), jid);
  assertEquals(jobs.getJidCount(), 0);
  assertClean(world);
});

Deno.test("B27 detachPid() tests EPERM, ESRCH and ENODATA in this order", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const user = userTask(kernel, 1000);
  assertFails("EPERM", () => jobs.detachPid({ task: user, pid: 999 }));
  assertFails("ESRCH", () => jobs.detachPid({ task: root, pid: 999 }));
  assertFails("ENODATA", () => jobs.detachPid({ task: root, pid: root.pid }));
  assertClean(world);
});

Deno.test("B28 attachPid() puts a task in, and its children from then on", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const other = kernel.fork(kernel.init);
  const before = kernel.fork(other);
  assertEquals(jobs.attachPid({ task: root, pid: other.pid, jid }), jid);
  assertEquals([jobOf(jobs, before), jobOf(jobs, kernel.fork(other))], ["ENODATA", jid]);
  assertClean(world);
});

Deno.test("B28 attachPid() tests EPERM, ESRCH, EINVAL, ENOMEM, ENODATA and EFAULT in this order", () => {
  const world = bootJobs();
  const { kernel, pnotify, jobs, root } = world;
  const jid = jobs.create({ task: root, limit: 1 });
  const user = userTask(kernel, 1000);
  const free = kernel.fork(kernel.init);
  const attach = (task: number, pid: number, to: string) => jobs.attachPid({ task, pid, jid: to });
  assertFails("EPERM", () => attach(user.pid, 999, "0x9"));
  assertFails("ESRCH", () => attach(root.pid, 999, "0x9"));
  assertFails("EINVAL", () => attach(root.pid, root.pid, "0x9"));
  failAt(kernel, "subscriber");
  assertFails("ENOMEM", () => attach(root.pid, free.pid, "0x9"));
  kernel.faults = null;
  assertFails("ENODATA", () => attach(root.pid, free.pid, "0x9"));
  const error = assertFails("EFAULT", () => attach(root.pid, free.pid, jid));
  assertEquals((error.cause as { code: string }).code, "EAGAIN");
  assertEquals(pnotify.subscribersOf(free), []);
  assertClean(world);
});

Deno.test("B29 reserved and unknown requests give EBADRQC", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  const reserved = ["JOB_ATTACH", "JOB_DETACH", "JOB_SETJLIMIT", "JOB_GETJLIMIT", "JOB_FREE"];
  for (const request of [...reserved, "JOB_GETJUSAGE", "JOB_NONE", "create", "constructor"]) {
    assertFails("EBADRQC", () => jobs.ioctl({ task: root, request }));
  }
  assertEquals(jobs.ioctl({ task: root, request: "JOB_CREATE", args: { uid: 9 } }), "0x1");
  assertEquals(jobs.ioctl({ task: root, request: "JOB_GETUSER", args: { jid: "0x1" } }), 9);
  assertClean(world);
});

Deno.test("B29 what was reserved works here under names of its own: limits hold for forks", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root, limit: 2 });
  kernel.fork(root);
  const error = assertFails("EAGAIN", () => kernel.fork(root));
  assertMatch(error.message, /job 0x1 has 2 tasks, fewer than 2 are wanted/);
  assertFails("EAGAIN", () => kernel.createThread(root));
  assertEquals(jobs.setLimit({ task: root, jid, limit: null }), 2);
  kernel.fork(root);
  assertEquals(jobs.getPidCount({ jid }), 3);
  assertClean(world);
});

Deno.test("B30 the locks are taken as task list, table, job, and the checker has nothing to say", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const seen = new Set<string>();
  kernel.preemption = {
    nested: false,
    blocked() {},
    reached(site) {
      if (site !== "lock") return;
      const held = kernel.context.held.map(({ lock }) => lock.lockClass.name);
      if (held.length > 1) seen.add(held.slice(-2).join(" > "));
    },
  };
  const jid = jobs.create({ task: root });
  jobs.create({ task: root });
  const child = kernel.fork(root);
  jobs.detachPid({ task: root, pid: child.pid });
  jobs.attachPid({ task: root, pid: child.pid, jid: "0x2" });
  jobs.tree();
  jobs.killJid({ task: root, jid: "0x2", signal: 0 });
  jobs.detachJid({ task: root, jid: "0x2" });
  kernel.preemption = null;
  assert(jid === "0x1");
  assertEquals([...seen].sort(), [
    "job.sem > tasklistLock",
    "job_table_sem > job.sem",
    "task.subscriberListSem > job.sem",
    "task.subscriberListSem > job_table_sem",
  ]);
  assertClean(world);
});

Deno.test("B31 there is one slot for accounting", () => {
  const world = bootJobs();
  const { jobs } = world;
  const first: JobAccounting = { type: 0, module: null };
  const second: JobAccounting = { type: 0, module: null };
  const unsafe = jobs.registerAccounting as (accounting: unknown) => void;
  assertFails("EINVAL", () => unsafe(null));
  assertFails("EINVAL", () => unsafe({ type: 1, module: null }));
  jobs.registerAccounting(first);
  assertFails("EBUSY", () => jobs.registerAccounting(second));
  assertFails("EFAULT", () => jobs.unregisterAccounting(second));
  assertFails("EINVAL", () => (jobs.unregisterAccounting as typeof unsafe)(undefined));
  jobs.unregisterAccounting(first);
  jobs.registerAccounting(second);
  assertClean(world);
});

Deno.test("B31 getAccounting() and setAccounting() test EINVAL and ENODATA; file and high-water only", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  const jid = jobs.create({ task: root, uid: 3 });
  assertFails("EINVAL", () => jobs.getAccounting({ jid: 0, type: 0 }));
  assertFails("EINVAL", () => jobs.getAccounting({ jid, type: 1 }));
  assertFails("ENODATA", () => jobs.getAccounting({ jid: "0x9", type: 0 }));
  assertFails("EINVAL", () => (jobs.getAccounting as (options: unknown) => void)(null));
  const wanted = { jid, type: 0, file: "/u", coreHighWater: 1, virtualHighWater: 2, uid: 99 };
  jobs.setAccounting(wanted);
  const data = jobs.getAccounting({ jid, type: 0 });
  assertEquals([data.file, data.coreHighWater, data.virtualHighWater, data.uid], ["/u", 1, 2, 3]);
  assertFails("ENODATA", () => jobs.setAccounting({ ...wanted, jid: "0x9" }));
  assertClean(world);
});

Deno.test("B32 a callback takes a reference on the accounting module, and only warns without one", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const counts: (number | undefined)[] = [];
  const accounting: JobAccounting = {
    type: 0,
    module: "books",
    eop: () => void counts.push(kernel.modules.find("books")?.useCount),
  };
  const books = defineModule({ name: "books", license: "GPL", load() {}, unload() {} });
  kernel.modules.insmod(books);
  jobs.registerAccounting(accounting);
  jobs.create({ task: root });
  kernel.exit(kernel.fork(root));
  assertEquals([counts, kernel.modules.find("books")?.useCount], [[1], 0]);
  kernel.modules.rmmod("books");
  kernel.exit(root);
  assertEquals(counts, [1, undefined]);
  const warnings = kernel.log.records().filter(({ level }) => level === "warning");
  assertEquals(warnings.map(({ text }) => text), [
    "job: cannot take a reference to books before calling eop",
  ]);
  assertClean(world);
});

Deno.test("B32 an accounting module that breaks down is at fault, and the job goes on", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  jobs.registerAccounting({
    type: 0,
    module: null,
    eop() {
      throw new Error("out of paper");
    },
  });
  kernel.exit(kernel.fork(root));
  assertEquals(jobs.getPidCount({ jid }), 1);
  assertEquals(kernel.reports.map(({ kind }) => kind), ["module-fault"]);
});

Deno.test("B33 a created jid is listed; detachPid and detachJid clear membership", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  assert(jobs.getJidList().includes(jid));
  jobs.detachPid({ task: root, pid: root.pid });
  assertEquals(jobOf(jobs, root), "ENODATA");
  const again = jobs.create({ task: root });
  const child = kernel.fork(root);
  jobs.detachJid({ task: root, jid: again });
  assertEquals([jobOf(jobs, root), jobOf(jobs, child)], ["ENODATA", "ENODATA"]);
  assertClean(world);
});

Deno.test("B33 attach is refused while in a job, and accepted after detach", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const first = jobs.create({ task: root });
  const other = kernel.fork(kernel.init);
  const second = jobs.create({ task: other });
  assertFails("EINVAL", () => jobs.attachPid({ task: root, pid: other.pid, jid: first }));
  jobs.detachPid({ task: root, pid: other.pid });
  assertEquals(jobs.attachPid({ task: root, pid: other.pid, jid: first }), first);
  assertEquals(jobs.getJidList().includes(second), false);
  assertClean(world);
});

Deno.test("B33 a child that makes its own job leaves its parent's untouched", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const mine = jobs.create({ task: root });
  const child = kernel.fork(root);
  const its = jobs.create({ task: child });
  assertEquals([jobOf(jobs, root), jobOf(jobs, child)], [mine, its]);
  assertEquals(jobs.getPidList({ jid: mine }), [root.pid]);
  jobs.detachPid({ task: root, pid: child.pid });
  assertEquals(jobOf(jobs, root), mine);
  assertClean(world);
});

Deno.test("B33 a second request for the same jid fails and the task keeps its old job", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root, jid: "0xabc" });
  const other = kernel.fork(kernel.init);
  const old = jobs.create({ task: other });
  assertFails("EBUSY", () => jobs.create({ task: other, jid }));
  assertEquals(jobOf(jobs, other), old);
  assertClean(world);
});

Deno.test("B33 there are no duplicate jids when pids wrap", () => {
  const world = bootJobs({}, { pidMax: 12 });
  const { kernel, jobs, root } = world;
  const seen = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const task = kernel.fork(root);
    const jid = jobs.create({ task });
    assertEquals(seen.has(jid), false);
    seen.add(jid);
    kernel.exit(task);
    kernel.wait(root);
  }
  assertEquals(seen.size, 50);
  assertClean(world);
});

Deno.test("B34 a daemon that is fed with events is wrong after one is lost; the module never is", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const members = new Set([root.pid]);
  let lost = 0;
  const stop = kernel.addTraceSink((event) => {
    // Its queue overflows at the second fork, and it tries again as if nothing had been.
    if (event.type === "fork" && ++lost === 2) return;
    if (event.type === "fork" && members.has(event.parentPid)) members.add(event.pid);
    if (event.type === "exit") members.delete(event.pid);
  });
  const seen = kernel.fork(root);
  const missed = kernel.fork(seen);
  const escaped = kernel.fork(missed);
  stop();
  assertEquals([members.has(escaped.pid), members.has(missed.pid)], [false, false]);
  assertEquals(jobs.getPidList({ jid }), [root, seen, missed, escaped].map(({ pid }) => pid));
  assertClean(world);
});
