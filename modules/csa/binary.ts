import { readFields, writeFields } from "./field_table.ts";
import { broken, FieldReader, FieldWriter } from "./fields.ts";
import type { CsaRecord, ProcessRecord } from "./record.ts";
import {
  DAEMON_SIZE_MAX,
  IO,
  MEMORY,
  PROCESS,
  PROCESS_FLAGS,
  type ProcessFlag,
  type Section,
  SECTIONS,
  type SingleRecord,
} from "./sections.ts";

/*
 * The binary layout (B36). A section begins with a header of 8 bytes: 17 bits of magic and 15 of revision, type, flags,
 * size. The two orders of bytes have magic numbers that differ in one bit. The record of a task is a chain of one to
 * three sections. Its base section has a second header with the inverse magic, the types in the chain as a mask, and
 * the size of the chain. `sections.ts` says what follows the headers.
 */

/** The order of bytes in the binary layout. */
export type Endian = "big" | "little";

/** The magic number of records with the high byte first. */
export const MAGIC_BIG = 0o030510;
/** The magic number of records with the low byte first. */
export const MAGIC_LITTLE = 0o030512;
/** The revision of the layout. */
export const REVISION = 0o2400;

const TYPE_CSA = 0o1;
const TYPE_MEM = 0o2;
const TYPE_IO = 0o4;
const FLAG_MORE = 0x20;
const HEADER_SIZE = 8;
const CHAIN_SIZE_MAX = 512;

/**
 * Puts a record into its binary layout (B36 to B41).
 *
 * @param record The record.
 * @param endian The order of bytes; high byte first by default.
 * @returns The bytes.
 * @throws {KernelError} EINVAL when a figure does not fit.
 * @example
 * ```ts
 * import { type DaemonRecord, decodeRecords, encodeRecord } from "@pnotify/pnotify/modules/csa";
 * import { MAGIC_BIG, MAGIC_LITTLE, REVISION } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * const record: DaemonRecord = { type: "daemon", kind: "nqs", time: 5, data: "ff" };
 * const bytes = encodeRecord(record, "little");
 * assertEquals(decodeRecords(bytes), [record]);
 * assertEquals(new DataView(bytes.buffer).getUint32(0, true) >>> 15, MAGIC_LITTLE);
 * const word = new DataView(encodeRecord(record).buffer).getUint32(0);
 * assertEquals([word >>> 15, word & 0x7fff], [MAGIC_BIG, REVISION]);
 * ```
 */
export function encodeRecord(record: CsaRecord, endian: Endian = "big"): Uint8Array {
  const out = new FieldWriter(CHAIN_SIZE_MAX + DAEMON_SIZE_MAX, endian === "little");
  if (record.type === "process") writeProcess(out, record);
  else writeSingle(out, record);
  return out.bytes.slice();
}

/**
 * Reads records from their binary layout (B36 to B41). Each may have an order of bytes of its own.
 *
 * @param bytes Whole records, one after the other.
 * @returns The records.
 * @throws {KernelError} EINVAL that names the byte where the layout is broken.
 */
export function decodeRecords(bytes: Uint8Array): CsaRecord[] {
  const records: CsaRecord[] = [];
  const input = new FieldReader(bytes, 0);
  while (input.offset < bytes.length) records.push(readRecord(input));
  return records;
}

// Headers.

function magicWord(little: boolean, inverse: boolean): number {
  const magic = little ? MAGIC_LITTLE : MAGIC_BIG;
  return (((inverse ? ~magic & 0x1ffff : magic) << 15) | REVISION) >>> 0;
}

/** Writes a section, and then its size into its header. */
function writeSection(out: FieldWriter, type: number, flags: number, writeBody: () => void): void {
  const begin = out.offset;
  writeHeader(out, type, flags, false);
  writeBody();
  patchSize(out, begin, out.offset - begin);
}

function writeHeader(out: FieldWriter, type: number, flags: number, inverse: boolean): void {
  out.u32(magicWord(out.little, inverse));
  out.u8(type);
  out.u8(flags);
  out.u16(0);
}

function patchSize(out: FieldWriter, header: number, size: number): void {
  const end = out.offset;
  out.offset = header + 6;
  out.u16(size);
  out.offset = end;
}

interface Header {
  readonly begin: number;
  readonly type: number;
  readonly flags: number;
  readonly size: number;
}

