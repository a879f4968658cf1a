import { assertEquals } from "@std/assert";
import {
  type ConfigurationRecord,
  type CsaRecord,
  type DaemonRecord,
  decodeRecords,
  encodeRecord,
  type Endian,
  type EndOfJobRecord,
  type ProcessRecord,
  type StartOfJobRecord,
} from "../../modules/csa/mod.ts";
import { type FieldTable, u8 } from "../../modules/csa/field_table.ts";
import { assertFails } from "../semantics/jobs.ts";

// The bytes of each section, pinned (B36 to B41). Programs that read accounting files rely on them.

const process: ProcessRecord = {
  type: "process",
  uid: 1000,
  gid: 100,
  jid: "0xa00000001",
  arraySession: 7,
  project: 8,
  pid: 300,
  ppid: 299,
  nice: 5,
  schedulingClass: 0x0102,
  beginTime: 1,
  command: "make",
  elapsed: 2,
  userTime: 3,
  systemTime: null,
  exitStatus: 9,
  billingUnits: 1.5,
  forked: true,
  superuser: false,
  dumpedCore: true,
  killed: false,
  lastOfJob: true,
  memory: {
    coreHighWater: 1,
    virtualHighWater: 2,
    coreIntegral: 3,
    virtualIntegral: 4,
    minorFaults: 5,
    majorFaults: 6,
    pageSwaps: null,
  },
  io: {
    charsRead: 1,
    charsWritten: 2,
    readCalls: 3,
    writeCalls: 4,
    blocksRead: 5,
    blocksWritten: 6,
    blockWait: null,
    rawWait: 0,
  },
};

const processBig = `
  18a40500 01 a9 0070  magic and revision, type, flags, size
  e75b8500 07 00 00f8  inverse magic, types in the chain, no flags, size of the chain
  09 05 0102           exit status, nice, scheduling class
  000003e8 00000064    uid, gid
  0000012c 0000012b    pid, ppid
  00000008             project
  0000000a00000001     jid
  0000000000000007     array session
  0000000000000001     begin
  0000000000000002     elapsed
  0000000000000003     user time
  ffffffffffffffff     system time, unknown
  3ff8000000000000     billing units
  6d616b65000000000000000000000000  command
  18a40500 02 20 0040  memory, with more to follow
  0000000000000001 0000000000000002 0000000000000003 0000000000000004
  0000000000000005 0000000000000006 ffffffffffffffff
  18a40500 04 00 0048  input and output
  0000000000000001 0000000000000002 0000000000000003 0000000000000004
  0000000000000005 0000000000000006 ffffffffffffffff 0000000000000000`;

const processLittle = `
  0005a518 01 a9 7000
  00855ae7 07 00 f800
  09 05 0201
  e8030000 64000000
  2c010000 2b010000
  08000000
  010000000a000000
  0700000000000000
  0100000000000000
  0200000000000000
  0300000000000000
  ffffffffffffffff
  000000000000f83f
  6d616b65000000000000000000000000
  0005a518 02 20 4000
  0100000000000000 0200000000000000 0300000000000000 0400000000000000
  0500000000000000 0600000000000000 ffffffffffffffff
  0005a518 04 00 4800
  0100000000000000 0200000000000000 0300000000000000 0400000000000000
  0500000000000000 0600000000000000 ffffffffffffffff 0000000000000000`;

const start: StartOfJobRecord = {
  type: "start-of-job",
  kind: "restart",
  jid: "0xa00000001",
  uid: 1000,
  beginTime: 5,
  restartTime: null,
};

const startBig = `
  18a40500 0a 00 0028
  00000001             restart
  000003e8             uid
  0000000a00000001     jid
  0000000000000005     begin
  ffffffffffffffff     restart time, unknown`;

const startLittle = `
  0005a518 0a 00 2800
  01000000 e8030000 010000000a000000 0500000000000000 ffffffffffffffff`;

const end: EndOfJobRecord = {
  type: "end-of-job",
  jid: "0xa00000001",
  uid: 1000,
  initiator: 1,
  beginTime: 2,
  endTime: 3,
  status: 4,
  tasks: 5,
  unknown: 6,
  userTime: 7,
  systemTime: 8,
  coreHighWater: 9,
  virtualHighWater: null,
};

const endBig = `
  18a40500 0c 00 0060
  00000001             initiator
  000003e8             uid
  0000000a00000001     jid
  0000000000000002     begin
  0000000000000003     end
  0000000000000004     status
  0000000000000005     tasks
  0000000000000006     tasks that told nothing
  0000000000000007     user time
  0000000000000008     system time
  0000000000000009     resident high-water mark
  ffffffffffffffff     virtual high-water mark, unknown`;

