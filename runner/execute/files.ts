import type { KernelModule } from "../../kernel/module.ts";
import { FileError } from "./file_error.ts";
import { RECORDINGS, SCENARIOS } from "../../scenarios/mod.ts";
import type { ScenarioPlan } from "../engine/plan.ts";
import { shippedModules } from "../engine/shipped.ts";
import { type ParsedFile, parseScenarios } from "../scenario/parse.ts";

/** The longest scenario file that is read, in bytes. */
const MOST_BYTES = 16 * 2 ** 20;

/** The longest packed file that is read, in bytes of what is in it. */
const MOST_UNPACKED = 256 * 2 ** 20;

/** A file by the name that the user gave. */
export interface NamedFile {
  /** Its name in messages. */
  readonly name: string;
  /** Where it is. */
  readonly location: string | URL;
  /** Its text, where the program contains it. No such file need exist. */
  readonly text?: string;
  /** The texts of the files beside it, where the program contains them, by their names. */
  readonly beside?: Readonly<Record<string, string>>;
}

function isScenario(name: string): boolean {
  return /\.(ya?ml|json)$/.test(name);
}

/** The shipped scenarios. The program contains them. The name of each is its path. */
export function shippedScenarios(): NamedFile[] {
  const folder = new URL("../../scenarios/", import.meta.url);
  return Object.entries(SCENARIOS).map(([name, text]) => ({
    name: `scenarios/${name}.yaml`,
    location: new URL(`${name}.yaml`, folder),
    text,
    beside: recordingsBeside(name),
  }));
}

function recordingsBeside(name: string): Record<string, string> {
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  const inside = Object.entries(RECORDINGS).filter(([path]) =>
    path.startsWith(folder) && !path.slice(folder.length).includes("/")
  );
  return Object.fromEntries(inside.map(([path, text]) => [path.slice(folder.length), text]));
}

/** The files that a file brings along, by the paths at which they would be. */
function broughtBy(file: NamedFile): ReadonlyMap<string, string> {
  const entries = Object.entries(file.beside ?? {});
  return new Map(entries.map(([name, text]) => [resolvePath(file, name), text]));
}

function findShipped(operand: string): NamedFile[] {
  const bare = operand.replace(/^scenarios\//, "").replace(/\.ya?ml$/, "").replace(/\/$/, "");
  return shippedScenarios().filter(({ name }) =>
    name === `scenarios/${bare}.yaml` || name.startsWith(`scenarios/${bare}/`)
  );
}

/**
 * Finds the files that operands name: files, folders with all scenarios in them, or shipped scenarios by name.
 *
 * @param operands The operands of the command line.
 * @returns The files, in order.
 * @throws {FileError} For an operand that names nothing.
 */
export async function findFiles(operands: readonly string[]): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  for (const operand of operands) files.push(...await findOne(operand));
  return files;
}

async function findOne(operand: string): Promise<NamedFile[]> {
  try {
    const { isDirectory } = await Deno.stat(operand);
    if (!isDirectory) return [{ name: operand, location: operand }];
    const inside = await listFolder(operand);
    if (inside.length > 0) return inside;
    throw new FileError(`Cannot find a scenario in "${operand}": .yaml or .json files are wanted`);
  } catch (error) {
    const shipped = findShipped(operand);
    // Without the permission to read, a shipped name means the shipped scenario.
    if (shipped.length > 0 && isAbsent(error)) return shipped;
    if (!(error instanceof Deno.errors.NotFound)) throw readable(operand, error);
  }
  throw new FileError(`Cannot read "${operand}": there is no such file, and no shipped scenario`);
}

