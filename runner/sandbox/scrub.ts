import { hardenIntrinsics } from "./harden.ts";
import {
  createConsole,
  createCrypto,
  createDate,
  createPerformance,
  createRandom,
  type HostWorld,
} from "./world.ts";

/** The globals of the language that stay. None of them blocks, or depends on memory, time or place. */
const KEPT: readonly string[] = (
  "Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Promise RegExp " +
  "Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError " +
  "globalThis JSON Math ArrayBuffer DataView Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array " +
  "BigUint64Array BigInt64Array Uint8ClampedArray Float16Array Float32Array Float64Array Map BigInt Set Iterator " +
  "WeakMap WeakSet Proxy Reflect decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape " +
  "isFinite isNaN DisposableStack AsyncDisposableStack"
).split(" ");

/** The globals of the host that get a replacement. */
const REPLACED: readonly string[] = ["console", "performance", "crypto", "Date", "structuredClone"];

/**
 * Takes the host away from the global object, for good. Globals that do not belong to the language are deleted. Time,
 * randomness and console become those of the kernel. Everything that stays is frozen.
 *
 * @param world The replacement of the host.
 * @param extra Further properties for the global object. They are hidden and frozen.
 * @param folders The folders of modules, each with a slash at its end. Stacks name files from there.
 * @throws {Error} When a global of the host is still there. User code must not be loaded then.
 */
export function scrubGlobals(
  world: HostWorld,
  extra: Readonly<Record<string, unknown>>,
  folders: readonly string[] = [],
): void {
  const global = globalThis as unknown as Record<string | symbol, unknown>;
  const clone = structuredClone;
  const replacements: Record<string, unknown> = {
    console: createConsole(world),
    performance: createPerformance(world),
    crypto: createCrypto(world),
    Date: createDate(world, Date),
    structuredClone: (value: unknown) => {
      try {
        return clone(value);
      } catch {
        throw new TypeError("Cannot clone the value");
      }
    },
  };
  Math.random = createRandom(world);
  setUpStacks(folders);
  // Twice, since reading a global may define another.
  for (let pass = 0; pass < 2; pass++) {
    for (const key of Reflect.ownKeys(global)) if (!isKept(key)) remove(global, key);
  }
  Object.setPrototypeOf(global, Object.prototype);
  // The runtime reports unhandled rejections here. A rejection without an answer would end the worker.
  const dispatchEvent = (event: Event) => {
    event.preventDefault?.();
    return false;
  };
  const hidden = { ...extra, dispatchEvent };
  for (const [name, value] of Object.entries(replacements)) {
    Object.defineProperty(global, name, { value, writable: true, configurable: true });
  }
  hardenIntrinsics([...KEPT, ...REPLACED].map((name) => global[name]));
  lockGlobals(global, hidden);
  checkScrubbed(global, Object.keys(hidden));
}

function isKept(key: string | symbol): boolean {
  return typeof key === "string" && KEPT.includes(key);
}

function remove(global: Record<string | symbol, unknown>, key: string | symbol): void {
  // The getter of some globals defines them at first use. A plain value replaces it before.
  Reflect.defineProperty(global, key, { value: undefined, writable: true, configurable: true });
  Reflect.deleteProperty(global, key);
}

function lockGlobals(
  global: Record<string | symbol, unknown>,
  hidden: Readonly<Record<string, unknown>>,
): void {
  for (const key of Reflect.ownKeys(global)) {
    Reflect.defineProperty(global, key, { writable: false, configurable: false });
  }
  for (const [name, value] of Object.entries(hidden)) {
    const descriptor = { value, writable: false, configurable: false, enumerable: false };
    Reflect.defineProperty(global, name, descriptor);
  }
}

/** Checks the result: code from strings must be off, and no unknown global may be left. */
function checkScrubbed(
  global: Record<string | symbol, unknown>,
  hidden: readonly string[],
): void {
  const allowed = new Set<string | symbol>([...KEPT, ...REPLACED, ...hidden]);
  const strangers = Reflect.ownKeys(global).filter((key) => !allowed.has(key));
  if (strangers.length > 0) {
    throw new Error(
      `Cannot take the host away: ${strangers.map(String).join(", ")} is still there`,
    );
  }
  const makers = [function () {}, function* () {}, async function () {}, async function* () {}];
  for (const maker of makers) {
    const { constructor } = Object.getPrototypeOf(maker);
    let made = true;
    try {
      constructor("");
    } catch {
      made = false;
    }
    if (made) throw new Error("Cannot take the host away: code can be made from strings");
  }
}

/** A place in a stack, as the engine gives it. */
interface CallSite {
  getScriptNameOrSourceURL(): string | null;
  getFunctionName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/**
 * Makes stack traces name the files of modules only. These names say nothing of the host and are the same everywhere,
 * while the names of library files differ between source and bundle. User code cannot replace this function, and so never
 * gets the call sites.
 */
function setUpStacks(folders: readonly string[]): void {
  const prepareStackTrace = (error: unknown, sites: readonly CallSite[]) => {
    let text: string;
    try {
      text = String(error);
    } catch {
      text = "Error";
    }
    for (const site of sites) {
      const place = describePlace(site.getScriptNameOrSourceURL() ?? "", folders);
      if (place === null) continue;
      const where = `${place}:${site.getLineNumber()}:${site.getColumnNumber()}`;
      const name = site.getFunctionName();
      text += name ? `\n    at ${name} (${where})` : `\n    at ${where}`;
    }
    return text;
  };
  Object.defineProperty(Error, "prepareStackTrace", { value: prepareStackTrace });
}

function describePlace(script: string, folders: readonly string[]): string | null {
  if (script === "" || /^(?:ext|node|file|data|npm|https?):/.test(script)) return null;
  const file = decodeURI(script);
  const folder = folders.find((root) => file.startsWith(root)) ?? "";
  return file.slice(folder.length);
}
