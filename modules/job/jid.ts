import { KernelError } from "../../kernel/errno.ts";

/**
 * A job id of 64 bits: the upper 32 are the host id, the lower 32 the sequence id (B1). It is hexadecimal text in lower
 * case without leading zeros. JSON and YAML keep text exactly, `===` compares it, and it can be a key.
 */
export type Jid = `0x${string}`;

/** A job id as callers may give it: text, a number of up to 53 bits, or a bigint. */
export type JidArgument = Jid | string | number | bigint;

/** The job id of no job (B1). */
export const NO_JOB: Jid = "0x0";

/** The host id that disables the creation of jobs (B2). */
export const HID_DISABLED = 0xffff_ffff;

/**
 * Puts a job id together.
 *
 * @param hid The host id, 32 bits.
 * @param sid The sequence id, 32 bits.
 * @returns The job id.
 */
export function makeJid(hid: number, sid: number): Jid {
  const low = sid.toString(16);
  return hid === 0 ? `0x${low}` : `0x${hid.toString(16)}${low.padStart(8, "0")}`;
}

/**
 * The host id in a job id.
 *
 * @param jid The job id.
 * @returns Its upper 32 bits.
 */
export function hidOf(jid: Jid): number {
  return jid.length <= 10 ? 0 : parseInt(jid.slice(2, -8), 16);
}

/**
 * The sequence id in a job id.
 *
 * @param jid The job id.
 * @returns Its lower 32 bits.
 */
export function sidOf(jid: Jid): number {
  return parseInt(jid.length <= 10 ? jid.slice(2) : jid.slice(-8), 16);
}

/**
 * Reads a job id in any form that callers may give it.
 *
 * @param value The job id.
 * @returns The job id as text.
 * @throws {KernelError} EINVAL when the value is no job id.
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
 * Reads a host id (B2).
 *
 * @param value Hexadecimal text, with or without 0x, or a number.
 * @returns 32 bits.
 * @throws {KernelError} EINVAL when the value is no host id.
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
