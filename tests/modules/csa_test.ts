import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KernelError } from "../../kernel/errno.ts";
import {
  CSA_KINDS,
  type CsaFile,
  type CsaRecord,
  DAEMON_KINDS,
  decodeRecords,
  encodeRecord,
  formatJsonLines,
  MemoryFiles,
  parseJsonLines,
  type ReportFigure,
  reportOf,
} from "../../modules/csa/mod.ts";
import { csa, type DaemonRecord } from "../../modules/csa/mod.ts";
import { parseJid } from "../../modules/job/mod.ts";
import { assertCsaClean, bootCsa, processes } from "../semantics/accounting.ts";
import { assertClean, assertFails, bootJobs } from "../semantics/jobs.ts";

// Records of every kind, with every field anywhere in its range.

const counter = fc.maxSafeNat();
const unknown = fc.option(counter, { nil: null });
// JSON has no infinity, and no 0 below zero.
const amount = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const u32 = fc.nat({ max: 0xffff_ffff });
const jid = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(parseJid);
const command = fc.string({ unit: "grapheme", maxLength: 16 }).filter((text) =>
  new TextEncoder().encode(text).length <= 16 && !text.includes("\0")
);

const memory = fc.record({
  coreHighWater: unknown,
  virtualHighWater: unknown,
  coreIntegral: unknown,
  virtualIntegral: unknown,
  minorFaults: unknown,
  majorFaults: unknown,
  pageSwaps: unknown,
});

const io = fc.record({
  charsRead: unknown,
  charsWritten: unknown,
  readCalls: unknown,
  writeCalls: unknown,
  blocksRead: unknown,
  blocksWritten: unknown,
  blockWait: unknown,
  rawWait: counter,
});

const processRecord = fc.record({
  type: fc.constant("process" as const),
  uid: u32,
  gid: u32,
  jid,
  arraySession: counter,
  project: u32,
  pid: u32,
  ppid: u32,
  nice: fc.nat({ max: 255 }),
  schedulingClass: fc.nat({ max: 65535 }),
  beginTime: counter,
  command,
  elapsed: counter,
  userTime: unknown,
  systemTime: unknown,
  exitStatus: fc.nat({ max: 255 }),
  billingUnits: fc.option(amount, { nil: null }),
  forked: fc.boolean(),
  superuser: fc.boolean(),
  dumpedCore: fc.boolean(),
  killed: fc.boolean(),
  lastOfJob: fc.boolean(),
  memory: fc.option(memory, { nil: null }),
  io: fc.option(io, { nil: null }),
});

const startRecord = fc.record({
  type: fc.constant("start-of-job" as const),
  kind: fc.constantFrom("start" as const, "restart" as const),
  jid,
  uid: u32,
  beginTime: counter,
  restartTime: unknown,
});

const endRecord = fc.record({
  type: fc.constant("end-of-job" as const),
  jid,
  uid: u32,
  initiator: u32,
  beginTime: counter,
  endTime: counter,
  status: counter,
  tasks: counter,
  unknown: counter,
  userTime: unknown,
  systemTime: unknown,
  coreHighWater: unknown,
  virtualHighWater: unknown,
});

const configurationRecord = fc.record({
  type: fc.constant("configuration" as const),
  event: fc.constantFrom("on" as const, "off" as const, "halt" as const, "file" as const),
  time: counter,
  kinds: fc.subarray([...CSA_KINDS]),
});

const daemonRecord = fc.record({
  type: fc.constant("daemon" as const),
  kind: fc.constantFrom(...DAEMON_KINDS),
  time: counter,
  data: fc.uint8Array({ minLength: 1, maxLength: 1024 }).map((bytes) =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  ),
});

const record: fc.Arbitrary<CsaRecord> = fc.oneof(
  processRecord,
  startRecord,
  endRecord,
  configurationRecord,
  daemonRecord,
);

function encodeAll(records: readonly CsaRecord[], little: readonly boolean[]): Uint8Array {
  const parts = records.map((record, i) =>
    encodeRecord(record, little[i % little.length] ? "little" : "big")
  );
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("decodeRecords() reads back what encodeRecord() wrote, in both orders of bytes", () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 6 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
      (records, little) => assertEquals(decodeRecords(encodeAll(records, little)), records),
    ),
    { seed: 20051003, numRuns: 300 },
  );
});

Deno.test("parseJsonLines() reads back what formatJsonLines() wrote", () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 4 }),
      (records) => assertEquals(parseJsonLines(formatJsonLines(records)), records),
    ),
    { seed: 20051003 },
  );
});

