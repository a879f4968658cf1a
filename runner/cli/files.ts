import { shippedModules } from "../engine/shipped.ts";
import type { ScenarioPlan } from "../engine/plan.ts";
import { type ParsedFile, parseScenarios } from "../scenario/parse.ts";

/** Where the shipped scenarios are: beside the program, or inside the binary. */
export const SCENARIOS: URL = new URL("../../scenarios/", import.meta.url);

/** The longest scenario file that is read, in bytes. */
const MOST_BYTES = 16 * 2 ** 20;

/** A file as somebody named it. */
export interface NamedFile {
  /** As messages name it. */
  readonly name: string;
  /** Where it is. */
  readonly location: string | URL;
}

/** A path that names nothing that can be read. */
export class FileError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "FileError";
}

function isScenario(name: string): boolean {
  return /\.(ya?ml|json)$/.test(name);
}

/** The shipped scenarios, by name: their path without its ending. */
export function shippedScenarios(folder: URL = SCENARIOS, prefix: string = ""): NamedFile[] {
  const found: NamedFile[] = [];
  for (const entry of Deno.readDirSync(folder)) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory) {
      found.push(...shippedScenarios(new URL(`${entry.name}/`, folder), `${name}/`));
    } else if (isScenario(entry.name)) {
      found.push({ name: `scenarios/${name}`, location: new URL(entry.name, folder) });
    }
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Finds the files that operands name: files, folders with all scenarios in them, or shipped scenarios by name.
 *
 * @param operands What the command line has.
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
    if (!(error instanceof Deno.errors.NotFound)) throw readable(operand, error);
  }
  const bare = operand.replace(/^scenarios\//, "").replace(/\.ya?ml$/, "");
  const shipped = shippedScenarios().filter(({ name }) =>
    name === `scenarios/${bare}.yaml` || name.startsWith(`scenarios/${bare}/`)
  );
  if (shipped.length > 0) return shipped;
  throw new FileError(`Cannot read "${operand}": there is no such file, and no shipped scenario`);
}

async function listFolder(folder: string): Promise<NamedFile[]> {
  const found: NamedFile[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder.replace(/\/$/, "")}/${entry.name}`;
    if (entry.isDirectory) found.push(...await listFolder(path));
    else if (isScenario(entry.name)) found.push({ name: path, location: path });
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
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

async function readBytes(file: NamedFile): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(file.location);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new FileError(`Cannot read "${file.name}": there is no such file`);
    }
    throw readable(file.name, error);
  }
  if (bytes.length <= MOST_BYTES) return bytes;
  throw new FileError(`Cannot read "${file.name}": it has more than ${MOST_BYTES} bytes`);
}

/** Reads a text file. */
export async function readText(file: NamedFile): Promise<string> {
  const bytes = await readBytes(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`Cannot read "${file.name}": it is no UTF-8 text`);
  }
}

/** Reads a file that a step needs: any text, unpacked when it is packed. */
async function readAttachment(file: NamedFile): Promise<string> {
  const bytes = await readBytes(file);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return await new Response(unpacked).text();
  } catch {
    throw new FileError(`Cannot read "${file.name}": it is no whole gzip file`);
  }
}

/** Reads and checks a file of scenarios, and reads the files that its steps need. */
export async function parseFile(file: NamedFile, seed?: number): Promise<ParsedFile> {
  const text = await readText(file);
  const folder = file.location instanceof URL ? file.location : pathUrl(file.location);
  const resolve = (path: string) => fromUrl(new URL(encodePath(path), folder));
  const parsed = parseScenarios(file.name, text, {
    shipped: shippedModules(),
    resolve,
    display: (path) => {
      const beside = file.name.slice(0, file.name.lastIndexOf("/") + 1);
      return path.startsWith("/") ? path : beside + path.replace(/^(\.\/)+/, "");
    },
    exists: (path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false;
      }
    },
    ...(seed === undefined ? {} : { seed }),
  });
  const plans = await Promise.all(parsed.plans.map(async (plan) => {
    if (plan.attachments.length === 0) return plan;
    const attachments = await Promise.all(plan.attachments.map(async ({ path }) => ({
      path,
      text: await readAttachment({ name: path, location: resolve(path) }),
    })));
    return { ...plan, attachments };
  }));
  return { ...parsed, plans };
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

/** Whether a scenario names files of its user, and so is not to run in this process. */
export function needsSandbox(plan: ScenarioPlan): boolean {
  return plan.modules.some(({ source }) => source.kind === "file");
}
