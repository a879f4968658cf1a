import { KernelError } from "../../kernel/errno.ts";

/**
 * A job id: 64 bits, the upper 32 the host id and the lower 32 the sequence id (B1), as hexadecimal text such as
 * `"0x1"` or `"0xa00000001"`.
 *
 * Text and not a bigint: it is what the job commands print and read, it goes through JSON and YAML unharmed, and it
 * compares and serves as a key as it is. It is always in lower case without leading zeros.
 */
export type Jid = `0x${string}`;

/** A job id as callers may give it: text, or a number where 53 bits are enough, or a bigint. */
export type JidArgument = Jid | string | number | bigint;

/**
 * The job id of no job (B1).
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { HID_DISABLED, JOB, job, NO_JOB } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job, { params: { hid: HID_DISABLED.toString(16) } });
 * assertEquals(kernel.symbols.get(JOB).create({ task: kernel.fork(kernel.init) }), NO_JOB);
 * ```
 */
export const NO_JOB: Jid = "0x0";

/** The host id with which no jobs are created (B2). */
export const HID_DISABLED = 0xffff_ffff;

/**
 * Puts a job id together.
 *
 * Origin: the two halves of a jid (B1).
 *
 * @param hid The host id, 32 bits.
 * @param sid The sequence id, 32 bits.
 * @returns The job id.
 * @example
 * ```ts
 * import { makeJid } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * assertEquals([makeJid(0, 1), makeJid(10, 1)], ["0x1", "0xa00000001"]);
 * ```
 */
export function makeJid(hid: number, sid: number): Jid {
  const low = sid.toString(16);
  return hid === 0 ? `0x${low}` : `0x${hid.toString(16)}${low.padStart(8, "0")}`;
}

/**
 * The host id in a job id.
 *
 * Origin: the two halves of a jid (B1).
 *
 * @param jid The job id.
 * @returns Its upper 32 bits.
 * @example
 * ```ts
 * import { hidOf } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * assertEquals([hidOf("0xa00000001"), hidOf("0x1")], [10, 0]);
 * ```
 */
export function hidOf(jid: Jid): number {
  return jid.length <= 10 ? 0 : parseInt(jid.slice(2, -8), 16);
}

/**
 * The sequence id in a job id.
 *
 * Origin: the two halves of a jid (B1).
 *
 * @param jid The job id.
 * @returns Its lower 32 bits.
 * @example
 * ```ts
 * import { sidOf } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * assertEquals(sidOf("0xa00000001"), 1);
 * ```
 */
export function sidOf(jid: Jid): number {
  return parseInt(jid.length <= 10 ? jid.slice(2) : jid.slice(-8), 16);
}

/**
 * Reads a job id in any form that callers may give it.
 *
 * Origin: the two halves of a jid (B1).
 *
 * @param value The job id.
 * @returns The same in its one normal form.
 * @throws {KernelError} EINVAL when it is none.
 * @example
 * ```ts
 * import { parseJid } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * assertEquals([parseJid("0x00A"), parseJid(10), parseJid(10n)], ["0xa", "0xa", "0xa"]);
 * ```
 */
export function parseJid(value: unknown): Jid {
  if (typeof value === "string" && /^0x[0-9a-f]{1,16}$/i.test(value)) {
    return `0x${value.slice(2).toLowerCase().replace(/^0+(?=.)/, "")}`;
  }
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
    return `0x${value.toString(16)}`;
  }
  if (typeof value === "bigint" && value >= 0n && value < 1n << 64n) {
    return `0x${value.toString(16)}`;
  }
  throw new KernelError("EINVAL", {
    action: "read the job id",
    name: String(value),
    found: `it is of type ${typeof value}`,
    wanted: "up to 16 hexadecimal digits after 0x are wanted",
  });
}

/**
 * Reads a host id from hexadecimal text, as the module parameter has it (B2).
 *
 * @param value The text, with or without 0x, or a number.
 * @returns 32 bits.
 * @throws {KernelError} EINVAL when it is none.
 * @example
 * ```ts
 * import { parseHid } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * assertEquals([parseHid("2a"), parseHid("0xFF")], [42, 255]);
 * ```
 */
export function parseHid(value: unknown): number {
  if (typeof value === "string" && /^(0x)?[0-9a-f]{1,8}$/i.test(value)) return parseInt(value, 16);
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= HID_DISABLED) {
    return value;
  }
  throw new KernelError("EINVAL", {
    action: "read the host id",
    name: String(value),
    found: `it is of type ${typeof value}`,
    wanted: "up to 8 hexadecimal digits are wanted",
  });
}
