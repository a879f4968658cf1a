/**
 * Compiles the program into one file, from a bundle of its modules:
 *
 *     deno run -A tools/compile.ts [--output FILE] [--deno DENO] [--target TARGET]
 *
 * `DENO` is the deno that compiles, this one by default: its version is the one that ends up in the file. Where its
 * download server cannot be reached, the environment variable DENORT_BIN names the base to compile onto.
 *
 * @module
 */
import { programBundle, writeBundle } from "./bundle.ts";
import { filePath, root } from "./with_std.ts";

/** Megabytes that the heap of the program may grow to. A sandbox is watched more closely, by its own program. */
const HEAP_MB = 2048;

/** The environment that the program looks at. */
const ENVIRONMENT = ["NO_COLOR", "TERM"];

/**
 * The flags of `deno compile`. The program reads and writes wherever its user points it; it never gets the network, native
 * code or the system. It never asks: without an answer there would be none.
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
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    `--allow-env=${ENVIRONMENT.join(",")}`,
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

async function compile({ output, deno, target }: CompileRequest): Promise<number> {
  const program = await programBundle();
  const folder = await Deno.makeTempDir({ prefix: "pnotify_compile_" });
  const path = /^(\/|[A-Za-z]:)/.test(output) ? output : filePath(root) + output;
  try {
    await writeBundle(program, folder);
    const { code } = await new Deno.Command(deno, {
      args: compileArguments(program.embedded, path, target),
      cwd: folder,
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    return code;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  let request: CompileRequest;
  try {
    request = parseRequest(Deno.args);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(2);
  }
  Deno.exit(await compile(request));
}
