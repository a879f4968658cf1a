import { assert, assertEquals, assertMatch } from "@std/assert";
import { TICK_NS } from "../../kernel/clock.ts";
import { KernelError } from "../../kernel/errno.ts";
import type { Task } from "../../kernel/task.ts";
import {
  type CsaKind,
  type CsaRecord,
  decodeRecords,
  encodeRecord,
} from "../../modules/csa/mod.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_ERROR } from "../../pnotify/verdict.ts";
import { assertCsaClean, bootCsa, type CsaWorld, endOfJob, processes } from "./accounting.ts";
import { assertFails, failAt, userTask } from "./jobs.ts";

/** The record of a task that ends now. */
function recordOf(world: CsaWorld, task: Task, how: Parameters<typeof world.kernel.exit>[1] = 0) {
  world.kernel.exit(task, how);
  return processes(world).at(-1)!;
}

/** A running task in a job of its own. */
function inJob(world: CsaWorld): Task {
  const task = world.kernel.fork(world.kernel.init);
  world.jobs.create({ task });
  return task;
}

function types(records: readonly CsaRecord[]): string[] {
  return records.map((record) => record.type);
}

Deno.test("B35 only tasks in a job are accounted", () => {
  const world = bootCsa();
  const { kernel, root } = world;
  kernel.exit(kernel.fork(root));
  assertEquals(processes(world), []);
  const task = inJob(world);
  kernel.exit(kernel.fork(task));
  assertEquals(processes(world).map(({ pid }) => pid), [6]);
  assertCsaClean(world);
});

Deno.test("B36 there are records of tasks in three chained parts, of jobs, configuration, daemons", () => {
  const world = bootCsa({ kinds: "csa,mem,io,site" });
  const task = inJob(world);
  world.csa.writeDaemon({ task: world.root, kind: "site", text: "hello" });
  const { memory, io } = recordOf(world, task);
  assert(memory !== null && io !== null);
  assertEquals(types(world.csa.records()), [
    "configuration",
    "start-of-job",
    "daemon",
    "process",
    "end-of-job",
  ]);
  assertCsaClean(world);
});

Deno.test("B36 the magic is 17 bits, 030510 or 030512 octal, and the revision 02400", () => {
  const world = bootCsa();
  const [record] = world.csa.records();
  for (const [endian, magic] of [["big", 0o030510], ["little", 0o030512]] as const) {
    const bytes = encodeRecord(record, endian);
    const word = new DataView(bytes.buffer).getUint32(0, endian === "little");
    assertEquals([word >>> 15, word & 0x7fff], [magic, 0o2400]);
  }
  assertCsaClean(world);
});

Deno.test("B36 each kind has its octal type, and a chain its second header", () => {
  const world = bootCsa();
  const task = inJob(world);
  recordOf(world, task);
  const typeOf = (type: string) =>
    encodeRecord(world.csa.records().find((one) => one.type === type)!)[4];
  assertEquals(["start-of-job", "end-of-job", "configuration"].map(typeOf), [0o12, 0o14, 0o20]);
  const bytes = encodeRecord(processes(world)[0]);
  const view = new DataView(bytes.buffer);
  const size = view.getUint16(6);
  // The base section, then its second header: inverse magic, types, size of the whole.
  assertEquals([bytes[4], bytes[5] & 0x20], [0o1, 0x20]);
  assertEquals(view.getUint32(8) >>> 15, ~0o030510 & 0x1ffff);
  assertEquals([bytes[12], view.getUint16(14)], [0o1 | 0o2 | 0o4, bytes.length]);
  assertEquals([bytes[size + 4], bytes[size + view.getUint16(size + 6) + 4]], [0o2, 0o4]);
  assertCsaClean(world);
});

Deno.test("B37 the base record tells who, what, when, how long, how much, and how it ended", () => {
  const world = bootCsa({ rate: 2 });
  const { kernel, jobs, root } = world;
  kernel.clock.advance(3_000_000_000);
  const task = kernel.fork(root);
  kernel.setgid(task, 100);
  jobs.create({ task, uid: 0 });
  kernel.exec(task, "/usr/bin/averylongcommandname");
  kernel.setuid(task, 1000);
  kernel.charge(task, { userTime: 1_500_000_000, systemTime: 500_000_000 });
  kernel.clock.advance(4_000_000_000);
  const { memory: _memory, io: _io, ...base } = recordOf(world, task, 3);
  assertEquals(base, {
    type: "process",
    uid: 1000,
    gid: 100,
    jid: "0x1",
    arraySession: 0,
    project: 0,
    pid: task.pid,
    ppid: root.pid,
    nice: 0,
    schedulingClass: 0,
    beginTime: 3_000_000,
    command: "averylongcomman",
    elapsed: 4_000_000,
    userTime: 1_500_000,
    systemTime: 500_000,
    exitStatus: 3,
    billingUnits: 4,
    forked: false,
    superuser: true,
    dumpedCore: false,
    killed: false,
    lastOfJob: true,
  });
  assertCsaClean(world);
});

