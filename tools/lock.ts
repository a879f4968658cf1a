/**
 * Writes deno.lock, which names each package that the program and its bundling take, those that packages bring along
 * included, or checks it:
 *
 *     deno task lock [--check]
 *
 * It is written where jsr.io answers: the workflow `lock` does so, and proposes the file. Where it stands and the JSR
 * packages can be had, `deno task compile` takes what it says and nothing else. With stand-ins it takes no lock, and says so.
 * Tests and checks read and write no deno.lock.
 *
 * Deno compares a package with the lock when it downloads it, and believes what is in its cache. So all of this has a cache
 * of its own, which is empty at first. The Deno that reads the file is the version that wrote it, or one that lists the same
 * packages: 2.4 adds types of Node, and refuses the file of 2.9.
 *
 * This file imports no package, because it has to run before any is there.
 *
 * @module
 */
import { filePath, root, type World } from "./with_std.ts";

/** What a release is made from and by. */
const ENTRIES: readonly string[] = [
  "runner/main.ts",
  "runner/live/worker.ts",
  "runner/sandbox/worker.ts",
  "tools/bundle.ts",
];

/** What has to be done where Deno refuses the file. */
const REMEDY =
  'the file that the workflow "lock" (.github/workflows/lock.yml) writes and proposes is wanted';

/** A project whose packages are locked. */
export interface LockRequest {
  /** The project's folder, with its deno.json; this project by default. */
  readonly folder?: URL;
  /** The modules whose packages are locked, from the folder on. */
  readonly entries?: readonly string[];
  /** The folder for Deno's cache; one that ends with the call by default. */
  readonly cache?: string;
  /** The JSR registry to ask; that of the environment by default. */
  readonly registry?: string;
}

/** The path of the project's deno.lock; null when there is none, and for stand-ins, which no lock knows. */
export function lockFile(world: World, folder: URL = root): string | null {
  const file = new URL("deno.lock", folder);
  return world.kind === "jsr" && exists(file) ? filePath(file) : null;
}

/** Tells people what binds the packages of the program that is made. */
export function describeLock({ kind, why }: World, folder: URL = root): string {
  const hasLock = exists(new URL("deno.lock", folder));
  if (kind === "jsr") return hasLock ? "by deno.lock" : "without a lock: there is no deno.lock";
  return `without a lock: stand-ins take the place of @std (${why})` +
    (hasLock ? ", and deno.lock is not looked at" : "");
}

/** The flags for a deno that takes what the lock says and nothing else, or knows of no lock. */
export function lockArguments(file: string | null): string[] {
  return file === null ? ["--no-lock"] : [`--lock=${file}`, "--frozen"];
}

/**
 * What to tell when a deno with {@linkcode lockArguments} has failed.
 *
 * @param action What it was to do.
 * @param stderr What it wrote.
 */
export function lockError(action: string, stderr: string): Error {
  return new Error(
    `Cannot ${action} by "deno.lock": a package is missing there, is another one, or cannot be fetched, ` +
      `or Deno ${Deno.version.deno} lists them otherwise; ${REMEDY}\n${stderr.trim()}`,
  );
}

/**
 * Installs all that the lock names, and compares it.
 *
 * @throws {Error} When there is no lock, or it does not name a package as it is.
 */
export async function checkLock(request: LockRequest = {}): Promise<void> {
  const { folder = root } = request;
  if (!exists(new URL("deno.lock", folder))) {
    throw new Error(`Cannot install packages by "deno.lock": there is none, ${REMEDY}`);
  }
  const failure = await install("deno.lock", ["--frozen"], request);
  if (failure !== null) throw lockError("install packages", failure);
}

/**
 * Writes deno.lock anew.
 *
 * @throws {Error} When a package cannot be fetched. The file that stood there stays.
 */
export async function writeLock(request: LockRequest = {}): Promise<void> {
  const { folder = root } = request;
  const draft = new URL("deno.lock.new", folder);
  await removeIfThere(draft);
  try {
    const failure = await install("deno.lock.new", [], request);
    if (failure !== null) throw new Error(`Cannot write "deno.lock": ${failure.trim()}`);
    await Deno.rename(draft, new URL("deno.lock", folder));
  } finally {
    await removeIfThere(draft);
  }
}

/** Installs all that the entries import, and gives what went wrong, or null. */
async function install(
  lock: string,
  flags: readonly string[],
  { folder = root, entries = ENTRIES, cache, registry }: LockRequest,
): Promise<string | null> {
  const place = cache ?? await Deno.makeTempDir({ prefix: "pnotify_lock_" });
  const env = { DENO_DIR: place, NO_COLOR: "1", ...(registry ? { JSR_URL: registry } : {}) };
  const run = (...args: string[]) => runDeno(args, { cwd: filePath(folder), env });
  const lockFlag = `--lock=${lock}`;
  try {
    const { success, stderr } = await run(
      "install",
      "--quiet",
      lockFlag,
      ...flags,
      "--entrypoint",
      ...entries,
    );
    if (!success) return stderr;
    // `deno install` passes over a package that cannot be fetched when import() alone leads to it.
    for (const entry of entries) {
      const info = await run("info", "--json", lockFlag, "--frozen", entry);
      const failure = info.success ? missingModules(info.stdout) : info.stderr;
      if (failure !== "") return failure;
    }
    return null;
  } finally {
    if (cache === undefined) await Deno.remove(place, { recursive: true });
  }
}

async function runDeno(
  args: string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env">,
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const command = new Deno.Command(Deno.execPath(), { ...options, args, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** What `deno info --json` tells of modules of packages that are not there, a line each. */
function missingModules(info: string): string {
  const { modules } = JSON.parse(info) as { modules: { specifier: string; error?: string }[] };
  return modules
    .filter(({ specifier, error }) => error !== undefined && !specifier.startsWith("file:"))
    .map(({ specifier, error }) => `${specifier}: ${error}`)
    .join("\n");
}

async function removeIfThere(file: URL): Promise<void> {
  if (exists(file)) await Deno.remove(file);
}

function exists(file: URL): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const [option, ...rest] = Deno.args;
  if (rest.length > 0 || option !== undefined && option !== "--check") {
    console.error("usage: deno run -A tools/lock.ts [--check]");
    Deno.exit(2);
  }
  try {
    await (option === "--check" ? checkLock() : writeLock());
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
