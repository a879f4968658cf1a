/**
 * Stand-in for `@std/testing/snapshot`: it reads and writes the same files.
 *
 * @module
 */

import { diffLines } from "./format.ts";
import { AssertionError } from "./assert.ts";

/** Compare with the file, or rewrite it. */
export type SnapshotMode = "assert" | "update";

/** Options for {@linkcode assertSnapshot}. */
export interface SnapshotOptions<T = unknown> {
  /** Where the file is, from the test's folder. `__snapshots__` by default. */
  dir?: string;
  /** `update` when the test's arguments hold `--update` or `-u`. */
  mode?: SnapshotMode;
  /** Said instead of the difference. */
  msg?: string;
  /** The snapshot's name; the test's by default. */
  name?: string;
  /** The file, from the test's folder. */
  path?: string;
  /** Writes the value as text. */
  serializer?: (actual: T) => string;
}

/** What one snapshot file holds, and what the tests made of it. */
interface SnapshotFile {
  url: URL;
  stored: Map<string, string>;
  /** The snapshots that were asked for, in that order, with their new text. */
  seen: Map<string, string>;
  counts: Map<string, number>;
  isRewritten: boolean;
}

const files: Map<string, Promise<SnapshotFile>> = new Map();

/** Claims that the value is as the snapshot has it. */
export async function assertSnapshot<T>(
  context: Deno.TestContext,
  actual: T,
  msgOrOptions: string | SnapshotOptions<T> = {},
): Promise<void> {
  const options = typeof msgOrOptions === "string" ? { msg: msgOrOptions } : msgOrOptions;
  const update = isUpdate(options.mode);
  const file = await openFile(fileUrl(context, options), update, options.msg);
  const testName = options.name ?? fullName(context);
  const count = (file.counts.get(testName) ?? 0) + 1;
  file.counts.set(testName, count);
  const name = `${testName} ${count}`;
  const text = (options.serializer ?? serialize)(actual);
  const stored = file.stored.get(name);
  file.seen.set(name, update ? text : stored ?? text);
  if (update) return rewriteAtEnd(file);
  if (stored === undefined) {
    throw new AssertionError(options.msg ?? `Missing snapshot: ${name}`);
  }
  if (text === stored) return;
  throw new AssertionError(
    options.msg ??
      `Snapshot does not match:\n${diffLines(text, stored)}\nTo update snapshots, run\n` +
        "    deno test --allow-read --allow-write [files]... -- --update\n",
  );
}

/** An {@linkcode assertSnapshot} with other options to begin with. */
export function createAssertSnapshot<T>(
  options: SnapshotOptions<T>,
  baseAssertSnapshot: typeof assertSnapshot = assertSnapshot,
): typeof assertSnapshot {
  return (context, actual, msgOrOptions = {}) => {
    const own = typeof msgOrOptions === "string" ? { msg: msgOrOptions } : msgOrOptions;
    return baseAssertSnapshot(context, actual, { ...options, ...own } as SnapshotOptions);
  };
}

/** Writes a value as text. */
export function serialize(actual: unknown): string {
  return Deno.inspect(actual, {
    breakLength: Infinity,
    compact: false,
    depth: Infinity,
    escapeSequences: false,
    iterableLimit: Infinity,
    sorted: true,
    strAbbreviateSize: Infinity,
    trailingComma: true,
  }).replaceAll("\r", "\\r");
}

function isUpdate(mode: SnapshotMode | undefined): boolean {
  if (mode) return mode === "update";
  return Deno.args.includes("--update") || Deno.args.includes("-u");
}

function fileUrl<T>(context: Deno.TestContext, options: SnapshotOptions<T>): URL {
  const base = context.origin.slice(context.origin.lastIndexOf("/") + 1);
  const path = options.path ?? `${options.dir ?? "__snapshots__"}/${decodeURIComponent(base)}.snap`;
  return new URL(encodeURI(path), context.origin);
}

function fullName(context: Deno.TestContext): string {
  return context.parent ? `${fullName(context.parent)} > ${context.name}` : context.name;
}

function openFile(url: URL, update: boolean, msg: string | undefined): Promise<SnapshotFile> {
  let file = files.get(url.href);
  if (!file) {
    file = readFile(url, update, msg);
    files.set(url.href, file);
  }
  return file;
}

async function readFile(
  url: URL,
  update: boolean,
  msg: string | undefined,
): Promise<SnapshotFile> {
  const stored = new Map<string, string>();
  try {
    await Deno.stat(url);
    const { snapshot } = await import(url.href);
    for (const [name, text] of Object.entries<string>(snapshot ?? {})) {
      stored.set(name, text.includes("\n") ? text.slice(1, -1) : text);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (!update) throw new AssertionError(msg ?? "Missing snapshot file.");
  }
  return { url, stored, seen: new Map(), counts: new Map(), isRewritten: false };
}

function rewriteAtEnd(file: SnapshotFile): void {
  if (file.isRewritten) return;
  file.isRewritten = true;
  globalThis.addEventListener("unload", () => {
    const parts = ["export const snapshot = {};\n"];
    for (const [name, text] of file.seen) {
      const written = escape(text.includes("\n") ? `\n${text}\n` : text);
      parts.push(`\nsnapshot[\`${escape(name)}\`] = \`${written}\`;\n`);
    }
    Deno.mkdirSync(new URL(".", file.url), { recursive: true });
    Deno.writeTextFileSync(file.url, parts.join(""));
    const changed = [...file.seen].filter(([name, text]) => file.stored.get(name) !== text).length;
    const removed = [...file.stored.keys()].filter((name) => !file.seen.has(name)).length;
    if (changed > 0) console.log(`\n > ${plural(changed)} updated.`);
    if (removed > 0) console.log(`\n > ${plural(removed)} removed.`);
  });
}

function plural(count: number): string {
  return `${count} ${count === 1 ? "snapshot" : "snapshots"}`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\`$]/g, "\\$&");
}