const endLittle = `
  0005a518 0c 00 6000
  01000000 e8030000 010000000a000000 0200000000000000 0300000000000000 0400000000000000
  0500000000000000 0600000000000000 0700000000000000 0800000000000000 0900000000000000
  ffffffffffffffff`;

const configuration: ConfigurationRecord = {
  type: "configuration",
  event: "file",
  time: 5,
  kinds: ["csa", "io", "site"],
};

const configurationBig = `
  18a40500 10 00 0018
  00000003             event
  00000105             kinds, a bit each
  0000000000000005     time`;

const configurationLittle = "0005a518 10 00 1800 03000000 05010000 0500000000000000";

const daemon: DaemonRecord = { type: "daemon", kind: "tape", time: 5, data: "00ff7f" };

const daemonBig = `
  18a40500 20 00 001b
  00000002             daemon
  00000003             length of the data
  0000000000000005     time
  00ff7f`;

const daemonLittle = "0005a518 20 00 1b00 02000000 03000000 0500000000000000 00ff7f";

const pinned: readonly [CsaRecord, Endian, string][] = [
  [process, "big", processBig],
  [process, "little", processLittle],
  [start, "big", startBig],
  [start, "little", startLittle],
  [end, "big", endBig],
  [end, "little", endLittle],
  [configuration, "big", configurationBig],
  [configuration, "little", configurationLittle],
  [daemon, "big", daemonBig],
  [daemon, "little", daemonLittle],
];