Deno.test("decodeRecords() refuses every cut, and says where", () => {
  const world = bootCsa();
  world.jobs.create({ task: world.root });
  world.kernel.exit(world.root);
  const bytes = world.csa.bytes();
  const ends = new Set([0]);
  let size = 0;
  for (const record of world.csa.records()) ends.add(size += encodeRecord(record).length);
  assertEquals(size, bytes.length);
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    if (ends.has(length)) decodeRecords(cut);
    else assertMatch(assertFails("EINVAL", () => decodeRecords(cut)).message, /byte \d+/);
  }
  assertCsaClean(world);
});

Deno.test("decodeRecords() never fails otherwise than with EINVAL, whatever the bytes", () => {
  fc.assert(
    fc.property(record, fc.nat(), fc.nat({ max: 255 }), (value, position, byte) => {
      const bytes = encodeRecord(value);
      bytes[position % bytes.length] = byte;
      try {
        decodeRecords(bytes);
      } catch (error) {
        assert(error instanceof KernelError && error.code === "EINVAL", String(error));
      }
    }),
    { seed: 20051003, numRuns: 500 },
  );
});

Deno.test("encodeRecord() refuses a figure that does not fit", () => {
  const world = bootCsa();
  world.jobs.create({ task: world.root });
  world.kernel.exit(world.root);
  const [good] = processes(world);
  const bad = [{ uid: -1 }, { uid: 2 ** 32 }, { elapsed: 0.5 }, { userTime: 2 ** 53 }];
  for (const change of bad) {
    assertFails("EINVAL", () => encodeRecord({ ...good, ...change }));
  }
  assertCsaClean(world);
});

Deno.test("parseJsonLines() names the line that is no record", () => {
  assertMatch(assertFails("EINVAL", () => parseJsonLines("\n{")).message, /line 2 is no JSON/);
  assertMatch(
    assertFails("EINVAL", () => parseJsonLines('{"type":"x"}')).message,
    /line 1 is of type x/,
  );
});

Deno.test("bytes() and jsonLines() give the records of a file", () => {
  const world = bootCsa();
  world.jobs.create({ task: world.root });
  world.kernel.exit(world.root);
  const records = world.csa.records();
  assertEquals(decodeRecords(world.csa.bytes({ endian: "little" })), records);
  assertEquals(parseJsonLines(world.csa.jsonLines()), records);
  assertEquals(
    [world.csa.bytes({ path: "/none" }).length, world.csa.jsonLines({ path: "/none" })],
    [
      0,
      "",
    ],
  );
  assertCsaClean(world);
});

Deno.test("a job and a daemon with a name of several bytes a character keep 16 bytes of it", () => {
  const world = bootCsa();
  const { kernel, jobs, root } = world;
  jobs.create({ task: root });
  kernel.rename(root, "ĀĀĀĀĀĀĀĀĀ");
  kernel.exit(kernel.fork(root));
  kernel.rename(root, "a\0b");
  kernel.exit(root);
  assertEquals(processes(world).map(({ command }) => command), ["ĀĀĀĀĀĀĀĀ", "a"]);
  assertCsaClean(world);
});

Deno.test("report() adds up by job, user and command, and tells what is partial", () => {
  const world = bootCsa();
  const { kernel, jobs, csa, root } = world;
  kernel.exec(root, "/bin/sh");
  jobs.create({ task: root });
  for (const userTime of [1_000_000, 2_000_000]) {
    const task = kernel.fork(root);
    kernel.exec(task, "/usr/bin/cc");
    kernel.setuid(task, 1000);
    kernel.charge(task, { userTime, residentPeak: userTime });
    kernel.exit(task);
  }
  kernel.exit(root);
  const brief = (by: "job" | "user" | "command") =>
    csa.report({ by }).map(({ key, tasks, userTime, coreHighWater, partial }) => ({
      key,
      tasks,
      userTime,
      coreHighWater,
      partial,
    }));
  const cc = { tasks: 2, userTime: 3000, coreHighWater: 1953, partial: [] as ReportFigure[] };
  const sh = { tasks: 1, userTime: null, coreHighWater: null, partial: [] };
  assertEquals(brief("command"), [{ key: "cc", ...cc }, { key: "sh", ...sh }]);
  assertEquals(brief("user"), [{ key: "1000", ...cc }, { key: "0", ...sh }]);
  assertEquals(brief("job"), [
    { ...cc, key: "0x1", tasks: 3, partial: ["userTime", "coreHighWater", "billingUnits"] },
  ]);
  assertEquals(csa.report({ by: "job" }), reportOf(csa.records(), "job"));
  assertFails("EINVAL", () => csa.report({ by: "group" as "user" }));
  assertCsaClean(world);
});