Deno.test("B38 the flags tell of fork without exec, superuser, core and signal", () => {
  const world = bootCsa();
  const { kernel } = world;
  const shell = inJob(world);
  kernel.exec(shell, "/bin/sh");
  const flags = (record: ReturnType<typeof recordOf>) => {
    const { forked, superuser, dumpedCore, killed } = record;
    return { forked, superuser, dumpedCore, killed, bits: encodeRecord(record)[5] };
  };
  const plain = kernel.fork(shell);
  kernel.exec(plain, "/bin/true");
  const none = { forked: false, superuser: false, dumpedCore: false, killed: false };
  assertEquals(flags(recordOf(world, plain)), { ...none, bits: 0x20 });
  assertEquals(flags(recordOf(world, kernel.fork(shell))), { ...none, forked: true, bits: 0x21 });
  const killed = kernel.fork(shell);
  kernel.exec(killed, "/bin/sleep");
  assertEquals(flags(recordOf(world, killed, { signal: "SIGSEGV", core: true })), {
    ...none,
    dumpedCore: true,
    killed: true,
    bits: 0x38,
  });
  assertEquals(processes(world).at(-1)!.exitStatus, 11);
  // The shell made a job, for which it needed a privilege, and was the last of it.
  assertEquals(flags(recordOf(world, shell)), { ...none, superuser: true, bits: 0xa2 });
  assertCsaClean(world);
});

Deno.test("B38 a record without further parts has no more-flag", () => {
  const world = bootCsa({ kinds: "csa" });
  const record = recordOf(world, inJob(world));
  assertEquals([record.memory, record.io, encodeRecord(record)[5] & 0x20], [null, null, 0]);
  assertCsaClean(world);
});

Deno.test("B39 elapsed is one tick at least", () => {
  const world = bootCsa();
  assertEquals(recordOf(world, inJob(world)).elapsed, TICK_NS / 1000);
  assertCsaClean(world);
});

Deno.test("B39 when user and system time are both 0, system time is half a tick", () => {
  const world = bootCsa();
  const task = inJob(world);
  world.kernel.charge(task, { userTime: 0, systemTime: 0 });
  const { userTime, systemTime } = recordOf(world, task);
  assertEquals([userTime, systemTime], [0, TICK_NS / 2000]);
  assertCsaClean(world);
});

Deno.test("B39 times that nobody charged are unknown, not half a tick", () => {
  const world = bootCsa();
  const { userTime, systemTime, billingUnits } = recordOf(world, inJob(world));
  assertEquals([userTime, systemTime, billingUnits], [null, null, null]);
  assertCsaClean(world);
});

Deno.test("B40 memory has high-water marks in KB, integrals in MB * us, and faults", () => {
  const world = bootCsa();
  const task = inJob(world);
  world.kernel.charge(task, {
    systemTime: 10_000_000,
    residentPeak: 4 * 1024 * 1024,
    virtualPeak: 16 * 1024 * 1024,
    minorFaults: 7,
    majorFaults: 2,
  });
  assertEquals(recordOf(world, task).memory, {
    coreHighWater: 4096,
    virtualHighWater: 16384,
    coreIntegral: 40_000,
    virtualIntegral: 160_000,
    minorFaults: 7,
    majorFaults: 2,
    pageSwaps: null,
  });
  assertCsaClean(world);
});

Deno.test("B40 an integral of 0 is set to the high-water mark / 1024, an unknown one stays so", () => {
  const world = bootCsa();
  const idle = inJob(world);
  world.kernel.charge(idle, { systemTime: 0, userTime: 1000, residentPeak: 8 * 1024 * 1024 });
  assertEquals(recordOf(world, idle).memory!.coreIntegral, 8);
  const silent = inJob(world);
  world.kernel.charge(silent, { residentPeak: 1024 });
  assertEquals(recordOf(world, silent).memory!.coreIntegral, null);
  assertCsaClean(world);
});

