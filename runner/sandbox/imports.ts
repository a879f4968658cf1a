import { init, parse } from "es-module-lexer";
import type { Source } from "../scenario/source.ts";
import { type RefusalWords, refuseAt, Refused } from "./refusal.ts";

/** An import or re-export of a module. Nothing in it is left to interpret. */
export interface ImportStatement {
  /** Where it begins in the text. */
  readonly start: number;
  /** The offset behind its end. */
  readonly end: number;
  /** Its specifier, as written. */
  readonly specifier: string;
  /** `import` or `export`. */
  readonly keyword: string;
  /** The text before `from`, in canonical form. Empty for an import without bindings. */
  readonly clause: string;
  /** The names that it imports. */
  readonly names: readonly string[];
  /** Where its specifier begins, without the quote. */
  readonly specifierStart: number;
}

/** The text of a module. A refusal names the file from which the text came. */
export interface ModuleText {
  /** The file, for messages. */
  readonly source: Source;
  /** Its JavaScript. */
  readonly text: string;
}

const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*`;
const BINDING = new RegExp(`^(${NAME})(?:\\s+as\\s+(${NAME}))?$`, "u");
const CLAUSE = new RegExp(
  `^(?:(?<first>${NAME})\\s*)?(?<comma>,)?\\s*` +
    `(?:(?<star>\\*)(?:\\s*as\\s+(?<space>${NAME}))?|\\{(?<list>[^{}]*)\\})?$`,
  "u",
);

/**
 * Finds the imports of a module. It refuses code that would load a module at run time.
 *
 * @param module The module.
 * @returns Its static imports, in order.
 * @throws {Refused} For a dynamic import, `import.meta`, an import attribute or phase, or a text that is no module.
 */
export async function readImports(module: ModuleText): Promise<ImportStatement[]> {
  await init;
  refuseSeparators(module);
  const statements: ImportStatement[] = [];
  for (const record of lex(module)) {
    // The lexer decodes specifiers with eval, which is switched off. Only slices of the text are used here.
    const { ss: start, se: end, s: from, e: to, d: dynamic, a: attributes } = record;
    if (dynamic >= 0) refuse(module, start, to, DYNAMIC);
    if (dynamic === -2) refuse(module, start, end, META);
    const specifier = module.text.slice(from, to);
    if (attributes >= 0) refuse(module, attributes, end, ATTRIBUTES);
    if (specifier.includes("\\")) refuse(module, from, to, ESCAPE);
    const head = withoutComments(module.text.slice(start, from - 1));
    const statement = parseHead(head);
    if (statement === null) refuse(module, start, end, FORM);
    statements.push({ ...statement, start, end, specifier, specifierStart: from });
  }
  return statements;
}

/** Spaces behind a text for each import or export that it may hold. */
const ROOM_PER_RECORD = 32;

/**
 * Adds spaces to a text of many imports and exports. The lexer takes memory by the length of the text, which is too
 * little for such a text. It then fails, for this text and for all that follow.
 */
function withRoom(text: string): string {
  const records = text.match(/import|export|[,;}]/g)?.length ?? 0;
  return text + " ".repeat(records * ROOM_PER_RECORD);
}

function lex({ source, text }: ModuleText): ReturnType<typeof parse>[0] {
  try {
    return parse(withRoom(text))[0];
  } catch (error) {
    const offset = (error as { idx?: number }).idx ?? 0;
    const place = { source, text };
    return refuse(place, offset, offset + 1, {
      rule: "syntax",
      title: `Cannot read "${source.file}": it is no module`,
      label: "this does not parse",
    });
  }
}

/** Refuses separators that end a comment for the engine and not for the lexer. Honest text has them only in escapes. */
function refuseSeparators(module: ModuleText): void {
  const offset = module.text.search(/[\u2028\u2029]/);
  if (offset < 0) return;
  refuse(module, offset, offset + 1, {
    rule: "syntax",
    title: `Cannot read "${module.source.file}": it holds a line separator (U+2028 or U+2029)`,
    label: 'write it as an escape: "\\u2028"',
  });
}

/** Takes comments out and leaves single spaces. No pattern then has two ways to match a long run of spaces. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n\r]*/g, " ").replace(/\s+/g, " ").trim();
}

/** Reads `import a, { b as c } from` into parts; null for anything that is not exactly of that form. */
function parseHead(head: string): Pick<ImportStatement, "keyword" | "clause" | "names"> | null {
  const parts = /^(import|export)(?![\p{ID_Continue}$\\])([\s\S]*)$/u.exec(head);
  if (parts === null) return null;
  const [, keyword, clause] = parts;
  if (clause.trim() === "") return keyword === "import" ? { keyword, clause: "", names: [] } : null;
  const body = /^([\s\S]*?[\s*}])from$/u.exec(clause)?.[1];
  return body === undefined ? null : parseClause(keyword, body.trim());
}

function parseClause(
  keyword: string,
  body: string,
): Pick<ImportStatement, "keyword" | "clause" | "names"> | null {
  const groups = CLAUSE.exec(body)?.groups;
  if (groups === undefined) return null;
  const { first, comma, star, space, list } = groups;
  const hasSecond = star !== undefined || list !== undefined;
  if ((comma !== undefined) !== (first !== undefined && hasSecond)) return null;
  if (keyword === "export" && first !== undefined) return null;
  if (keyword === "import" && star !== undefined && space === undefined) return null;
  const names = first === undefined ? [] : ["default"];
  const clause = first === undefined ? [] : [first];
  if (star !== undefined) clause.push(space === undefined ? "*" : `* as ${space}`);
  if (list !== undefined) {
    const bindings = parseBindings(list);
    if (bindings === null) return null;
    for (const { name } of bindings) names.push(name);
    clause.push(`{ ${bindings.map(({ text }) => text).join(", ")} }`);
  }
  return { keyword, clause: clause.join(", "), names };
}

function parseBindings(list: string): { name: string; text: string }[] | null {
  const bindings: { name: string; text: string }[] = [];
  for (const part of list.split(",")) {
    if (part.trim() === "") continue;
    const [, name, alias] = BINDING.exec(part.trim()) ?? [];
    if (name === undefined) return null;
    bindings.push({ name, text: alias === undefined ? name : `${name} as ${alias}` });
  }
  return bindings;
}

/**
 * Puts a module together again with new URLs for its imports. Only these imports load a module in the result, even if
 * the lexer was misled: the first letter of any other `import`, and of any other `from` before a quote, becomes an
 * escape. The escape means the same in a string, a regular expression or a property name. In a keyword it is a syntax
 * error.
 *
 * @param text The JavaScript.
 * @param statements Its imports.
 * @param urls The URL for each of them.
 * @param name The name of the module in stack traces.
 * @returns The JavaScript of the module.
 */
export function rewriteModule(
  text: string,
  statements: readonly ImportStatement[],
  urls: readonly string[],
  name: string,
): string {
  let result = "";
  let end = 0;
  statements.forEach((statement, i) => {
    const written = text.slice(statement.start, statement.end);
    const lines = "\n".repeat(written.split("\n").length - 1);
    const { keyword, clause } = statement;
    const canonical = clause === ""
      ? `${keyword} "${urls[i]}";`
      : `${keyword} ${clause} from "${urls[i]}";`;
    result += neutralise(text.slice(end, statement.start)) + canonical + lines;
    end = statement.end;
  });
  // A line break comes first, since the text may end in a comment. The last such comment counts.
  return `${result}${neutralise(text.slice(end))}\n//# sourceURL=${encodeURI(name)}`;
}

