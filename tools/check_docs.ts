/**
 * Says which public symbols are documented too thinly and which files too thickly, and exits with 1 when there are any:
 *
 *     deno run -A tools/check_docs.ts [FILE...]
 *
 * `deno doc --lint` wants a comment on everything. This wants what a reader looks for in it: a summary that says something,
 * each parameter, the return, and the errno of each KernelError. An example that runs has to show each class, function,
 * method and constant. One example may show many: it may stand on the class or anywhere else in the entry point. A class is
 * shown by its own example, or where it is named. A type needs no example. An interface documents each member in one line:
 * its methods need a summary, and the interface may say what their parameters have in common.
 *
 * What docs/glossary.md names has an origin in C, and the symbol or its class has to say it: a C name, the seed, or a
 * number of the contract. Nothing else needs an origin.
 *
 * More than two arguments by their place are refused. Hooks are exempt: they keep the arguments of the C functions. Symbols
 * that are marked as internal are exempt from all of this. The comments themselves are checked by doc_weight.ts.
 *
 * @module
 */

import { checkComments } from "./doc_weight.ts";
import { denoArguments, findWorld, readConfig, root, type World } from "./with_std.ts";

/** What is missing at one place. */
export interface Gap {
  /** The file, from the project's folder on. */
  file: string;
  /** The line of the declaration, from 1. */
  line: number;
  /** The symbol, as `Class.method` for a method. */
  name: string;
  /** What is missing. */
  missing: string[];
}

interface Tag {
  kind: string;
  name?: string;
  /** In the format of Deno 2.4. */
  type?: string;
  /** In the format of Deno 2.9. */
  tsType?: { repr: string };
  doc?: string;
}

interface JsDoc {
  doc?: string;
  tags?: Tag[];
}

interface Place {
  filename: string;
  line: number;
}

interface Parameter {
  kind: string;
  name?: string;
  left?: Parameter;
  arg?: Parameter;
}

interface Signature {
  params?: Parameter[];
  returnType?: { repr: string; typeRef?: TypeReference; value?: TypeReference | string } | null;
  hasBody?: boolean;
}

interface TypeReference {
  typeParams?: { repr: string }[] | null;
}

interface Member extends Signature {
  name: string;
  kind?: string;
  accessibility?: string | null;
  jsDoc?: JsDoc;
  location: Place;
  functionDef?: Signature;
}

interface Definition extends Signature {
  constructors?: Member[];
  methods?: Member[];
  kind?: string;
}

interface Declaration {
  name: string;
  kind: string;
  declarationKind: string;
  jsDoc?: JsDoc;
  location: Place;
  definition: Definition;
}

interface DocumentedModule {
  moduleDoc: JsDoc;
  declarations: Declaration[];
}

/** The code of an example, without its imports: to be imported is not to be shown. */
interface Example {
  code: string;
  /** Why it shows nothing, in words; null when it counts. */
  fault: string | null;
}

/** The examples that may show the symbols of an entry point. */
interface Examples {
  /** Those of the entry point. */
  here: readonly Example[];
  /** Those of all entry points. */
  anywhere: readonly Example[];
}

/** The keys under which the first format of `deno doc --json` keeps a definition. */
const definitionKeys = ["functionDef", "classDef", "interfaceDef", "variableDef"];
/** Summaries that only repeat that there is something. */
const empty =
  /^(makes?|creates?|gets?|returns?|sets?|does|constructs?) (one|it|them|this|an? \w+)\.?$/i;
/** What the language calls: an example of it would show something else. */
const calledByLanguage = /^(\[.*\]|toString|toJSON)$/;
/** What registers tests: an example of it cannot run inside of one. */
const cannotRunInTest: ReadonlySet<string> = new Set(["testScenario"]);
const voidTypes = new Set(["void", "never", "this"]);

/** Reads what `deno doc --json` prints, in the format of Deno 2.4 and in that of 2.9. */
export function readDocumentation(json: unknown): DocumentedModule[] {
  const { version, nodes } = json as { version: number; nodes: unknown };
  if (version === 1) return [readFirstFormat(nodes as (Declaration & Record<string, unknown>)[])];
  if (version === 2) {
    return Object.values(nodes as Record<string, SecondFormat>).map(readSecondFormat);
  }
  throw new TypeError(`Cannot read the documentation: its format is ${version}, 1 or 2 is wanted`);
}

function readFirstFormat(nodes: (Declaration & Record<string, unknown>)[]): DocumentedModule {
  return {
    moduleDoc: nodes.find(({ kind }) => kind === "moduleDoc")?.jsDoc ?? {},
    declarations: nodes.filter(({ kind }) => kind !== "moduleDoc").map((node) => {
      const key = definitionKeys.find((key) => key in node);
      return { ...node, definition: (key ? node[key] : {}) as Definition };
    }),
  };
}

