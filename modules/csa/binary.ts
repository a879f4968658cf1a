import { KernelError } from "../../kernel/errno.ts";
import { parseJid } from "../job/jid.ts";
import { FieldReader, FieldWriter } from "./fields.ts";
import {
  type ConfigurationRecord,
  CSA_KINDS,
  type CsaRecord,
  DAEMON_KINDS,
  type DaemonRecord,
  type EndOfJobRecord,
  type IoSection,
  type MemorySection,
  type ProcessRecord,
  type StartOfJobRecord,
} from "./record.ts";

/*
 * The binary layout (B36). A section begins with a header of 8 bytes: 17 bits of magic and 15 of revision, type, flags,
 * size. The magic number differs by one bit between the two orders of bytes. The record of a task is one section or a
 * chain of up to three; its base section has a second header, with the inverse magic, the types in the chain as a mask,
 * and the size of the whole chain.
 */

/** The order of bytes in the binary layout. */
export type Endian = "big" | "little";

/**
 * The magic number of records with the high byte first.
 *
 * @example
 * ```ts
 * import { type DaemonRecord, encodeRecord, MAGIC_BIG, MAGIC_LITTLE, REVISION } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * const record: DaemonRecord = { type: "daemon", kind: "nqs", time: 5, data: "ff" };
 * const word = new DataView(encodeRecord(record).buffer).getUint32(0);
 * assertEquals([word >>> 15, word & 0x7fff], [MAGIC_BIG, REVISION]);
 * const other = new DataView(encodeRecord(record, "little").buffer).getUint32(0, true);
 * assertEquals(other >>> 15, MAGIC_LITTLE);
 * ```
 */
export const MAGIC_BIG = 0o030510;
/** The magic number of records with the low byte first. */
export const MAGIC_LITTLE = 0o030512;
/** The revision of the layout. */
export const REVISION = 0o2400;
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

const TYPE_CSA = 0o1;
const TYPE_MEM = 0o2;
const TYPE_IO = 0o4;
const TYPE_SOJ = 0o12;
const TYPE_EOJ = 0o14;
const TYPE_CFG = 0o20;
/** The original numbered each daemon; here one type has the daemon as a field. */
const TYPE_DAEMON = 0o40;

const FLAG_FORK = 0x01;
const FLAG_SUPERUSER = 0x02;
const FLAG_CORE = 0x08;
const FLAG_KILLED = 0x10;
const FLAG_MORE = 0x20;
/** Free in the original. */
const FLAG_LAST = 0x80;

const HEADER_SIZE = 8;
const CHAIN_SIZE_MAX = 512;
const DAEMON_SIZE_MAX = 1024;
const EVENTS: readonly ConfigurationRecord["event"][] = Object.freeze([
  "on",
  "off",
  "halt",
  "file",
]);

/**
 * Puts a record into its binary layout.
 *
 * Origin: the records of CSA (B36 to B41).
 *
 * @param record The record.
 * @param endian The order of bytes; high byte first by default.
 * @returns The bytes.
 * @throws {KernelError} EINVAL when a figure does not fit.
 * @example
 * ```ts
 * import { decodeRecords, encodeRecord, type StartOfJobRecord } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * const record: StartOfJobRecord = {
 *   type: "start-of-job",
 *   kind: "start",
 *   jid: "0x1",
 *   uid: 1000,
 *   beginTime: 5,
 *   restartTime: null,
 * };
 * assertEquals(decodeRecords(encodeRecord(record, "little")), [record]);
 * ```
 */
export function encodeRecord(record: CsaRecord, endian: Endian = "big"): Uint8Array {
  const little = endian === "little";
  const out = new FieldWriter(CHAIN_SIZE_MAX + DAEMON_SIZE_MAX, little);
  switch (record.type) {
    case "process":
      writeProcess(out, little, record);
      break;
    case "start-of-job":
      section(out, little, TYPE_SOJ, 0, () => writeStart(out, record));
      break;
    case "end-of-job":
      section(out, little, TYPE_EOJ, 0, () => writeEnd(out, record));
      break;
    case "configuration":
      section(out, little, TYPE_CFG, 0, () => writeConfiguration(out, record));
      break;
    case "daemon":
      section(out, little, TYPE_DAEMON, 0, () => writeDaemon(out, record));
  }
  return out.bytes.slice();
}