function neutralise(text: string): string {
  return text
    .replace(/(?<![\p{ID_Continue}$])import(?![\p{ID_Continue}$])/gu, "\\u0069mport")
    .replace(/(?<![\p{ID_Continue}$])from(?=\s*(?:\/[*/]|["'`]))/gu, "\\u0066rom")
    // The runtime would read the file that such a comment names.
    .replace(/[#@](?=[ \t]*source(?:Mapping)?URL)/g, "!");
}

function refuse(
  { source, text }: ModuleText,
  start: number,
  end: number,
  words: RefusalWords,
): never {
  throw new Refused(locate({ source, text }, start, end, words));
}

/**
 * Makes a refusal for a part of a module's JavaScript. Where types were taken out, the line is the same, and the column
 * is searched in the source.
 *
 * @param module The module.
 * @param start The offset of the part in its JavaScript.
 * @param end The offset behind it.
 * @param words The words of the message.
 * @returns The refusal.
 */
export function locate(
  { source, text }: ModuleText,
  start: number,
  end: number,
  words: RefusalWords,
): ReturnType<typeof refuseAt> {
  if (source.text === text) return refuseAt(source, start, end, words);
  const line = text.slice(0, start).split("\n").length;
  const part = text.slice(start, end).split("\n")[0];
  const lineStart = source.lineStart(line);
  const column = Math.max(0, source.line(line).indexOf(part));
  return refuseAt(source, lineStart + column, lineStart + column + part.length, words);
}

const DYNAMIC: RefusalWords = {
  rule: "dynamic-import",
  title: "Cannot use import(): a kernel module is linked before it runs",
  label: "a static import at the top of the file is wanted",
};

const META: RefusalWords = {
  rule: "import-meta",
  title: "Cannot use import.meta: a kernel module has no place on the host",
  label: "parameters (env.params) are how a module is told things",
};

const ATTRIBUTES: RefusalWords = {
  rule: "import",
  title: "Cannot use import attributes: only TypeScript and JavaScript can be imported",
  label: "an import without attributes is wanted",
};

const ESCAPE: RefusalWords = {
  rule: "import",
  title: "Cannot import a name with escapes in it",
  label: "the plain name is wanted",
};

const FORM: RefusalWords = {
  rule: "import",
  title: "Cannot use this form of import",
  label: 'a form such as import { name } from "./file.ts" is wanted',
};
