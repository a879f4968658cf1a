/**
 * Runs the tests, two files at a time where there are two processors:
 *
 *     deno task test [FOLDER or FILE]... [--heavy] [--filter TEXT] [OPTION of deno test]... [-- --update]
 *
 * A folder of tests has an entry, `all.ts`, that imports its files: the library is evaluated once a folder rather than once
 * a file, which takes most of the time. An entry that misses a file is refused. Without a folder or file these are all
 * entries but those of the heavy folders, and with `--heavy` just those. What stands behind `--` is for the tests.
 *
 * @module
 */

import { denoArguments, filePath, findWorld, reportWorld, root, runDeno } from "./with_std.ts";

/** The file that imports all tests of its folder. */
export const ENTRY = "all.ts";

/** Folders whose tests take long: they start many processes, or check what one does before a release. */
export const HEAVY: readonly string[] = [
  "tests/attacks",
  "tests/bench",
  "tests/live",
  "tests/package",
];

/** What the command line asks for. */
export interface TestRequest {
  /** The files and folders named. */
  readonly paths: readonly string[];
  /** Whether the heavy tests are to run. */
  readonly heavy: boolean;
  /** Options for `deno test`. */
  readonly options: readonly string[];
  /** What is for the tests. */
  readonly forTests: readonly string[];
}

/** Reads the command line. */
export function parseTestRequest(args: readonly string[]): TestRequest {
  const paths: string[] = [];
  const options: string[] = [];
  const forTests: string[] = [];
  let heavy = false;
  let isBehindDashes = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    // Those who know npm write "-- --filter".
    if (arg === "--filter" && i + 1 < args.length) options.push(`--filter=${args[++i]}`);
    else if (arg.startsWith("--filter=")) options.push(arg);
    else if (isBehindDashes) forTests.push(arg);
    else if (arg === "--") isBehindDashes = true;
    else if (arg === "--heavy") heavy = true;
    else if (arg.startsWith("-")) options.push(arg);
    else paths.push(arg);
  }
  return { paths, heavy, options, forTests };
}

/** The folders below `folder` that hold tests, and `folder` itself when it does; each without a slash at its end. */
export function testFolders(folder: string, base: URL = root): string[] {
  const entries = [...Deno.readDirSync(new URL(`${folder}/`, base))];
  const own = entries.some(({ name }) => name.endsWith("_test.ts")) ? [folder] : [];
  const below = entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort()
    .flatMap((name) => testFolders(`${folder}/${name}`, base));
  return [...own, ...below];
}

/**
 * The entry of a folder of tests.
 *
 * @throws {TypeError} When it does not import each test of its folder: that one would never run, and nothing would say so.
 */
function entryOf(folder: string, base: URL): string {
  const entry = `${folder}/${ENTRY}`;
  const text = readText(new URL(entry, base));
  const missing = [...Deno.readDirSync(new URL(`${folder}/`, base))].map(({ name }) => name)
    .filter((name) => name.endsWith("_test.ts") && !text.includes(`import "./${name}";`)).sort();
  if (missing.length === 0) return entry;
  throw new TypeError(
    `Cannot run the tests of "${folder}": ${ENTRY} does not import ${missing.join(", ")}, ` +
      "a line for each is wanted; deno task test tests/tools/test_test.ts -- --update writes it",
  );
}

function readText(file: URL): string {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return "";
  }
}

/**
 * The files for `deno test`, those that take long first.
 *
 * @throws {TypeError} When the entry of a folder misses one of its tests.
 */
export function testFiles({ paths, heavy }: TestRequest, base: URL = root): string[] {
  const entriesOf = (folders: readonly string[]) => folders.map((folder) => entryOf(folder, base));
  if (paths.length > 0) {
    return paths.flatMap((path) => {
      if (!isFolder(path, base)) return [path];
      return entriesOf(testFolders(path.replace(/\/+$/, ""), base));
    });
  }
  const isHeavy = (folder: string) => HEAVY.includes(folder);
  return entriesOf(testFolders("tests", base).filter((folder) => isHeavy(folder) === heavy));
}

function isFolder(path: string, base: URL): boolean {
  try {
    return Deno.statSync(new URL(path, base)).isDirectory;
  } catch {
    return false;
  }
}

/**
 * The arguments for deno.
 *
 * @throws {TypeError} As {@linkcode testFiles}.
 */
export function testArguments(request: TestRequest, base: URL = root): string[] {
  const files = testFiles(request, base);
  const forTests = request.forTests.length > 0 ? ["--", ...request.forTests] : [];
  return ["test", "-A", "--parallel", ...request.options, ...files, ...forTests];
}

if (import.meta.main) {
  const world = await findWorld();
  reportWorld(world);
  Deno.chdir(filePath(root));
  let args: string[];
  try {
    args = testArguments(parseTestRequest(Deno.args));
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(2);
  }
  Deno.exit(await runDeno(denoArguments(args, world), world));
}
