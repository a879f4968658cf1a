import { KernelError } from "../../kernel/errno.ts";
import type { CsaRecord } from "./record.ts";
import { RECORD_TYPES } from "./sections.ts";

/**
 * Writes records as JSON, one on a line.
 *
 * @param records The records.
 * @returns The lines, each with its end.
 * @example
 * ```ts
 * import { type DaemonRecord, formatJsonLines, parseJsonLines } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * const record: DaemonRecord = { type: "daemon", kind: "nqs", time: 5, data: "ff" };
 * const text = '{"type":"daemon","kind":"nqs","time":5,"data":"ff"}\n';
 * assertEquals([formatJsonLines([record]), parseJsonLines(text)], [text, [record]]);
 * ```
 */
export function formatJsonLines(records: readonly CsaRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/**
 * Reads the lines of {@linkcode formatJsonLines}. It checks the type of each record, and not its fields.
 *
 * @param text The lines. Empty lines are skipped.
 * @returns The records.
 * @throws {KernelError} EINVAL with the line that is no record.
 */
export function parseJsonLines(text: string): CsaRecord[] {
  const records: CsaRecord[] = [];
  text.split("\n").forEach((line, i) => {
    if (line.trim() !== "") records.push(parseLine(line, i + 1));
  });
  return records;
}

function parseLine(line: string, number: number): CsaRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw refuse(number, "no JSON", cause);
  }
  const type = (value as { type?: unknown } | null)?.type;
  if (RECORD_TYPES.includes(type as string)) return value as CsaRecord;
  throw refuse(number, `of type ${String(type)}`);
}

function refuse(line: number, found: string, cause?: unknown): KernelError {
  return new KernelError("EINVAL", {
    action: "read accounting records",
    found: `line ${line} is ${found}`,
    wanted: `a record of type ${RECORD_TYPES.join(", ")} is wanted`,
    cause,
  });
}