/**
 * Reads records from their binary layout, in whichever order of bytes each was written.
 *
 * Origin: the records of CSA (B36 to B41).
 *
 * @param bytes Whole records, one after the other.
 * @returns The records.
 * @throws {KernelError} EINVAL that names the byte where the layout is broken.
 * @example
 * ```ts
 * import { decodeRecords } from "@pnotify/pnotify/modules/csa";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => decodeRecords(new Uint8Array(8)), Error, "byte 0 has magic");
 * ```
 */
export function decodeRecords(bytes: Uint8Array): CsaRecord[] {
  const records: CsaRecord[] = [];
  const input = new FieldReader(bytes, 0);
  while (input.at < bytes.length) records.push(readRecord(input));
  return records;
}

function broken(at: number, found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", {
    action: "read accounting records",
    found: `byte ${at} has ${found}`,
    wanted,
  });
}

// Headers.

function magicWord(little: boolean, inverse: boolean): number {
  const magic = little ? MAGIC_LITTLE : MAGIC_BIG;
  return (((inverse ? ~magic & 0x1ffff : magic) << 15) | REVISION) >>> 0;
}

/** Writes a section, and then its size into its header. */
function section(
  out: FieldWriter,
  little: boolean,
  type: number,
  flags: number,
  write: () => void,
): void {
  const begin = out.at;
  out.u32(magicWord(little, false));
  out.u8(type);
  out.u8(flags);
  out.u16(0);
  write();
  patchSize(out, begin, out.at - begin);
}

function patchSize(out: FieldWriter, header: number, size: number): void {
  const end = out.at;
  out.at = header + 6;
  out.u16(size);
  out.at = end;
}

interface Header {
  readonly begin: number;
  readonly type: number;
  readonly flags: number;
  readonly size: number;
}

function readHeader(input: FieldReader, inverse: boolean): Header {
  const begin = input.at;
  if (!inverse) input.little = false;
  const word = input.u32();
  if (!inverse && word !== magicWord(false, false)) {
    // Read with the low byte first, the other magic must come out.
    input.at = begin;
    input.little = true;
    const swapped = input.u32();
    if (swapped !== magicWord(true, false)) {
      const found = `magic and revision ${word.toString(8)} octal`;
      throw broken(begin, found, "030510 or 030512, and revision 02400, are wanted");
    }
  }
  if (inverse && word !== magicWord(input.little, true)) {
    throw broken(begin, `${word.toString(8)} octal`, "the inverse magic is wanted");
  }
  return { begin, type: input.u8(), flags: input.u8(), size: input.u16() };
}

/** Whether a section ended where its header said. */
function checkEnd(input: FieldReader, begin: number, size: number): void {
  if (input.at - begin === size) return;
  throw broken(begin, `a size of ${size}`, `${input.at - begin} is wanted`);
}

// Records of tasks.

function writeProcess(out: FieldWriter, little: boolean, record: ProcessRecord): void {
  const { memory, io } = record;
  const chain = TYPE_CSA | (memory === null ? 0 : TYPE_MEM) | (io === null ? 0 : TYPE_IO);
  const flags = (record.forked ? FLAG_FORK : 0) |
    (record.superuser ? FLAG_SUPERUSER : 0) |
    (record.dumpedCore ? FLAG_CORE : 0) |
    (record.killed ? FLAG_KILLED : 0) |
    (record.lastOfJob ? FLAG_LAST : 0) |
    (chain === TYPE_CSA ? 0 : FLAG_MORE);
  section(out, little, TYPE_CSA, flags, () => writeBase(out, little, chain, record));
  const more = memory !== null && io !== null ? FLAG_MORE : 0;
  if (memory !== null) section(out, little, TYPE_MEM, more, () => writeMemory(out, memory));
  if (io !== null) section(out, little, TYPE_IO, 0, () => writeIo(out, io));
  patchSize(out, HEADER_SIZE, out.at);
}

