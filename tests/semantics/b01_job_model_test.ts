import { assertEquals, assertMatch } from "@std/assert";
import { hidOf, makeJid, NO_JOB, parseJid, sidOf } from "../../modules/job/mod.ts";
import { assertClean, assertFails, bootJobs, failAt, interrupt, jobOf, userTask } from "./jobs.ts";

Deno.test("B1 a jid is 64 bits, the upper 32 the host id and the lower 32 the sequence id", () => {
  const jid = makeJid(0xa, 7);
  assertEquals(jid, "0xa00000007");
  assertEquals([hidOf(jid), sidOf(jid)], [0xa, 7]);
  assertEquals(makeJid(0xfffffffe, 0xffffffff), "0xfffffffeffffffff");
  assertEquals([hidOf("0x1"), sidOf("0x1")], [0, 1]);
  assertEquals(sidOf("0xffffffff"), 0xffffffff);
});

Deno.test("B1 jid 0 means no job", () => {
  const world = bootJobs();
  assertEquals(NO_JOB, "0x0");
  assertFails("ENODATA", () => world.jobs.getUser({ jid: NO_JOB }));
  assertClean(world);
});

Deno.test("B1 parseJid() reads text, numbers and bigints, and refuses everything else", () => {
  assertEquals(parseJid("0x000A"), "0xa");
  assertEquals(parseJid(0), NO_JOB);
  assertEquals(parseJid(2 ** 40), "0x10000000000");
  assertEquals(parseJid((1n << 64n) - 1n), "0xffffffffffffffff");
  for (const bad of ["1", "0x", "0xg", "0x1".padEnd(20, "0"), -1, 1.5, 1n << 64n, null, {}]) {
    assertFails("EINVAL", () => parseJid(bad));
  }
});

Deno.test("B2 the host id comes from a parameter in hexadecimal, 0 by default", () => {
  const plain = bootJobs();
  assertEquals(plain.jobs.create({ task: plain.root }), "0x1");
  const other = bootJobs({ hid: "2a" });
  assertEquals(other.jobs.create({ task: other.root }), "0x2a00000000");
  assertClean(plain);
  assertClean(other);
});

Deno.test("B2 host id ffffffff disables creation, and a bad one keeps the module out", () => {
  const world = bootJobs({ hid: "0xffffffff" });
  assertEquals(world.jobs.create({ task: world.root }), NO_JOB);
  assertEquals(jobOf(world.jobs, world.root), "ENODATA");
  assertFails("EINVAL", () => bootJobs({ hid: "xyz" }));
  assertClean(world);
});

Deno.test("B3 the counter starts at 0 and skips the zero jid and those in use", () => {
  const world = bootJobs();
  const { kernel, jobs } = world;
  const make = (jid?: string) => jobs.create({ task: kernel.fork(kernel.init), jid });
  assertEquals(make(), "0x1");
  make("0x2");
  assertEquals(make(), "0x3");
  assertClean(world);
});

Deno.test("B3 with another host id the first jid is that id and sequence 0", () => {
  const world = bootJobs({ hid: "5" });
  const { kernel, jobs, root } = world;
  assertEquals(jobs.create({ task: root }), "0x500000000");
  assertEquals(jobs.create({ task: kernel.fork(kernel.init) }), "0x500000001");
  assertClean(world);
});

Deno.test("B3 a counter that wraps without a free value gives EBUSY", () => {
  const world = bootJobs({ sid_max: 2 });
  const { kernel, jobs } = world;
  const tasks = [0, 1, 2].map(() => kernel.fork(kernel.init));
  assertEquals(jobs.create({ task: tasks[0] }), "0x1");
  assertEquals(jobs.create({ task: tasks[1] }), "0x2");
  assertFails("EBUSY", () => jobs.create({ task: tasks[2] }));
  kernel.exit(tasks[0]);
  assertEquals(jobs.create({ task: tasks[2] }), "0x1");
  assertClean(world);
});

Deno.test("B4 a job has jid, task count, state, owner, start, accounting data and members in order", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  kernel.clock.advance(5_000);
  const jid = jobs.create({ task: root, uid: 1000 });
  const child = kernel.fork(root);
  const [row] = jobs.list();
  assertEquals([row.jid, row.tasks, row.state, row.uid, row.startTime], [
    jid,
    2,
    "running",
    1000,
    5_000,
  ]);
  assertEquals(jobs.getPidList({ jid }), [root.pid, child.pid]);
  assertEquals(jobs.getAccounting({ jid, type: 0 }), {
    jid,
    uid: 1000,
    startTime: 5_000,
    tasks: 2,
    coreHighWater: null,
    virtualHighWater: null,
    file: null,
  });
  assertClean(world);
});

Deno.test("B5 membership is a subscription named job, with no init: earlier tasks are in no job", () => {
  const world = bootJobs();
  const { kernel, pnotify, jobs, root } = world;
  const [events] = pnotify.registeredEvents();
  assertEquals([events.name, events.init, events.exec], ["job", null, null]);
  assertEquals(jobOf(jobs, kernel.init), "ENODATA");
  jobs.create({ task: root });
  assertEquals(pnotify.subscribersOf(root), ["job"]);
  assertEquals(pnotify.subscriptionCount(events), 1);
  assertClean(world);
});