Deno.test("B41 input and output are counted, raw wait is 0, and a child begins at nothing", () => {
  const world = bootCsa();
  const { kernel } = world;
  const task = inJob(world);
  kernel.charge(task, {
    bytesRead: 100,
    bytesWritten: 50,
    readCalls: 3,
    writeCalls: 2,
    blocksRead: 1,
    blocksWritten: 4,
    blockWait: 9_000,
  });
  const child = recordOf(world, kernel.fork(task));
  assertEquals(child.io!.charsRead, null);
  assertEquals(recordOf(world, task).io, {
    charsRead: 100,
    charsWritten: 50,
    readCalls: 3,
    writeCalls: 2,
    blocksRead: 1,
    blocksWritten: 4,
    blockWait: 9,
    rawWait: 0,
  });
  assertCsaClean(world);
});

Deno.test("B42 the user's file gets all parts, the system file those that are on", () => {
  const world = bootCsa({ kinds: "csa,io" });
  const { csa } = world;
  const task = inJob(world);
  csa.startUserFile({ task, path: "/home/u/acct" });
  recordOf(world, task);
  const parts = (path?: string) =>
    processes(world, path).map(({ memory, io }) => [memory !== null, io !== null]);
  assertEquals(parts(), [[false, true]]);
  assertEquals(parts("/home/u/acct"), [[true, true]]);
  assertCsaClean(world);
});

Deno.test("B42 tasks below the memory or time threshold stay out of the system file only", () => {
  const world = bootCsa();
  const { kernel, csa, root } = world;
  csa.start({
    task: root,
    kinds: [{ kind: "memt", threshold: 100 }, { kind: "time", threshold: 1000 }],
  });
  const shell = inJob(world);
  csa.startUserFile({ task: shell, path: "/u" });
  const charges = [
    { residentPeak: 100 * 1024, userTime: 1_000_000 },
    { residentPeak: 99 * 1024, userTime: 1_000_000 },
    { residentPeak: 100 * 1024, userTime: 500_000, systemTime: 499_000 },
    {},
  ];
  const tasks = charges.map((charge) => {
    const task = kernel.fork(shell);
    kernel.charge(task, charge);
    kernel.exit(task);
    return task.pid;
  });
  assertEquals(processes(world).map(({ pid }) => pid), [tasks[0], tasks[3]]);
  assertEquals(processes(world, "/u").map(({ pid }) => pid), tasks);
  assertCsaClean(world);
});

Deno.test("B43 a job's start is on record, a restart with a time of its own", () => {
  const world = bootCsa();
  const { kernel, jobs, csa, root } = world;
  kernel.clock.advance(1_000_000);
  jobs.create({ task: root, uid: 5 });
  jobs.create({ task: root, restart: true });
  const starts = csa.records().filter(({ type }) => type === "start-of-job");
  assertEquals(starts, [
    {
      type: "start-of-job",
      kind: "start",
      jid: "0x1",
      uid: 5,
      beginTime: 1000,
      restartTime: null,
    },
    {
      type: "start-of-job",
      kind: "restart",
      jid: "0x2",
      uid: 0,
      beginTime: 1000,
      restartTime: 1000,
    },
  ]);
  assertCsaClean(world);
});

Deno.test("B43 a job's end has its totals and high-water marks really filled", () => {
  const world = bootCsa();
  const { kernel, jobs, root } = world;
  jobs.create({ task: root, uid: 7 });
  const charges = [
    { userTime: 1_000_000, systemTime: 2_000_000, residentPeak: 2048 },
    { userTime: 3_000_000, virtualPeak: 4096, residentPeak: 1024 },
    {},
  ];
  for (const charge of charges) {
    const task = kernel.fork(root);
    kernel.charge(task, charge);
    kernel.exit(task);
  }
  kernel.clock.advance(5_000_000);
  kernel.exit(root, 2);
  assertEquals(endOfJob(world), {
    type: "end-of-job",
    jid: "0x1",
    uid: 7,
    initiator: 0,
    beginTime: 0,
    endTime: 5000,
    status: 512,
    tasks: 4,
    unknown: 2,
    userTime: 4000,
    systemTime: 2000,
    coreHighWater: 2,
    virtualHighWater: 4,
  });
  assertCsaClean(world);
});

Deno.test("B43 without an open system file the callbacks write nothing", () => {
  const world = bootCsa({ file: "" });
  recordOf(world, inJob(world));
  assertEquals([world.csa.records(), world.csa.status().path], [[], null]);
  assertCsaClean(world);
});

