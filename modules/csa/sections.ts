import { type Jid, parseJid } from "../job/jid.ts";
import {
  charged,
  counter,
  type Field,
  type FieldTable,
  implied,
  indexIn,
  maskOf,
  readFields,
  real,
  text,
  u16,
  u32,
  u8,
  writeFields,
} from "./field_table.ts";
import { broken, type FieldReader, type FieldWriter } from "./fields.ts";
import {
  type ConfigurationRecord,
  CSA_KINDS,
  type CsaRecord,
  DAEMON_KINDS,
  type DaemonRecord,
  type EndOfJobRecord,
  type IoSection,
  type MemorySection,
  namesOf,
  type ProcessRecord,
  type StartOfJobRecord,
} from "./record.ts";

/*
 * What is in each section after its header. Reading and writing both follow these tables. A member that is added to a
 * record and not to its table does not compile.
 */

/**
 * How many bytes of a command are kept.
 *
 * @example
 * ```ts
 * import { TASK_COMM_LENGTH } from "@pnotify/pnotify";
 * import { COMMAND_LENGTH } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * assertEquals(COMMAND_LENGTH, TASK_COMM_LENGTH + 1);
 * ```
 */
export const COMMAND_LENGTH = 16;
/** The most bytes in the record of a daemon (B45). */
export const DAEMON_SIZE_MAX = 1024;

const jid: Field<Jid> = {
  write: (out, value) => out.u64(BigInt(value)),
  read: (input) => parseJid(input.u64()),
};

const startKind: Field<StartOfJobRecord["kind"]> = {
  write: (out, kind) => out.u32(kind === "restart" ? 1 : 0),
  read: (input) => input.u32() === 1 ? "restart" : "start",
};

// The record of a process: flags in the header, a base section, and two sections that may be missing.

/** The members of a process record that are bits of the header. */
export type ProcessFlag = {
  [Name in keyof ProcessRecord]: ProcessRecord[Name] extends boolean ? Name : never;
}[keyof ProcessRecord];

/** The members of a process record that are in its base section. */
export type ProcessBase = Omit<ProcessRecord, ProcessFlag | "memory" | "io">;

/** The bit of each flag (B38). The last one was free in the original. */
export const PROCESS_FLAGS: Readonly<Record<ProcessFlag, number>> = Object.freeze<
  Record<ProcessFlag, number>
>({
  forked: 0x01,
  superuser: 0x02,
  dumpedCore: 0x08,
  killed: 0x10,
  lastOfJob: 0x80,
});

export const PROCESS: FieldTable<ProcessBase> = {
  type: implied("process"),
  exitStatus: u8,
  nice: u8,
  schedulingClass: u16,
  uid: u32,
  gid: u32,
  pid: u32,
  ppid: u32,
  project: u32,
  jid,
  arraySession: counter,
  beginTime: counter,
  elapsed: counter,
  userTime: charged,
  systemTime: charged,
  billingUnits: real,
  command: text(COMMAND_LENGTH),
};

export const MEMORY: FieldTable<MemorySection> = {
  coreHighWater: charged,
  virtualHighWater: charged,
  coreIntegral: charged,
  virtualIntegral: charged,
  minorFaults: charged,
  majorFaults: charged,
  pageSwaps: charged,
};

export const IO: FieldTable<IoSection> = {
  charsRead: charged,
  charsWritten: charged,
  readCalls: charged,
  writeCalls: charged,
  blocksRead: charged,
  blocksWritten: charged,
  blockWait: charged,
  rawWait: counter,
};

// Records that are one section.

const START_OF_JOB: FieldTable<StartOfJobRecord> = {
  type: implied("start-of-job"),
  kind: startKind,
  uid: u32,
  jid,
  beginTime: counter,
  restartTime: charged,
};

const END_OF_JOB: FieldTable<EndOfJobRecord> = {
  type: implied("end-of-job"),
  initiator: u32,
  uid: u32,
  jid,
  beginTime: counter,
  endTime: counter,
  status: counter,
  tasks: counter,
  unknown: counter,
  userTime: charged,
  systemTime: charged,
  coreHighWater: charged,
  virtualHighWater: charged,
};

const EVENTS = namesOf<ConfigurationRecord["event"]>({ on: 0, off: 1, halt: 2, file: 3 });

const CONFIGURATION: FieldTable<ConfigurationRecord> = {
  type: implied("configuration"),
  event: indexIn(EVENTS, "event"),
  kinds: maskOf(CSA_KINDS),
  time: counter,
};

/** The fields before the data of a daemon. */
const DAEMON: FieldTable<Omit<DaemonRecord, "data"> & { length: number }> = {
  type: implied("daemon"),
  kind: indexIn(DAEMON_KINDS, "daemon"),
  length: u32,
  time: counter,
};

/** A record that is one section. */
export type SingleRecord = Exclude<CsaRecord, ProcessRecord>;

/** Writes and reads a record that is one section. `code` is the type in its header. */
export interface Section<Rec> {
  readonly code: number;
  write(out: FieldWriter, record: Rec): void;
  read(input: FieldReader): Rec;
}

function section<Rec extends SingleRecord>(code: number, table: FieldTable<Rec>): Section<Rec> {
  return Object.freeze({
    code,
    write: (out: FieldWriter, record: Rec) => writeFields(out, table, record),
    read: (input: FieldReader) => readFields(input, table),
  });
}

/** The original numbered each daemon. Here one type has the daemon as a field. */
const daemonSection: Section<DaemonRecord> = Object.freeze<Section<DaemonRecord>>({
  code: 0o40,
  write(out: FieldWriter, record: DaemonRecord) {
    const bytes = fromHex(record.data);
    writeFields(out, DAEMON, { ...record, length: bytes.length });
    out.fixed(bytes, bytes.length);
  },
  read(input: FieldReader): DaemonRecord {
    const begin = input.offset;
    const { length, ...fields } = readFields(input, DAEMON);
    if (length <= DAEMON_SIZE_MAX) return { ...fields, data: toHex(input.fixed(length)) };
    throw broken(begin, `${length} bytes`, `at most ${DAEMON_SIZE_MAX} are wanted`);
  },
});

/** The section of each record that is one. */
export type Sections = {
  readonly [Type in SingleRecord["type"]]: Section<Extract<SingleRecord, { type: Type }>>;
};

/** The sections that are a record each. */
export const SECTIONS: Sections = Object.freeze<Sections>({
  "start-of-job": section(0o12, START_OF_JOB),
  "end-of-job": section(0o14, END_OF_JOB),
  configuration: section(0o20, CONFIGURATION),
  daemon: daemonSection,
});

/** The types of records. */
export const RECORD_TYPES: readonly string[] = Object.freeze(["process", ...Object.keys(SECTIONS)]);

/** Bytes from hexadecimal text. */
export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Hexadecimal text from bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