interface SecondFormat {
  module_doc?: JsDoc;
  symbols?: { name: string; declarations: (Declaration & { def?: Definition })[] }[];
}

function readSecondFormat({ module_doc, symbols = [] }: SecondFormat): DocumentedModule {
  return {
    moduleDoc: module_doc ?? {},
    declarations: symbols.flatMap(({ name, declarations }) =>
      declarations.map((declaration) => ({
        ...declaration,
        name,
        // This format counts lines from 0.
        location: { ...declaration.location, line: declaration.location.line + 1 },
        definition: shiftLines(declaration.def ?? {}),
      }))
    ),
  };
}

function shiftLines(definition: Definition): Definition {
  const shift = (members: Member[] | undefined) =>
    members?.map((member) => {
      const { location } = member;
      return { ...member, location: { ...location, line: location.line + 1 } };
    });
  return {
    ...definition,
    constructors: shift(definition.constructors),
    methods: shift(definition.methods),
  };
}

/**
 * What is missing in the documentation of an entry point, in the order of files and lines.
 *
 * @param module The documentation.
 * @param fromC The names of the symbols that have a name in C.
 * @param others The other entry points, whose examples are named where one is missing here.
 */
export function findGaps(
  { moduleDoc, declarations }: DocumentedModule,
  fromC: ReadonlySet<string> = new Set(),
  others: readonly DocumentedModule[] = [],
): Gap[] {
  const gaps: Gap[] = [];
  const add = (name: string, { location }: { location: Place }, missing: string[]) => {
    if (missing.length === 0) return;
    const file = location.filename.replace(root.href, "");
    gaps.push({ file, line: location.line, name, missing });
  };
  const examples: Examples = {
    here: examplesIn({ moduleDoc, declarations }),
    anywhere: others.flatMap(examplesIn),
  };
  for (const declaration of declarations) {
    const { name, kind, jsDoc = {}, definition } = declaration;
    if (!isExported(declaration) || isInternal(jsDoc)) continue;
    if (kind === "function") {
      if (isImplementation(declaration, declarations)) continue;
      const others = declarations.filter((other) => other.name === name && other.kind === kind);
      add(name, declaration, [
        ...missingInSignature(jsDoc, definition),
        ...(fromC.has(name) ? missingOrigin(...others.map((other) => other.jsDoc)) : []),
        ...tooManyArguments(definition),
        ...(cannotRunInTest.has(name) ? [] : needExample(examples, (code) => calls(code, name))),
      ]);
    } else if (kind === "variable") {
      add(name, declaration, [
        ...missingSummary(jsDoc),
        ...needExample(examples, (code) => uses(code, name)),
      ]);
    } else if (kind === "class") {
      add(name, declaration, [
        ...missingSummary(jsDoc),
        ...(fromC.has(name) ? missingOrigin(jsDoc) : []),
        ...needExample(examples, (code) => uses(code, name), examplesOf(jsDoc)),
      ]);
      for (const constructor of definition.constructors ?? []) {
        if (isPrivate(constructor)) continue;
        const missing = [
          ...missingInSignature(constructor.jsDoc ?? {}, constructor),
          ...tooManyArguments(constructor),
        ];
        add(`${name}.constructor`, constructor, missing);
      }
    } else if (kind === "interface") {
      add(name, declaration, missingSummary(jsDoc));
    }
    for (const method of definition.methods ?? []) {
      const fullName = `${name}.${method.name}`;
      add(fullName, method, [
        ...missingInMethod(method, declaration, examples),
        ...(fromC.has(fullName) ? missingOrigin(method.jsDoc, jsDoc) : []),
      ]);
    }
  }
  return gaps;
}

/** What exported types mention is listed too, as private. */
function isExported({ declarationKind }: Declaration): boolean {
  return declarationKind === "export";
}

function allDocs({ jsDoc = {}, definition }: Declaration): JsDoc[] {
  return [jsDoc, ...(definition.methods ?? []).map((method) => method.jsDoc ?? {})];
}

/** Of an overloaded function only the signatures are documented, and not the one of the body. */
function isImplementation<T extends { name: string }>(declaration: T, all: T[]): boolean {
  const hasBody = (overload: T) => signatureOf(overload).hasBody === true;
  return hasBody(declaration) &&
    all.some((overload) => overload.name === declaration.name && !hasBody(overload));
}

function signatureOf(declaration: object): Signature {
  const { definition, functionDef } = declaration as {
    definition?: Signature;
    functionDef?: Signature;
  };
  return definition ?? functionDef ?? declaration;
}