Deno.test("B6 a new session, group or parent does not lead out of a job", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const middle = kernel.fork(root);
  kernel.setsid(middle);
  const daemon = kernel.fork(middle);
  kernel.setpgid(daemon);
  kernel.exit(middle);
  kernel.exit(root);
  assertEquals(daemon.parent, kernel.init);
  assertEquals(jobOf(jobs, daemon), jid);
  assertEquals(jobOf(jobs, kernel.fork(daemon)), jid);
  assertClean(world);
});

Deno.test("B6 threads and vforked children join the job of their parent", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const thread = kernel.createThread(root);
  const { child } = kernel.vfork(root);
  assertEquals([jobOf(jobs, thread), jobOf(jobs, child)], [jid, jid]);
  assertClean(world);
});

Deno.test("B6 a thread that execs stays in the job, under its new pid", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const thread = kernel.createThread(root);
  kernel.exec(thread, "/bin/sh");
  assertEquals(jobs.getPidList({ jid }), [3]);
  assertEquals([thread.pid, jobOf(jobs, thread)], [3, jid]);
  assertClean(world);
});

Deno.test("B6 creating, leaving and changing a job need CAP_SYS_RESOURCE", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const user = userTask(kernel, 1000);
  assertFails("EPERM", () => jobs.create({ task: user }));
  assertFails("EPERM", () => jobs.detachPid({ task: user, pid: root.pid }));
  assertFails("EPERM", () => jobs.detachJid({ task: user, jid }));
  assertFails("EPERM", () => jobs.attachPid({ task: user, pid: user.pid, jid }));
  assertFails("EPERM", () => jobs.setHid({ task: user, hid: "1" }));
  assertFails("EPERM", () => jobs.setLimit({ task: user, jid, limit: 1 }));
  assertFails("EPERM", () => jobs.end({ task: user, jid }));
  assertEquals(jobOf(jobs, root), jid);
  assertClean(world);
});

Deno.test("B7 a fork into a zombie job fails with EINPROGRESS, and leaves nothing", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const second = kernel.fork(root);
  const before = kernel.taskCount;
  let refused = "";
  // The job is a zombie as soon as its first member is being detached.
  const rootIsOut = () => root.subscribers === null && kernel.context.held.length === 0;
  interrupt(kernel, rootIsOut, () => {
    refused = assertFails("EINPROGRESS", () => kernel.fork(second)).message;
  });
  assertEquals(jobs.detachJid({ task: root, jid }), 2);
  assertMatch(refused, /Cannot join job "0x1": it is ending/);
  assertEquals(kernel.taskCount, before);
  assertClean(world);
});

Deno.test("B7 a fork that finds no memory for its place in the job fails with ENOMEM", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  failAt(kernel, "job-member");
  assertFails("ENOMEM", () => kernel.fork(root));
  assertEquals(jobs.getPidList({ jid }), [root.pid]);
  kernel.faults = null;
  assertClean(world);
});

Deno.test("B8 the oldest member is the prime process; when it leaves, the next oldest is", () => {
  const world = bootJobs();
  const { kernel, jobs, root } = world;
  const jid = jobs.create({ task: root });
  const second = kernel.fork(root);
  const third = kernel.fork(second);
  assertEquals(jobs.getPrimePid({ jid }), root.pid);
  kernel.exit(root);
  assertEquals(jobs.getPrimePid({ jid }), second.pid);
  kernel.exit(second);
  assertEquals(jobs.getPrimePid({ jid }), third.pid);
  assertClean(world);
});

Deno.test("B9 a job has no type: what create is given beyond its options changes nothing", () => {
  const world = bootJobs();
  const { jobs, root } = world;
  const withType = { task: root, options: 4, initiator: "INETD" };
  const jid = jobs.create(withType);
  assertEquals("type" in jobs.list()[0], false);
  assertEquals(jobs.list()[0].jid, jid);
  assertClean(world);
});

Deno.test("B10 openSession() makes a job for the login uid, and its children never get out", () => {
  const world = bootJobs();
  const { kernel, jobs, pam, root } = world;
  const jid = pam.openSession({ task: root, uid: 1000 });
  kernel.setuid(root, 1000);
  const shell = kernel.fork(root);
  kernel.setsid(shell);
  assertEquals([jobOf(jobs, shell), jobs.getUser({ jid })], [jid, 1000]);
  assertFails("EPERM", () => jobs.create({ task: shell }));
  pam.closeSession({ task: root, uid: 1000 });
  assertEquals(jobOf(jobs, shell), jid);
  assertClean(world);
});

Deno.test("B10 checkAccount() does the same for services without sessions", () => {
  const world = bootJobs();
  const jid = world.pam.checkAccount({ task: world.root, uid: 7 });
  assertEquals(world.jobs.getUser({ jid }), 7);
  assertClean(world);
});

Deno.test("B10 a jid of 0 is only logged, and the login goes on", () => {
  const world = bootJobs({ hid: "ffffffff" });
  const { kernel, pam, root } = world;
  assertEquals(pam.openSession({ task: root, uid: 1000 }), NO_JOB);
  const last = kernel.log.records().at(-1)!;
  assertEquals(last.level, "warning");
  assertMatch(last.text, /uid 1000 goes on without/);
  assertClean(world);
});

Deno.test("B10 a job that cannot be made denies the session", () => {
  const world = bootJobs();
  const user = userTask(world.kernel, 1000);
  const error = assertFails("EPERM", () => world.pam.openSession({ task: user, uid: 1000 }));
  assertMatch(error.message, /so it is denied/);
  assertEquals((error.cause as Error).message.includes("CAP_SYS_RESOURCE"), true);
  assertClean(world);
});
