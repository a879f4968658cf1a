/**
 * Compiles the program into one file, from a bundle of its modules:
 *
 *     deno run -A tools/compile.ts [--output FILE] [--deno DENO] [--target TARGET]
 *
 * `DENO` is the deno that compiles: its version is the one that ends up in the file. By default it is the one that the
 * environment variable DENO_2_4 names, or else this one. Where Deno's download server cannot be reached, DENORT_BIN names
 * the base to compile onto. A base is for one version of Deno, and so the two variables are set together.
 *
 * Where deno.lock stands, and the JSR packages can be had, the bundle is made by a deno that takes the packages in it and
 * nothing else, esbuild included. It has a cache of its own, so that each package is downloaded, and compared with the
 * lock. What is compiled then is the bundle alone, which holds no package any more. Otherwise no lock is taken: without
 * the file, and with stand-ins, as where jsr.io does not answer within three seconds. A line on stderr says which it is.
 * PNOTIFY_STD=jsr forbids stand-ins, and the release sets it.
 *
 * @module
 */
import { checkLock, describeLock, lockArguments, lockFile } from "./lock.ts";
import { filePath, findWorld, root, WORLD_VARIABLE } from "./with_std.ts";
import { workers } from "./workers.ts";

/** Megabytes that the heap of the program may grow to. A sandbox is watched more closely, by its own program. */
const HEAP_MB = 2048;

/** The environment that the program looks at. */
const ENVIRONMENT = ["NO_COLOR", "TERM"];

/** The permissions of the program. Where it cannot trace, it has no native code either. */
function permissions(target: string | null): string[] {
  const isLinux = target === null ? Deno.build.os === "linux" : target.includes("linux");
  return [
    "--allow-read",
    "--allow-write",
    "--allow-run",
    // Without a scope: Deno takes the name of a library for a path in the present folder.
    ...(isLinux ? ["--allow-ffi"] : []),
    `--allow-env=${ENVIRONMENT.join(",")}`,
  ];
}

/**
 * The files of the program's bundle that nothing imports: the program loads them by their names.
 *
 * @param imports The import map of the bundle.
 */
export function embeddedFiles(imports: Readonly<Record<string, string>>): string[] {
  return [
    ...workers().map((path) => `${path}.js`),
    ...Object.values(imports).map((path) => path.replace(/^\.\//, "")),
  ];
}

/**
 * The flags of `deno compile`. The program reads and writes wherever its user points it, runs programs, and on Linux traces
 * them by calls of the C library. It never gets the network or the system. It never asks: without an answer there would be
 * none.
 *
 * @param embedded The files that are loaded by name at run time, and so have to be named.
 * @param output The file to make.
 * @param target The platform to make it for, or null for this one.
 */
export function compileArguments(
  embedded: readonly string[],
  output: string,
  target: string | null = null,
): string[] {
  return [
    "compile",
    "--quiet",
    "--no-check",
    "--no-lock",
    // The bundle holds all packages. Another one would be one that no lock has seen.
    "--no-npm",
    "--no-remote",
    "--no-prompt",
    ...permissions(target),
    // Code from strings is what the linker of the sandbox cannot look at.
    `--v8-flags=--disallow-code-generation-from-strings,--max-old-space-size=${HEAP_MB}`,
    // A cache would be a file in a shared folder, which the next run would trust.
    "--no-code-cache",
    ...embedded.flatMap((path) => ["--include", path]),
    ...(target === null ? [] : ["--target", target]),
    "--output",
    output,
    "main.js",
  ];
}

interface CompileRequest {
  output: string;
  deno: string;
  target: string | null;
}

function parseRequest(args: readonly string[]): CompileRequest {
  const request: CompileRequest = {
    output: "dist/pnotify",
    deno: Deno.env.get("DENO_2_4") ?? Deno.execPath(),
    target: null,
  };
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) throw new TypeError(`Cannot compile: ${args[i]} wants a value`);
    if (args[i] === "--output") request.output = value;
    else if (args[i] === "--deno") request.deno = value;
    else if (args[i] === "--target") request.target = value;
    else throw new TypeError(`Cannot compile: unknown option "${args[i]}"`);
  }
  return request;
}

/** Runs a deno in a folder, and gives its exit status. */
async function run(
  deno: string,
  { args, folder, env }: { args: string[]; folder: string; env?: Record<string, string> },
): Promise<number> {
  const { code } = await new Deno.Command(deno, {
    args,
    cwd: folder,
    env,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return code;
}

/** Writes the program's bundle into a folder, by a deno of its own: this one may have no lock. */
async function writeProgram(folder: string): Promise<number> {
  const world = await findWorld();
  const lock = lockFile(world);
  console.error(`compile: ${describeLock(world)}`);
  const cache = await Deno.makeTempDir({ prefix: "pnotify_compile_" });
  try {
    if (lock !== null) await checkLock({ cache });
    return await run(Deno.execPath(), {
      args: ["run", "-A", ...lockArguments(lock), "tools/bundle.ts", folder],
      folder: filePath(root),
      env: { [WORLD_VARIABLE]: world.kind, ...(lock === null ? {} : { DENO_DIR: cache }) },
    });
  } finally {
    // Windows keeps the file of a program that runs, and esbuild ends a little after it is told to.
    await Deno.remove(cache, { recursive: true }).catch(() => {});
  }
}

async function compile({ output, deno, target }: CompileRequest): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "pnotify_compile_" });
  const path = /^(\/|[A-Za-z]:)/.test(output) ? output : filePath(root) + output;
  try {
    const code = await writeProgram(folder);
    if (code !== 0) return code;
    const { imports } = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
    const args = compileArguments(embeddedFiles(imports), path, target);
    return await run(deno, { args, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await compile(parseRequest(Deno.args)));
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(error instanceof TypeError ? 2 : 1);
  }
}