function isPrivate({ accessibility, jsDoc = {} }: Member): boolean {
  return isInternal(jsDoc) || accessibility === "private" || accessibility === "protected";
}

function isInternal({ tags = [] }: JsDoc): boolean {
  return tags.some(({ kind }) => kind === "internal");
}

function missingInMethod(method: Member, owner: Declaration, examples: Examples): string[] {
  const { name, kind, jsDoc = {} } = method;
  // What a property is, its getter says.
  if (isPrivate(method) || kind === "setter") return [];
  if (isImplementation(method, owner.definition.methods!)) return [];
  if (kind === "getter") return missingSummary(jsDoc);
  const missing = owner.kind === "interface"
    ? [...missingSummary(jsDoc), ...missingErrno(jsDoc)]
    : [...missingInSignature(jsDoc, signatureOf(method)), ...tooManyArguments(signatureOf(method))];
  if (calledByLanguage.test(name)) return missing;
  // An interface may also be there to be implemented: its methods are properties of an object then.
  const shows = (code: string) =>
    callsMethod(code, name) || owner.kind === "interface" && implementsIt(code, name);
  return [...missing, ...needExample(examples, shows)];
}

function missingInSignature(jsDoc: JsDoc, { params = [], returnType }: Signature): string[] {
  const { tags = [] } = jsDoc;
  const missing = missingSummary(jsDoc);
  const described = tags.filter(({ kind, doc }) => kind === "param" && doc?.trim());
  for (const [index, parameter] of params.entries()) {
    const name = nameOf(parameter);
    // A parameter that is taken apart has no name of its own: its place counts.
    const found = name === null ? described[index] : described.find((tag) => tag.name === name);
    if (found === undefined) missing.push(`@param ${name ?? `number ${index + 1}`}`);
  }
  const returns = tags.some(({ kind, doc }) => kind === "return" && doc?.trim());
  if (!returns && returnsSomething(returnType)) missing.push("@returns");
  return [...missing, ...missingErrno(jsDoc)];
}