async function listFolder(folder: string): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder.replace(/\/$/, "")}/${entry.name}`;
    if (entry.isDirectory) files.push(...await listFolder(path));
    else if (isScenario(entry.name)) files.push({ name: path, location: path });
  }
  return files.sort((a, b) => a.name < b.name ? -1 : 1);
}

function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable;
}

function readable(name: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const why = error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable
    ? "it may not be read"
    : error instanceof Deno.errors.IsADirectory
    ? "it is a folder"
    : "it cannot be read";
  return new FileError(`Cannot read "${name}": ${why}`);
}

function readBytes(file: NamedFile): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Deno.readFileSync(file.location);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new FileError(`Cannot read "${file.name}": there is no such file`);
    }
    throw readable(file.name, error);
  }
  if (bytes.length <= MOST_BYTES) return bytes;
  throw new FileError(`Cannot read "${file.name}": it has more than ${MOST_BYTES} bytes`);
}

/**
 * Reads a text file.
 *
 * @param file The file.
 * @returns Its text.
 * @throws {FileError} When it cannot be read.
 */
export function readText(file: NamedFile): string {
  if (file.text !== undefined) return file.text;
  const bytes = readBytes(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`Cannot read "${file.name}": it is no UTF-8 text`);
  }
}

/** Reads a file that a step needs. A packed file is unpacked. */
async function readAttachment(file: NamedFile): Promise<string> {
  const bytes = readBytes(file);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  try {
    for await (const chunk of unpacked) {
      length += chunk.length;
      // A small packed file may unpack to more than memory holds.
      if (length > MOST_UNPACKED) break;
      text += decoder.decode(chunk, { stream: true });
    }
  } catch {
    throw new FileError(`Cannot read "${file.name}": it is no whole gzip file`);
  }
  if (length <= MOST_UNPACKED) return text + decoder.decode();
  throw new FileError(
    `Cannot read "${file.name}": it has more than ${MOST_UNPACKED} bytes unpacked`,
  );
}

/** The world outside of a file. */
export interface ParseOptions {
  /** The seed of all randomness. That of the scenario by default. */
  readonly seed?: number;
  /** The modules that scenarios can use by name. The shipped modules by default. */
  readonly modules?: ReadonlyMap<string, KernelModule>;
}

/**
 * Reads and checks a file of scenarios. Files that its steps need are not read yet.
 *
 * @param file The file.
 * @param options The world outside of it.
 * @returns Its scenarios and its mistakes.
 * @throws {FileError} When it cannot be read.
 */
export function parseText(file: NamedFile, options: ParseOptions = {}): ParsedFile {
  const { seed, modules = shippedModules() } = options;
  const brought = broughtBy(file);
  return parseScenarios(file.name, readText(file), {
    shipped: modules,
    resolve: (path) => resolvePath(file, path),
    display: (path) => {
      const beside = file.name.slice(0, file.name.lastIndexOf("/") + 1);
      return path.startsWith("/") ? path : beside + path.replace(/^(\.\/)+/, "");
    },
    exists: (path) => {
      if (brought.has(path)) return true;
      try {
        return Deno.statSync(path).isFile;
      } catch (error) {
        // The read of the file reports it later.
        return error instanceof Deno.errors.NotCapable;
      }
    },
    ...(seed === undefined ? {} : { seed }),
  });
}

/**
 * Reads the files that the steps of a scenario need.
 *
 * @param file The file that the scenario is in.
 * @param plan The scenario.
 * @returns The scenario with the texts of its files.
 * @throws {FileError} When one cannot be read.
 */
export async function withAttachments(file: NamedFile, plan: ScenarioPlan): Promise<ScenarioPlan> {
  if (plan.attachments.length === 0) return plan;
  const brought = broughtBy(file);
  const attachments = await Promise.all(plan.attachments.map(async ({ path }) => {
    const location = resolvePath(file, path);
    const text = brought.get(location) ?? await readAttachment({ name: path, location });
    return { path, text };
  }));
  return { ...plan, attachments };
}

/** Reads and checks a file of scenarios, and reads the files that its steps need. */
export async function parseFile(file: NamedFile, seed?: number): Promise<ParsedFile> {
  const parsed = parseText(file, seed === undefined ? {} : { seed });
  const plans = await Promise.all(parsed.plans.map((plan) => withAttachments(file, plan)));
  return { ...parsed, plans };
}

function resolvePath({ location }: NamedFile, path: string): string {
  const folder = location instanceof URL ? location : pathUrl(location);
  return fromUrl(new URL(encodePath(path), folder));
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The URL of a path on this machine. */
export function pathUrl(path: string): URL {
  const absolute = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  return new URL(`file://${encodePath(absolute)}`);
}

function fromUrl(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** Whether a scenario names files of its user. It then does not run in this process. */
export function needsSandbox(plan: ScenarioPlan): boolean {
  return plan.modules.some(({ source }) => source.kind === "file");
}