function writeBase(
  out: FieldWriter,
  little: boolean,
  chain: number,
  record: ProcessRecord,
): void {
  out.u32(magicWord(little, true));
  out.u8(chain);
  out.u8(0);
  out.u16(0);
  out.u8(record.exitStatus);
  out.u8(record.nice);
  out.u16(record.schedulingClass);
  out.u32(record.uid);
  out.u32(record.gid);
  out.u32(record.pid);
  out.u32(record.ppid);
  out.u32(record.project);
  out.u64(BigInt(record.jid));
  out.counter(record.arraySession);
  out.counter(record.beginTime);
  out.counter(record.elapsed);
  out.counter(record.userTime);
  out.counter(record.systemTime);
  out.real(record.billingUnits);
  out.fixed(new TextEncoder().encode(record.command), COMMAND_LENGTH);
}

function readProcess(input: FieldReader, header: Header): ProcessRecord {
  const second = readHeader(input, true);
  const base = readBase(input, header.flags);
  checkEnd(input, header.begin, header.size);
  const memory = second.type & TYPE_MEM ? readPart(input, TYPE_MEM, readMemory) : null;
  const io = second.type & TYPE_IO ? readPart(input, TYPE_IO, readIo) : null;
  checkEnd(input, header.begin, second.size);
  return { ...base, memory, io };
}

function readPart<T>(input: FieldReader, type: number, read: (input: FieldReader) => T): T {
  const header = readHeader(input, false);
  if (header.type !== type) {
    throw broken(header.begin, `type ${header.type}`, `type ${type} is wanted in this chain`);
  }
  const part = read(input);
  checkEnd(input, header.begin, header.size);
  return part;
}

function readBase(input: FieldReader, flags: number): Omit<ProcessRecord, "memory" | "io"> {
  const head = { exitStatus: input.u8(), nice: input.u8(), schedulingClass: input.u16() };
  const ids = { uid: input.u32(), gid: input.u32(), pid: input.u32(), ppid: input.u32() };
  const project = input.u32();
  const jid = parseJid(input.u64());
  const arraySession = input.known();
  const times = {
    beginTime: input.known(),
    elapsed: input.known(),
    userTime: input.counter(),
    systemTime: input.counter(),
  };
  const billingUnits = input.real();
  const command = readText(input.fixed(COMMAND_LENGTH));
  return {
    type: "process",
    ...ids,
    jid,
    arraySession,
    project,
    ...head,
    ...times,
    billingUnits,
    command,
    forked: (flags & FLAG_FORK) !== 0,
    superuser: (flags & FLAG_SUPERUSER) !== 0,
    dumpedCore: (flags & FLAG_CORE) !== 0,
    killed: (flags & FLAG_KILLED) !== 0,
    lastOfJob: (flags & FLAG_LAST) !== 0,
  };
}

function readText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    end < 0 ? bytes : bytes.subarray(0, end),
  );
}

function writeMemory(out: FieldWriter, memory: MemorySection): void {
  out.counter(memory.coreHighWater);
  out.counter(memory.virtualHighWater);
  out.counter(memory.coreIntegral);
  out.counter(memory.virtualIntegral);
  out.counter(memory.minorFaults);
  out.counter(memory.majorFaults);
  out.counter(memory.pageSwaps);
}

function readMemory(input: FieldReader): MemorySection {
  return {
    coreHighWater: input.counter(),
    virtualHighWater: input.counter(),
    coreIntegral: input.counter(),
    virtualIntegral: input.counter(),
    minorFaults: input.counter(),
    majorFaults: input.counter(),
    pageSwaps: input.counter(),
  };
}

function writeIo(out: FieldWriter, io: IoSection): void {
  out.counter(io.charsRead);
  out.counter(io.charsWritten);
  out.counter(io.readCalls);
  out.counter(io.writeCalls);
  out.counter(io.blocksRead);
  out.counter(io.blocksWritten);
  out.counter(io.blockWait);
  out.counter(io.rawWait);
}

function readIo(input: FieldReader): IoSection {
  return {
    charsRead: input.counter(),
    charsWritten: input.counter(),
    readCalls: input.counter(),
    writeCalls: input.counter(),
    blocksRead: input.counter(),
    blocksWritten: input.counter(),
    blockWait: input.counter(),
    rawWait: input.known(),
  };
}