const errno = /\bE[A-Z0-9]{3,}\b|\berrno\b|\{@linkcode /;

/** Each errno that a caller may meet is named, here or where the documentation points to. */
function missingErrno({ tags = [] }: JsDoc): string[] {
  const errors = tags.filter(({ kind, type, tsType }) =>
    kind === "throws" && (type ?? tsType?.repr) === "KernelError"
  );
  return errors.some(({ doc = "" }) => !errno.test(doc)) ? ["an errno in @throws"] : [];
}

/** A number of the contract, the seed, a C name, or what a paragraph of its own says. */
const origin = /\b[AB]\d+\b|\bseed\b|\b[a-z]+_[a-z_]+\b|\b[A-Z]+_[A-Z_]+\b|\bOrigin: \S/;

/**
 * The symbols that the table of the glossary names in its last column, methods as `Class.method`. There a method stands
 * on an instance, which has the name of its class: `kernel.fork` is `Kernel.fork`.
 */
export function symbolsFromC(glossary: string): Set<string> {
  const symbols = new Set<string>();
  for (const [, here] of glossary.matchAll(/^\|.*\|([^|]*)\|$/gm)) {
    for (const [, path] of here.matchAll(/`([\w.]+)[^`]*`/g)) {
      symbols.add(path.includes(".") ? path[0].toUpperCase() + path.slice(1) : path);
    }
  }
  return symbols;
}

/** Where it comes from is said on it or on its class. */
function missingOrigin(...docs: (JsDoc | undefined)[]): string[] {
  const said = docs.some((jsDoc) => {
    const tags = (jsDoc?.tags ?? []).filter(({ kind }) => kind !== "example");
    return [jsDoc, ...tags].some((part) => origin.test(part?.doc ?? ""));
  });
  return said ? [] : ["its origin"];
}

/** Two arguments by their place are as many as a reader of a call can tell apart; the rest is named. */
function tooManyArguments({ params = [] }: Signature): string[] {
  const most = nameOf(params.at(-1) ?? { kind: "none" }) === "options" ? 3 : 2;
  return params.length > most ? [`options: it takes ${params.length} arguments`] : [];
}

function nameOf(parameter: Parameter): string | null {
  if (parameter.kind === "assign") return nameOf(parameter.left!);
  if (parameter.kind === "rest") return nameOf(parameter.arg!);
  return parameter.kind === "identifier" ? parameter.name! : null;
}

function returnsSomething(type: Signature["returnType"]): boolean {
  if (!type || voidTypes.has(type.repr)) return false;
  if (type.repr !== "Promise") return true;
  const reference = type.typeRef ?? type.value;
  const [inner] = typeof reference === "object" ? reference.typeParams ?? [] : [];
  return inner?.repr !== "void";
}

function missingSummary({ doc = "" }: JsDoc): string[] {
  const [summary] = doc.trim().split(/\n\s*\n/);
  if (summary === "") return ["a summary"];
  return empty.test(summary) ? [`a summary that says more than "${summary}"`] : [];
}

function examplesIn({ moduleDoc, declarations }: DocumentedModule): Example[] {
  return examplesOf(moduleDoc, ...declarations.flatMap(allDocs));
}

function examplesOf(...docs: JsDoc[]): Example[] {
  return docs.flatMap(({ tags = [] }) => tags)
    .filter(({ kind }) => kind === "example")
    .map(({ doc = "" }) => readExample(doc));
}

/** Reads an example. One that counts is run, imports the library and asserts something. */
function readExample(doc: string): Example {
  const [, language = "", text = ""] = /```(.*)\n([^]*?)```/.exec(doc) ?? [];
  const code = text.replaceAll(/^import [^]*?;$/gm, "");
  if (language !== "ts") return { code, fault: "is not run: it is not marked as `ts` alone" };
  if (!text.includes('from "@pnotify/pnotify')) {
    return { code, fault: "does not import the library" };
  }
  return { code, fault: /\bassert\w*\(/.test(text) ? null : "asserts nothing" };
}

/**
 * Says what is missing when no example shows a symbol, and which one nearly does.
 *
 * @param examples The examples there are.
 * @param shows Whether a code shows it.
 * @param own Those that show it whatever stands in them.
 */
function needExample(
  { here, anywhere }: Examples,
  shows: (code: string) => boolean,
  own: readonly Example[] = [],
): string[] {
  const showing = [...own, ...here.filter(({ code }) => shows(code))];
  if (showing.some(({ fault }) => fault === null)) return [];
  if (showing.length > 0) return [`@example (there is one that ${showing[0].fault})`];
  const isShownElsewhere = anywhere.some(({ code, fault }) => fault === null && shows(code));
  return [isShownElsewhere ? "@example (there is one in another entry, none in this)" : "@example"];
}

function calls(code: string, name: string): boolean {
  return new RegExp(`(?<![\\w$.])${escape(name)}(<[^>]*>)?\\(`).test(code);
}

function callsMethod(code: string, name: string): boolean {
  return new RegExp(`\\.${escape(name)}(<[^>]*>)?\\(`).test(code);
}

function implementsIt(code: string, name: string): boolean {
  return new RegExp(`\\b${escape(name)}(:|,$| })`, "m").test(code);
}

function uses(code: string, name: string): boolean {
  return new RegExp(`(?<![\\w$.])${escape(name)}(?![\\w$])`).test(code);
}

function escape(name: string): string {
  return name.replaceAll("$", "\\$");
}

/** The line about a gap. */
export function formatGap({ file, line, name, missing }: Gap): string {
  return `${file}:${line} ${name}: ${missing.join(", ")}`;
}

/** What `deno doc` says of an entry point, whichever Deno runs this. */
async function document(entry: string, world: World): Promise<DocumentedModule[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: denoArguments(["doc", "--json", entry], world),
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return readDocumentation(JSON.parse(new TextDecoder().decode(stdout)));
  throw new Error(`Cannot document "${entry}": ${new TextDecoder().decode(stderr).trim()}`);
}

/** The gaps of all entry points; what several of them export is listed once. */
export async function checkAll(entries: string[], fromC?: ReadonlySet<string>): Promise<Gap[]> {
  const world = await findWorld();
  const modules = await Promise.all(entries.map((entry) => document(entry, world)));
  const exported = modules.flat().flatMap(({ declarations }) => declarations.filter(isExported));
  if (exported.length === 0) {
    throw new Error(`Cannot check the documentation: ${entries.join(", ")} exports nothing`);
  }
  const gaps = new Map<string, Gap>();
  for (const module of modules.flat()) {
    for (const gap of findGaps(module, fromC, modules.flat())) gaps.set(formatGap(gap), gap);
  }
  return [...gaps.values()].sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line
  );
}

if (import.meta.main) {
  const entries = Deno.args.length > 0 ? Deno.args : Object.values(readConfig().exports);
  const glossary = Deno.readTextFileSync(new URL("docs/glossary.md", root));
  const gaps = await checkAll(entries, symbolsFromC(glossary));
  const complaints = [...gaps.map(formatGap), ...checkComments()];
  for (const complaint of complaints) console.log(complaint);
  console.log(
    complaints.length === 0 ? "every public symbol is documented" : `${complaints.length} gaps`,
  );
  Deno.exit(complaints.length === 0 ? 0 : 1);
}