Deno.test("B44 a write error switches the kind off and closes the file", () => {
  const world = bootCsa();
  const { kernel, csa } = world;
  const shell = inJob(world);
  csa.setCondition({ path: "/var/csa/pacct", condition: "full" });
  kernel.exit(kernel.fork(shell));
  const { path, kinds } = csa.status();
  assertEquals([path, kinds[0].state, kinds[1].state], [null, "error", "on"]);
  assertMatch(kernel.log.records().at(-1)!.text, /accounting of csa ends: .*\(ENOSPC\)/);
  csa.setCondition({ path: "/var/csa/pacct", condition: null });
  kernel.exit(kernel.fork(shell));
  assertEquals(processes(world), []);
  csa.start({ task: world.root, kinds: ["csa"] });
  kernel.exit(kernel.fork(shell));
  assertEquals(processes(world).length, 1);
  assertCsaClean(world);
});

Deno.test("B44 a write error of a job's own file ends that file only", () => {
  const world = bootCsa();
  const { kernel, jobs, csa } = world;
  const shell = inJob(world);
  csa.startUserFile({ task: shell, path: "/u" });
  csa.setCondition({ path: "/u", condition: "full" });
  kernel.exit(kernel.fork(shell));
  csa.setCondition({ path: "/u", condition: null });
  kernel.exit(kernel.fork(shell));
  assertEquals([processes(world).length, processes(world, "/u").length], [2, 0]);
  assertEquals(jobs.getAccounting({ jid: "0x1", type: 0 }).file, null);
  assertCsaClean(world);
});

Deno.test("B44 a write can be made to fail by its site", () => {
  const world = bootCsa();
  const shell = inJob(world);
  failAt(world.kernel, "csa-write");
  world.kernel.exit(world.kernel.fork(shell));
  world.kernel.faults = null;
  assertEquals(world.csa.status().kinds[0].state, "error");
  assertCsaClean(world);
});

Deno.test("B45 start, stop, halt, daemon records and auth need CAP_SYS_PACCT", () => {
  const world = bootCsa({ kinds: "csa,site" });
  const { kernel, csa, root } = world;
  const task = userTask(kernel, 1000);
  assertFails("EPERM", () => csa.start({ task, kinds: [] }));
  assertFails("EPERM", () => csa.stop({ task, kinds: [] }));
  assertFails("EPERM", () => csa.halt({ task }));
  assertFails("EPERM", () => csa.writeDaemon({ task, kind: "csa" }));
  assertFails("EPERM", () => csa.auth({ task }));
  csa.auth({ task: root });
  csa.stop({ task: root, kinds: ["csa"] });
  assertEquals(csa.status().kinds[0].state, "off");
  csa.halt({ task: root });
  assertEquals(csa.status().path, null);
  assertCsaClean(world);
});

Deno.test("B45 start tests count, index and file, and then what opening gives", () => {
  const world = bootCsa({ file: "" });
  const { csa, root } = world;
  const start = (kinds: unknown, path?: string) =>
    csa.start({ task: root, kinds: kinds as CsaKind[], path });
  assertFails("EINVAL", () => start([]));
  assertFails("EINVAL", () => start("csa"));
  assertFails("EINVAL", () => start(Array(10).fill("csa")));
  assertFails("EINVAL", () => start(["cpu"]));
  assertFails("EINVAL", () => start([{ kind: "csa", threshold: 1 }]));
  assertFails("EINVAL", () => start(["csa"]));
  const conditions = [["missing", "ENOENT"], ["not-regular", "EACCES"], ["not-writable", "EIO"]];
  for (const [condition, code] of conditions as ["missing", "ENOENT"][]) {
    csa.setCondition({ path: "/a", condition });
    assertFails(code, () => start(["csa"], "/a"));
  }
  assertEquals(csa.status().kinds[0].state, "off");
  csa.setCondition({ path: "/a", condition: null });
  start(["csa"], "/a");
  assertEquals(csa.status().path, "/a");
  assertCsaClean(world);
});

Deno.test("B45 the file of a job needs no capability but a job: ENOENT, then EINVAL without a path", () => {
  const world = bootCsa();
  const { kernel, csa, root } = world;
  assertFails("ENOENT", () => csa.startUserFile({ task: root }));
  assertFails("ENOENT", () => csa.stopUserFile({ task: root }));
  const task = inJob(world);
  kernel.setuid(task, 1000);
  assertFails("EINVAL", () => csa.startUserFile({ task }));
  csa.setCondition({ path: "/u", condition: "not-regular" });
  assertFails("EACCES", () => csa.startUserFile({ task, path: "/u" }));
  csa.startUserFile({ task, path: "/v" });
  csa.stopUserFile({ task });
  recordOf(world, task);
  assertEquals(processes(world, "/v"), []);
  assertCsaClean(world);
});