// Records of jobs, of configuration and of daemons.

function readRecord(input: FieldReader): CsaRecord {
  const header = readHeader(input, false);
  if (header.type === TYPE_CSA) return readProcess(input, header);
  const record = readSingle(input, header);
  checkEnd(input, header.begin, header.size);
  return record;
}

function readSingle(input: FieldReader, header: Header): CsaRecord {
  switch (header.type) {
    case TYPE_SOJ:
      return readStart(input);
    case TYPE_EOJ:
      return readEnd(input);
    case TYPE_CFG:
      return readConfiguration(input);
    case TYPE_DAEMON:
      return readDaemon(input);
  }
  throw broken(
    header.begin,
    `type ${header.type.toString(8)} octal`,
    "1, 12, 14, 20 or 40 is wanted at the beginning of a record",
  );
}

function writeStart(out: FieldWriter, record: StartOfJobRecord): void {
  out.u32(record.kind === "restart" ? 1 : 0);
  out.u32(record.uid);
  out.u64(BigInt(record.jid));
  out.counter(record.beginTime);
  out.counter(record.restartTime);
}

function readStart(input: FieldReader): StartOfJobRecord {
  const kind = input.u32() === 1 ? "restart" : "start";
  const uid = input.u32();
  return {
    type: "start-of-job",
    kind,
    jid: parseJid(input.u64()),
    uid,
    beginTime: input.known(),
    restartTime: input.counter(),
  };
}

function writeEnd(out: FieldWriter, record: EndOfJobRecord): void {
  out.u32(record.initiator);
  out.u32(record.uid);
  out.u64(BigInt(record.jid));
  out.counter(record.beginTime);
  out.counter(record.endTime);
  out.counter(record.status);
  out.counter(record.tasks);
  out.counter(record.unknown);
  out.counter(record.userTime);
  out.counter(record.systemTime);
  out.counter(record.coreHighWater);
  out.counter(record.virtualHighWater);
}

function readEnd(input: FieldReader): EndOfJobRecord {
  const initiator = input.u32();
  const uid = input.u32();
  return {
    type: "end-of-job",
    jid: parseJid(input.u64()),
    uid,
    initiator,
    beginTime: input.known(),
    endTime: input.known(),
    status: input.known(),
    tasks: input.known(),
    unknown: input.known(),
    userTime: input.counter(),
    systemTime: input.counter(),
    coreHighWater: input.counter(),
    virtualHighWater: input.counter(),
  };
}

function writeConfiguration(out: FieldWriter, record: ConfigurationRecord): void {
  let mask = 0;
  for (const kind of record.kinds) mask |= 1 << CSA_KINDS.indexOf(kind);
  out.u32(EVENTS.indexOf(record.event));
  out.u32(mask);
  out.counter(record.time);
}

function readConfiguration(input: FieldReader): ConfigurationRecord {
  const at = input.at;
  const event = EVENTS[input.u32()];
  if (event === undefined) throw broken(at, "an unknown event", "0 to 3 is wanted");
  const mask = input.u32();
  const kinds = CSA_KINDS.filter((_, i) => mask & (1 << i));
  return { type: "configuration", event, time: input.known(), kinds };
}

function writeDaemon(out: FieldWriter, record: DaemonRecord): void {
  const bytes = fromHex(record.data);
  out.u32(DAEMON_KINDS.indexOf(record.kind));
  out.u32(bytes.length);
  out.counter(record.time);
  out.fixed(bytes, bytes.length);
}

function readDaemon(input: FieldReader): DaemonRecord {
  const at = input.at;
  const kind = DAEMON_KINDS[input.u32()];
  if (kind === undefined) throw broken(at, "an unknown daemon", "0 to 3 is wanted");
  const length = input.u32();
  const time = input.known();
  if (length > DAEMON_SIZE_MAX) throw broken(at, `${length} bytes`, "at most 1024 are wanted");
  return { type: "daemon", kind, time, data: toHex(input.fixed(length)) };
}

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
