import type { Kernel } from "../../kernel/kernel.ts";
import type { LogLevel } from "../../kernel/printk.ts";
import { Random } from "../../kernel/random.ts";
import { format, toJson } from "../engine/to_json.ts";

const MOST_EARLY_LINES = 100;
const MOST_LINE = 1000;

/** The log level of each method of the console. Other methods print nothing. */
const LEVELS: Readonly<Record<string, LogLevel>> = Object.freeze({
  log: "info",
  info: "info",
  dir: "info",
  debug: "debug",
  trace: "debug",
  warn: "warning",
  error: "err",
});

const SILENT = ["assert", "clear", "count", "countReset", "group", "groupCollapsed", "groupEnd"];
const SILENT_TOO = ["table", "time", "timeEnd", "timeLog"];

/**
 * The host as a module sees it. Time, randomness and console are those of the kernel into which the module was last
 * loaded.
 */
export class HostWorld {
  /** The kernel, or null while files are evaluated. */
  kernel: Kernel | null = null;
  /** The console lines from before there was a kernel. */
  readonly early: string[] = [];
  readonly #random: Random;

  /**
   * Makes a world without a kernel.
   *
   * @param seed The seed of randomness until there is a kernel.
   */
  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** Virtual milliseconds since boot. */
  now(): number {
    return (this.kernel?.clock.now ?? 0) / 1e6;
  }

  /** The next 32 random bits. */
  bits(): number {
    return (this.kernel?.random ?? this.#random).next();
  }

  /** Prints what a module said to its console. */
  print(level: LogLevel, values: readonly unknown[]): void {
    const text = values.map(show).join(" ").slice(0, MOST_LINE);
    if (this.kernel !== null) this.kernel.printk(text, level);
    else if (this.early.length < MOST_EARLY_LINES) this.early.push(text);
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return value;
  return value instanceof Error ? String(value) : format(toJson(value));
}

/** A console that prints to the kernel log. */
export function createConsole(world: HostWorld): Record<string, unknown> {
  const console: Record<string, unknown> = {};
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name] = (...values: unknown[]) => world.print(level, values);
  }
  for (const name of [...SILENT, ...SILENT_TOO]) console[name] = () => {};
  return console;
}

/** `performance`, as far as it tells the time. */
export function createPerformance(world: HostWorld): Record<string, unknown> {
  return { timeOrigin: 0, now: () => world.now() };
}

/** `crypto`, as far as it is random. Nothing about it is secret. */
export function createCrypto(world: HostWorld): Record<string, unknown> {
  const fill = <T extends ArrayBufferView>(view: T): T => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = world.bits();
    return view;
  };
  const randomUUID = () => {
    const bytes = fill(new Uint8Array(16));
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  return { getRandomValues: fill, randomUUID };
}

/** `Math.random()`. */
export function createRandom(world: HostWorld): () => number {
  return () => ((world.bits() >>> 5) * 0x4000000 + (world.bits() >>> 6)) / 0x20000000000000;
}

/** `Date`, whose present is the kernel's, counted from 1970. */
export function createDate(world: HostWorld, RealDate: DateConstructor): DateConstructor {
  function VirtualDate(...args: unknown[]): unknown {
    const present = Math.floor(world.now());
    if (new.target === undefined) return new RealDate(present).toString();
    const target = new.target as unknown === VirtualDate ? RealDate : new.target;
    return Reflect.construct(RealDate, args.length === 0 ? [present] : args, target);
  }
  Object.defineProperties(VirtualDate, {
    name: { value: "Date" },
    length: { value: 7 },
    prototype: { value: RealDate.prototype, writable: false },
    now: { value: () => Math.floor(world.now()) },
    parse: { value: RealDate.parse },
    UTC: { value: RealDate.UTC },
  });
  Object.defineProperty(RealDate.prototype, "constructor", { value: VirtualDate });
  return VirtualDate as unknown as DateConstructor;
}