Deno.test("B45 a daemon's record has 1 to 1024 bytes, and incremental accounting is EINVAL", () => {
  const world = bootCsa({ kinds: "nqs" });
  const { csa, root } = world;
  const write = (kind: CsaKind, text: string) => csa.writeDaemon({ task: root, kind, text });
  assertFails("EINVAL", () => write("csa", "x"));
  assertFails("EINVAL", () => write("nqs", ""));
  assertFails("EINVAL", () => write("nqs", "x".repeat(1025)));
  assertFails("EINVAL", () => csa.writeDaemon({ task: root, kind: "nqs", hex: "abc" }));
  assertEquals([write("nqs", "x".repeat(1024)), write("tape", "x")], [true, false]);
  assertEquals(csa.writeDaemon({ task: root, kind: "nqs", hex: "00FF" }), true);
  assertEquals(csa.records().at(-1), { type: "daemon", kind: "nqs", time: 0, data: "00ff" });
  assertFails("EINVAL", () => csa.incremental());
  assertCsaClean(world);
});

Deno.test("B45 start, stop, halt and a change of file are on record", () => {
  const world = bootCsa({ kinds: "csa" });
  const { csa, root } = world;
  csa.start({ task: root, kinds: ["io"] });
  csa.stop({ task: root, kinds: ["io"] });
  csa.start({ task: root, kinds: ["mem"], path: "/b" });
  csa.halt({ task: root });
  const events = (path: string) =>
    csa.records({ path }).map((one) => one.type === "configuration" && [one.event, one.kinds]);
  assertEquals(events("/var/csa/pacct"), [["on", ["csa"]], ["on", ["csa", "io"]], [
    "off",
    ["csa"],
  ]]);
  assertEquals(events("/b"), [["file", ["csa", "mem"]], ["on", ["csa", "mem"]], ["halt", []]]);
  assertCsaClean(world);
});

Deno.test("B46 what was charged before the exit hook is on record, although memory is gone by then", () => {
  const world = bootCsa();
  const task = inJob(world);
  world.kernel.charge(task, { residentPeak: 1024 * 1024 });
  const { kernel } = world;
  kernel.kill(task.pid, "SIGKILL");
  const record = processes(world).at(-1)!;
  assertEquals([record.memory!.coreHighWater, record.killed], [1024, true]);
  assertCsaClean(world);
});

Deno.test("B47 records have the job id and mark the last of a job, with 64-bit counters", () => {
  const world = bootCsa();
  const { kernel } = world;
  const shell = inJob(world);
  kernel.charge(shell, { bytesWritten: 2 ** 52 });
  recordOf(world, kernel.fork(shell));
  recordOf(world, shell);
  const [first, last] = processes(world);
  assertEquals([first.jid, first.lastOfJob, last.lastOfJob], ["0x1", false, true]);
  assertEquals(decodeRecords(encodeRecord(last)), [last]);
  assertEquals(last.io!.charsWritten, 2 ** 52);
  assertCsaClean(world);
});

Deno.test("B47 a task that moves on is not accounted twice", () => {
  const world = bootCsa();
  const { kernel, jobs, csa } = world;
  const task = inJob(world);
  kernel.charge(task, { userTime: 5_000_000 });
  kernel.clock.advance(20_000_000);
  jobs.create({ task });
  kernel.charge(task, { userTime: 2_000_000 });
  kernel.clock.advance(30_000_000);
  recordOf(world, task);
  const times = ({ userTime, elapsed, beginTime }: ReturnType<typeof recordOf>) => [
    userTime,
    elapsed,
    beginTime,
  ];
  assertEquals(processes(world).map(times), [[5000, 20_000, 0], [2000, 30_000, 20_000]]);
  assertEquals(csa.report({ by: "job" }).map(({ key, userTime }) => [key, userTime]), [
    ["0x1", 5000],
    ["0x2", 2000],
  ]);
  assertCsaClean(world);
});

Deno.test("B47 a child whose fork is rolled back is not accounted", () => {
  const world = bootCsa();
  const { kernel, pnotify } = world;
  const shell = inJob(world);
  const veto = defineEvents({ name: "veto", fork: () => PNOTIFY_ERROR });
  pnotify.register(veto);
  pnotify.track(shell, veto);
  try {
    kernel.fork(shell);
  } catch (error) {
    assert(error instanceof KernelError);
  }
  assertEquals(processes(world), []);
  pnotify.unregister(veto);
  assertCsaClean(world);
});
