import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Diagnostic } from "./diagnostic.ts";
import type { MapEntry, MapNode, Node, ScalarNode } from "./node.ts";
import type { Source } from "./source.ts";

/** A document of a file, or null when it is empty or cannot be read. */
export type DocumentNode = Node | null;

/** A part as the YAML reader gives it: `[begin, end of the value, end with what follows]`. */
interface Ranged {
  readonly range?: readonly [number, number, number] | null;
}

interface SyntaxFault {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** The title and label for a fault that the YAML reader reports. */
const FAULTS: Readonly<Record<string, readonly [string, string]>> = {
  ALIAS_PROPS: ["Wrong alias", "an alias can have no anchor or tag"],
  BAD_ALIAS: ["Wrong alias", "there is no anchor of this name"],
  BAD_COLLECTION_TYPE: ["Wrong tag", "it does not fit what follows"],
  BAD_DIRECTIVE: ["Wrong directive", "only %YAML and %TAG are known"],
  BAD_DQ_ESCAPE: ["Wrong escape in a text", "this escape is not known"],
  BAD_INDENT: ["Wrong indentation", "this line does not line up with those above it"],
  BAD_PROP_ORDER: ["Wrong order", "anchors and tags come before what they are for"],
  BAD_SCALAR_START: ["Wrong start of a text", "a text that begins so needs quotes"],
  BLOCK_AS_IMPLICIT_KEY: ["Wrong indentation", "this line does not line up with those above it"],
  BLOCK_IN_FLOW: ["Wrong nesting", "an indented list or map cannot stand in braces or brackets"],
  DUPLICATE_KEY: ["Key given twice", "this key is there already"],
  KEY_OVER_1024_CHARS: ["Key too long", "at most 1024 characters are allowed"],
  MULTILINE_IMPLICIT_KEY: ["Key over several lines", "a colon may be missing in the line above"],
  MULTIPLE_ANCHORS: ["Several anchors", "at most one is allowed"],
  MULTIPLE_TAGS: ["Several tags", "at most one is allowed"],
  NON_STRING_KEY: ["Wrong key", "a text is wanted"],
  RESOURCE_EXHAUSTION: ["Too deep a nesting", "lists and maps are nested too deeply to be read"],
  TAB_AS_INDENT: ["Tab in the indentation", "spaces are wanted"],
  TAG_RESOLVE_FAILED: ["Unknown tag", "no tags are used in scenarios"],
  UNEXPECTED_TOKEN: ["Something that does not belong here", "this was not expected"],
};

/**
 * Reads the documents of a file. JSON is YAML too.
 *
 * @param source The file.
 * @param report Called with each mistake.
 * @returns The documents, without empty ones.
 */
export function readDocuments(
  source: Source,
  report: (diagnostic: Diagnostic) => void,
): DocumentNode[] {
  // The depth that the reader can handle depends on the machine. A mistake must not depend on it.
  const deep = findDepth(source.text);
  if (deep === null) return readEach(source, report);
  const at = source.position(deep);
  const [title, label] = FAULTS.RESOURCE_EXHAUSTION;
  report({ file: source.file, title, at, label, related: [], notes: [] });
  return [null];
}

/** How deep lists and maps may nest. No scenario needs more. */
const MOST_DEPTH = 100;

/** The offset where lists and maps nest too deeply, or null. Brackets, dashes and indentation show the depth. */
function findDepth(text: string): number | null {
  const dashes = new RegExp(`(?:[-?] +){${MOST_DEPTH}}`).exec(text);
  const indent = new RegExp(`^ {${MOST_DEPTH * 4}}`, "m").exec(text);
  if (dashes !== null || indent !== null) return (dashes ?? indent)!.index;
  let depth = 0;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quote !== "") {
      if (character === quote || character === "\n") quote = "";
    } else if (/["']/.test(character) && /[\s,[{:]/.test(text[i - 1] ?? " ")) quote = character;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
    if (depth > MOST_DEPTH) return i;
  }
  return null;
}

function readEach(source: Source, report: (diagnostic: Diagnostic) => void): DocumentNode[] {
  const parsed = withoutEnvironment(() =>
    parseAllDocuments(source.text, {
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      version: "1.2",
      schema: "core",
      merge: false,
      stringKeys: false,
      logLevel: "silent",
    })
  );
  const documents: DocumentNode[] = [];
  for (const document of parsed) {
    const fault = document.errors[0] ?? document.warnings[0];
    if (fault !== undefined) {
      report(describeFault(source, fault as unknown as SyntaxFault));
      documents.push(null);
    } else if (document.contents !== null) {
      let isRefused = false;
      const reader = new Reader(source, (diagnostic) => {
        isRefused = true;
        report(diagnostic);
      });
      const node = reader.read(document.contents);
      documents.push(isRefused ? null : node);
    }
  }
  return documents;
}

/**
 * Runs the YAML reader without an environment. It reads the environment at every token, which fails without the
 * permission.
 */
function withoutEnvironment<T>(run: () => T): T {
  const { process } = globalThis as { process?: { env: unknown } };
  if (process === undefined) return run();
  const { env } = process;
  process.env = {};
  try {
    return run();
  } finally {
    process.env = env;
  }
}

function describeFault(source: Source, fault: SyntaxFault): Diagnostic {
  const [title, label] = wordFault(fault);
  const notes = hintsFor(source, fault);
  let [start] = fault.pos;
  // A mark at the end of the text goes behind the last word.
  if (source.text.slice(start).trim() === "") {
    start = Math.max(0, source.text.trimEnd().length - 1);
  }
  const word = /^[\w.-]+/.exec(source.text.slice(start))?.[0].length ?? 1;
  const end = Math.max(start + word, fault.code === "TAG_RESOLVE_FAILED" ? fault.pos[1] : 0);
  const at = source.position(start, end);
  return { file: source.file, title, at, label, related: [], notes };
}

/** Hints for braces behind a plain word. They look natural, but YAML has no such form. */
function hintsFor(source: Source, { pos: [start] }: SyntaxFault): string[] {
  const call = /\bcall:\s*([\w.]+)\s*[{[]/.exec(source.line(source.position(start).line));
  return call === null ? [] : [`a call is written call: { ${call[1]}: { ... } }`];
}

function wordFault({ code, message }: SyntaxFault): readonly [string, string] {
  if (code === "MISSING_CHAR") return ["Something is missing", missing(message)];
  if (code === "BAD_INDENT" && /^Flow/.test(message)) {
    return ["Unclosed brace or bracket", "the list or map above this line is not closed"];
  }
  if (code === "BLOCK_AS_IMPLICIT_KEY" && /^Nested mappings/.test(message)) {
    return ["Wrong nesting", "a text with a colon in it needs quotes"];
  }
  return FAULTS[code] ?? ["Wrong YAML", "this cannot be read"];
}

function missing(message: string): string {
  if (/closing.*"quote|closing ["']/.test(message)) return "a closing quote is wanted";
  if (message.includes("}")) return "a closing brace } is wanted";
  if (message.includes("]")) return "a closing bracket ] is wanted";
  if (message.includes(",")) return "a comma between items is wanted";
  if (message.includes(":")) return "a colon behind the key is wanted";
  return "something is wanted before this";
}

/** Makes parts with places of the nodes of the YAML reader. */
class Reader {
  readonly #source: Source;
  readonly #report: (diagnostic: Diagnostic) => void;

  constructor(source: Source, report: (diagnostic: Diagnostic) => void) {
    this.#source = source;
    this.#report = report;
  }

  read(node: unknown): Node {
    const [start, end] = this.#span(node);
    if (isAlias(node)) {
      this.#refuse(start, end, "Alias in a scenario", "write out what it stands for");
      return { kind: "scalar", value: null, start, end };
    }
    const tag = (node as { tag?: string } | null)?.tag;
    if (tag !== undefined && !tag.startsWith("tag:yaml.org,2002:")) {
      this.#refuse(start, end, "Tag in a scenario", "no tags are used here");
    }
    if (isMap(node)) {
      const entries = node.items.map((pair) => this.#entry(pair.key, pair.value));
      return { kind: "map", entries, start, end };
    }
    if (isSeq(node)) {
      return { kind: "list", items: node.items.map((item) => this.read(item)), start, end };
    }
    return this.#scalar(node, start, end);
  }

  #scalar(node: unknown, start: number, end: number): ScalarNode {
    const value = isScalar(node) ? node.value : null;
    const isPlain = value === null || ["string", "number", "boolean"].includes(typeof value);
    const plain = (isPlain ? value : String(value)) as string;
    const written = isScalar(node) ? node.source : undefined;
    // An id such as 0x1 is a text. Only a shape for numbers makes a number of it.
    const isHex = typeof value === "number" && written !== undefined && /^0x/i.test(written);
    return { kind: "scalar", value: plain, ...(isHex ? { written } : {}), start, end };
  }

  #entry(key: unknown, value: unknown): MapEntry {
    const [start, end] = this.#span(key);
    const isText = isScalar(key) && typeof key.value !== "object";
    if (!isText) this.#refuse(start, end, "Wrong key", "a text is wanted");
    // The number of a job is written as 0x1, and stays so.
    const isHex = isText && /^0x/i.test(key.source ?? "");
    const text = isText ? String(isHex ? key.source : key.value) : "?";
    const keyAt: ScalarNode = { kind: "scalar", value: text, start, end };
    if (value === null || value === undefined) {
      return { key: text, keyAt, value: { kind: "scalar", value: null, start: end, end: end + 1 } };
    }
    return { key: text, keyAt, value: this.read(value) };
  }

  #span(node: unknown): [number, number] {
    const range = (node as Ranged | null)?.range;
    if (range === undefined || range === null) return [0, 1];
    let end = range[1];
    // An indented list or map ends with the line break behind it.
    while (end > range[0] + 1 && /\s/.test(this.#source.text[end - 1])) end--;
    return [range[0], end];
  }

  #refuse(start: number, end: number, title: string, label: string): void {
    const at = this.#source.position(start, end);
    this.#report({ file: this.#source.file, title, at, label, related: [], notes: [] });
  }
}

/** An empty map, for a document that cannot be read. */
export const EMPTY_MAP: MapNode = Object.freeze({ kind: "map", entries: [], start: 0, end: 1 });