/** The hexadecimal digits at the beginning of each line; words after two blanks say what they are. */
function digits(text: string): string {
  return text.split("\n").map((line) => line.trim().split("  ")[0].replaceAll(" ", "")).join("");
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

for (const [record, endian, layout] of pinned) {
  Deno.test(`encodeRecord() lays out ${record.type}, ${endian} end first, byte by byte`, () => {
    assertEquals(toHex(encodeRecord(record, endian)), digits(layout));
  });

  Deno.test(`decodeRecords() reads ${record.type}, ${endian} end first`, () => {
    assertEquals(decodeRecords(fromHex(digits(layout))), [record]);
  });
}

Deno.test("encodeRecord() lays out each flag of a process as its own bit", () => {
  const none = { ...process, forked: false, dumpedCore: false, lastOfJob: false };
  const bits = [
    ["forked", 0x01],
    ["superuser", 0x02],
    ["dumpedCore", 0x08],
    ["killed", 0x10],
    ["lastOfJob", 0x80],
  ] as const;
  for (const [flag, bit] of bits) {
    const bytes = encodeRecord({ ...none, memory: null, io: null, [flag]: true });
    assertEquals(bytes[5], bit, flag);
    assertEquals(decodeRecords(bytes), [{ ...none, memory: null, io: null, [flag]: true }]);
  }
});

Deno.test("encodeRecord() chains only the parts that there are", () => {
  const parts = [
    [null, null, 0x01, 0x70, 0x00],
    [process.memory, null, 0x03, 0xb0, 0x20],
    [null, process.io, 0x05, 0xb8, 0x20],
    [process.memory, process.io, 0x07, 0xf8, 0x20],
  ] as const;
  for (const [memory, io, chain, size, more] of parts) {
    const bytes = encodeRecord({ ...process, memory, io });
    assertEquals([bytes[12], bytes[15], bytes.length, bytes[5] & 0x20], [chain, size, size, more]);
    assertEquals(decodeRecords(bytes), [{ ...process, memory, io }]);
  }
});

Deno.test("encodeRecord() cuts a command that is too long", () => {
  const bytes = encodeRecord({ ...process, command: "0123456789abcdefgh" });
  assertEquals(decodeRecords(bytes), [{ ...process, command: "0123456789abcdef" }]);
});

interface BadBytes {
  readonly what: string;
  readonly record: CsaRecord;
  /** The first byte that changes. */
  readonly offset: number;
  /** The new bytes, in hexadecimal. */
  readonly bytes: string;
  readonly message: string;
}

const wantedMagic = "030510 or 030512, and revision 02400, are wanted";
const wantedType = "1, 12, 14, 20 or 40 is wanted at the beginning of a record";

const badBytes: readonly BadBytes[] = [
  {
    what: "no magic",
    record: start,
    offset: 0,
    bytes: "00",
    message: `byte 0 has magic and revision 51002400 octal, ${wantedMagic}`,
  },
  {
    what: "another revision",
    record: start,
    offset: 3,
    bytes: "01",
    message: `byte 0 has magic and revision 3051002401 octal, ${wantedMagic}`,
  },
  {
    what: "an unknown type",
    record: start,
    offset: 4,
    bytes: "03",
    message: `byte 0 has type 3 octal, ${wantedType}`,
  },
  {
    what: "a part without its base",
    record: start,
    offset: 4,
    bytes: "02",
    message: `byte 0 has type 2 octal, ${wantedType}`,
  },
  {
    what: "a wrong size",
    record: start,
    offset: 7,
    bytes: "29",
    message: "byte 0 has a size of 41, 40 is wanted",
  },
  {
    what: "no inverse magic",
    record: process,
    offset: 8,
    bytes: "18",
    message: "byte 8 has 3026702400 octal, the inverse magic is wanted",
  },
  {
    what: "a wrong size of the base",
    record: process,
    offset: 7,
    bytes: "71",
    message: "byte 0 has a size of 113, 112 is wanted",
  },
  {
    what: "a wrong size of the chain",
    record: process,
    offset: 15,
    bytes: "f9",
    message: "byte 0 has a size of 249, 248 is wanted",
  },
  {
    what: "another part than the chain has",
    record: process,
    offset: 116,
    bytes: "04",
    message: "byte 112 has type 4, type 2 is wanted in this chain",
  },
  {
    what: "a wrong size of a part",
    record: process,
    offset: 119,
    bytes: "41",
    message: "byte 112 has a size of 65, 64 is wanted",
  },
  {
    what: "an unknown array session",
    record: process,
    offset: 48,
    bytes: "ffffffffffffffff",
    message: "the counter at byte 48 is 18446744073709551615, at most 53 bits are wanted",
  },
  {
    what: "a counter of 54 bits",
    record: process,
    offset: 72,
    bytes: "0020000000000000",
    message: "the counter at byte 72 is 9007199254740992, at most 53 bits are wanted",
  },
  {
    what: "an unknown event",
    record: configuration,
    offset: 11,
    bytes: "04",
    message: "byte 8 has an unknown event, 0 to 3 is wanted",
  },
  {
    what: "an unknown daemon",
    record: daemon,
    offset: 11,
    bytes: "04",
    message: "byte 8 has an unknown daemon, 0 to 3 is wanted",
  },
  {
    what: "too much data",
    record: daemon,
    offset: 12,
    bytes: "00000401",
    message: "byte 8 has 1025 bytes, at most 1024 are wanted",
  },
  {
    what: "less data than its length",
    record: daemon,
    offset: 15,
    bytes: "04",
    message: "they end at byte 27, in the middle of a field at byte 24, whole records are wanted",
  },
];

for (const { what, record, offset, bytes, message } of badBytes) {
  Deno.test(`decodeRecords() fails with EINVAL when there is ${what}`, () => {
    const layout = encodeRecord(record);
    layout.set(fromHex(bytes), offset);
    assertEquals(
      assertFails("EINVAL", () => decodeRecords(layout)).message,
      `Cannot read accounting records: ${message} (EINVAL)`,
    );
  });
}

Deno.test("encodeRecord() fails with EINVAL and names the byte when a value does not fit", () => {
  const u32 = "an integer from 0 to 4294967295 is wanted";
  const counter = "an integer from 0 to 9007199254740991 is wanted";
  const memory = { ...process.memory!, coreHighWater: 2 ** 53 };
  const bad: readonly [CsaRecord, string][] = [
    [{ ...start, uid: -1 }, `the field at byte 12 is -1, ${u32}`],
    [{ ...process, gid: 2 ** 32 }, `the field at byte 24 is 4294967296, ${u32}`],
    [{ ...process, nice: 256 }, "the field at byte 17 is 256, an integer from 0 to 255 is wanted"],
    [
      { ...process, schedulingClass: 65536 },
      "the field at byte 18 is 65536, an integer from 0 to 65535 is wanted",
    ],
    [{ ...process, elapsed: 0.5 }, `the field at byte 64 is 0.5, ${counter}`],
    [{ ...process, memory }, `the field at byte 120 is 9007199254740992, ${counter}`],
    [{ ...configuration, event: "on " as "on" }, `the field at byte 8 is -1, ${u32}`],
    [{ ...daemon, kind: "cron" as "nqs" }, `the field at byte 8 is -1, ${u32}`],
  ];
  for (const [record, message] of bad) {
    assertEquals(
      assertFails("EINVAL", () => encodeRecord(record)).message,
      `Cannot write an accounting record: ${message} (EINVAL)`,
    );
  }
});

Deno.test("FieldTable does not compile without a field for each member, each of its type", () => {
  // @ts-expect-error "length" is missing.
  const incomplete: FieldTable<{ type: number; length: number }> = { type: u8 };
  // @ts-expect-error "length" may be null, which 8 bits cannot hold.
  const narrow: FieldTable<{ length: number | null }> = { length: u8 };
  assertEquals([Object.keys(incomplete), Object.keys(narrow)], [["type"], ["length"]]);
});