/** Reads the header of a section, whose magic tells the order of its bytes. */
function readHeader(input: FieldReader): Header {
  const begin = input.offset;
  input.little = false;
  const word = input.u32();
  if (word !== magicWord(false, false)) {
    input.offset = begin;
    input.little = true;
    if (input.u32() !== magicWord(true, false)) {
      const magic = `magic and revision ${word.toString(8)} octal`;
      throw broken(begin, magic, "030510 or 030512, and revision 02400, are wanted");
    }
  }
  return readRestOfHeader(input, begin);
}

/** Reads the second header of a base section. */
function readChainHeader(input: FieldReader): Header {
  const begin = input.offset;
  const word = input.u32();
  if (word === magicWord(input.little, true)) return readRestOfHeader(input, begin);
  throw broken(begin, `${word.toString(8)} octal`, "the inverse magic is wanted");
}

function readRestOfHeader(input: FieldReader, begin: number): Header {
  return { begin, type: input.u8(), flags: input.u8(), size: input.u16() };
}

/** Checks that a section ended where its header said. */
function checkEnd(input: FieldReader, begin: number, size: number): void {
  if (input.offset - begin === size) return;
  throw broken(begin, `a size of ${size}`, `${input.offset - begin} is wanted`);
}

// Records of tasks.

function writeProcess(out: FieldWriter, record: ProcessRecord): void {
  const { memory, io } = record;
  const chain = TYPE_CSA | (memory === null ? 0 : TYPE_MEM) | (io === null ? 0 : TYPE_IO);
  const flags = flagsOf(record) | (chain === TYPE_CSA ? 0 : FLAG_MORE);
  writeSection(out, TYPE_CSA, flags, () => {
    writeHeader(out, chain, 0, true);
    writeFields(out, PROCESS, record);
  });
  const more = memory !== null && io !== null ? FLAG_MORE : 0;
  if (memory !== null) writeSection(out, TYPE_MEM, more, () => writeFields(out, MEMORY, memory));
  if (io !== null) writeSection(out, TYPE_IO, 0, () => writeFields(out, IO, io));
  patchSize(out, HEADER_SIZE, out.offset);
}

const FLAG_NAMES = Object.keys(PROCESS_FLAGS) as readonly ProcessFlag[];

function flagsOf(record: ProcessRecord): number {
  let flags = 0;
  for (const name of FLAG_NAMES) if (record[name]) flags |= PROCESS_FLAGS[name];
  return flags;
}

function readFlags(flags: number): Record<ProcessFlag, boolean> {
  const isSet = FLAG_NAMES.map((name) => [name, (flags & PROCESS_FLAGS[name]) !== 0]);
  return Object.fromEntries(isSet);
}

function readProcess(input: FieldReader, header: Header): ProcessRecord {
  const chain = readChainHeader(input);
  const base = readFields(input, PROCESS);
  checkEnd(input, header.begin, header.size);
  const memory = chain.type & TYPE_MEM
    ? readPart(input, TYPE_MEM, () => readFields(input, MEMORY))
    : null;
  const io = chain.type & TYPE_IO ? readPart(input, TYPE_IO, () => readFields(input, IO)) : null;
  checkEnd(input, header.begin, chain.size);
  return { ...base, ...readFlags(header.flags), memory, io };
}

function readPart<Part>(input: FieldReader, type: number, readBody: () => Part): Part {
  const header = readHeader(input);
  if (header.type !== type) {
    throw broken(header.begin, `type ${header.type}`, `type ${type} is wanted in this chain`);
  }
  const part = readBody();
  checkEnd(input, header.begin, header.size);
  return part;
}

// Records that are one section.

function writeSingle(out: FieldWriter, record: SingleRecord): void {
  const section: Section<SingleRecord> = SECTIONS[record.type];
  writeSection(out, section.code, 0, () => section.write(out, record));
}

function readRecord(input: FieldReader): CsaRecord {
  const header = readHeader(input);
  if (header.type === TYPE_CSA) return readProcess(input, header);
  const record = sectionOf(header).read(input);
  checkEnd(input, header.begin, header.size);
  return record;
}

function sectionOf({ begin, type }: Header): Section<SingleRecord> {
  const section = Object.values(SECTIONS).find(({ code }) => code === type);
  if (section !== undefined) return section;
  const codes = Object.values(SECTIONS).map(({ code }) => code.toString(8));
  const types = `${[TYPE_CSA, ...codes.slice(0, -1)].join(", ")} or ${codes.at(-1)}`;
  throw broken(
    begin,
    `type ${type.toString(8)} octal`,
    `${types} is wanted at the beginning of a record`,
  );
}