Deno.test("reportText() shows unknown as - and partial with +", () => {
  const world = bootCsa();
  const { kernel, jobs, csa, root } = world;
  kernel.exec(root, "/bin/sh");
  jobs.create({ task: root });
  const task = kernel.fork(root);
  kernel.exec(task, "/usr/bin/cc");
  kernel.charge(task, { userTime: 1_234_000_000, bytesRead: 77 });
  kernel.clock.advance(2_500_000_000);
  kernel.exit(task);
  kernel.exit(root);
  assertEquals(
    csa.reportText({ by: "command" }),
    `COMMAND  TASKS  ELAPSED    USER  SYSTEM  MEMORY  READ  WRITTEN  UNITS
cc           1    2.50s   1.23s       -       -    77        -   1.23
sh           1    2.50s       -       -       -     -        -      -
total        2    5.00s  1.23s+       -       -   77+        -  1.23+`,
  );
  assertCsaClean(world);
});

Deno.test("report() counts what the file no longer keeps", () => {
  const world = bootCsa({ keep: 2 });
  const { kernel, jobs, csa, root } = world;
  jobs.create({ task: root });
  for (let i = 0; i < 7; i++) kernel.exit(kernel.fork(root));
  assertEquals([csa.records().length, csa.report({ by: "user" })[0].tasks], [2, 7]);
  assertEquals(csa.report({ by: "user", path: "/var/csa/pacct" })[0].tasks, 2);
  assertCsaClean(world);
});

Deno.test("useFiles() sends records to files of one's own, which are closed", () => {
  const world = bootCsa({ file: "" });
  const written: string[] = [];
  world.csa.useFiles({
    open(path): CsaFile {
      return {
        write: ({ type }) => void written.push(`${path} ${type}`),
        close: () => void written.push(`${path} closed`),
      };
    },
  });
  world.csa.start({ task: world.root, kinds: ["csa"], path: "/s" });
  world.jobs.create({ task: world.root });
  world.csa.startUserFile({ task: world.root, path: "/u" });
  world.kernel.exit(world.root);
  assertCsaClean(world);
  assertEquals(written, [
    "/s configuration",
    "/s start-of-job",
    "/u process",
    "/s process",
    "/u closed",
    "/s end-of-job",
    "/s configuration",
    "/s closed",
  ]);
});

Deno.test("a file that throws something else is the fault of the module, and tasks go on ending", () => {
  const world = bootCsa({ file: "" });
  const { kernel, csa, jobs, root } = world;
  let broken = false;
  csa.useFiles({
    open: () => ({
      write() {
        if (broken) throw new TypeError("a bug");
      },
    }),
  });
  csa.start({ task: root, kinds: ["csa"], path: "/s" });
  const jid = jobs.create({ task: root });
  broken = true;
  kernel.exit(kernel.fork(root));
  broken = false;
  assertEquals(jobs.getPidCount({ jid }), 1);
  assertEquals(kernel.reports.map(({ kind, module }) => [kind, module]), [["module-fault", "csa"]]);
});

Deno.test("csa does not load when the place for accounting is taken, or its kinds are unknown", () => {
  const world = bootJobs();
  const { kernel, jobs } = world;
  const taken = { type: 0, module: null };
  jobs.registerAccounting(taken);
  assertFails("EBUSY", () => kernel.modules.insmod(csa));
  jobs.unregisterAccounting(taken);
  assertFails("EINVAL", () => kernel.modules.insmod(csa, { params: { kinds: "csa,cpu" } }));
  kernel.modules.insmod(csa);
  assertFails("EBUSY", () => kernel.modules.rmmod("job"));
  kernel.modules.rmmod("csa");
  assertClean(world);
});

Deno.test("MemoryFiles opens the same file twice without losing what is in it", () => {
  const files = new MemoryFiles(10);
  const daemon: DaemonRecord = { type: "daemon", kind: "nqs", time: 0, data: "00" };
  files.open("/a").write(daemon);
  files.open("/a").write(daemon);
  assertEquals(files.records("/a"), [daemon, daemon]);
  files.setCondition("/a", "full");
  assertThrows(() => files.open("/a").write(daemon), KernelError, "no space left");
});

Deno.test("the lock of csa is taken after Job's, whichever way in, and the checker is silent", () => {
  const world = bootCsa();
  const { kernel, jobs, csa, root } = world;
  jobs.create({ task: root });
  csa.startUserFile({ task: root, path: "/u" });
  kernel.exit(kernel.fork(root));
  csa.stopUserFile({ task: root });
  csa.stop({ task: root, kinds: ["io"] });
  csa.reportText({ by: "user" });
  assertCsaClean(world);
});
