import type { Key, TaskKeys } from "./key.ts";
import type { KeyRow, KeyTree, TaskKeyrings } from "./keyrings.ts";

/** A key without its secret. */
export function rowOf(key: Key): KeyRow {
  const { serial, type, description, uid, usage, revoked } = key;
  const links = key.links.map((link) => link.serial);
  return { serial, type, description, uid, usage, revoked, links };
}

/** A key with its contents. A keyring that is already in the tree is listed without contents. */
function treeOf(key: Key, seen: Set<Key> = new Set()): KeyTree {
  const links = seen.has(key) ? [] : key.links;
  seen.add(key);
  return { ...rowOf(key), keys: links.map((link) => treeOf(link, seen)) };
}

/** A task's keyrings with their contents. */
export function keyringsOf({ thread, shared }: TaskKeys): TaskKeyrings {
  const { process, session } = shared;
  return {
    thread: thread && treeOf(thread),
    process: process && treeOf(process),
    session: session && treeOf(session),
  };
}

/** A task's keyrings as a drawing. */
export function drawKeyrings(keyrings: TaskKeyrings): string {
  const lines: string[] = [];
  for (const name of ["thread", "process", "session"] as const) {
    const keyring = keyrings[name];
    lines.push(`${name}: ${keyring === null ? "-" : nameOf(keyring)}`);
    if (keyring !== null) drawLinks(keyring, "", lines);
  }
  return lines.join("\n");
}

function drawLinks(tree: KeyTree, indent: string, lines: string[]): void {
  tree.keys.forEach((key, i) => {
    const last = i === tree.keys.length - 1;
    lines.push(`${indent}${last ? "`- " : "|- "}${nameOf(key)}`);
    drawLinks(key, `${indent}${last ? "   " : "|  "}`, lines);
  });
}

function nameOf({ serial, type, description, uid, revoked }: KeyRow): string {
  const what = type === "keyring" ? "keyring" : "key";
  return `${what} ${serial} ${description}, uid ${uid}${revoked ? ", revoked" : ""}`;
}
