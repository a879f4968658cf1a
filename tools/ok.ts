/**
 * Runs everything a reviewer wants, one line a check, and shows the output of what failed:
 *
 *     deno task ok [--skip CHECK]... [--verbose] [CHECK...]
 *
 * @module
 */

import { configFor, inCopy } from "./copy.ts";
import { PRODUCT_FOLDERS } from "./lint/house.ts";
import { countTests, formatCount } from "./test_count.ts";
import { parseTestRequest, testArguments } from "./test.ts";
import {
  denoArguments,
  type DenoConfig,
  filePath,
  findWorld,
  readConfig,
  root,
  type World,
  WORLD_VARIABLE,
} from "./with_std.ts";

interface Outcome {
  status: "ok" | "FAILED" | "skipped";
  output: string;
  note?: string;
}

interface Check {
  name: string;
  run(context: Context): Promise<Outcome>;
}

interface Context {
  config: DenoConfig;
  world: World;
}

/** What the command line asks for. */
export interface Request {
  /** The names of the checks to run, in order. */
  names: string[];
  /** Whether to show the output of what went well, too. */
  verbose: boolean;
}

const checks: Check[] = [
  { name: "fmt", run: (context) => deno(context, ["fmt", "--check"]) },
  { name: "lint", run: (context) => deno(context, ["lint"]) },
  { name: "types", run: (context) => deno(context, ["check", "--quiet", "."]) },
  { name: "isolated", run: checkIsolated },
  {
    name: "doc-lint",
    run: (context) => deno(context, ["doc", "--lint", ...Object.values(context.config.exports)]),
  },
  { name: "docs", run: (context) => deno(context, ["run", "-A", "tools/check_docs.ts"]) },
  {
    // Its examples run without permissions: the library needs none.
    name: "doc-tests",
    run: (context) => deno(context, ["run", "-A", "tools/doc_tests.ts"]),
  },
  { name: "tests", run: (context) => runTests(context, []) },
  { name: "heavy", run: (context) => runTests(context, ["--heavy"]) },
  {
    name: "coverage",
    run: (context) => deno(context, ["run", "-R", "tools/semantics_coverage.ts", "--check"]),
  },
  {
    name: "format-page",
    run: (context) => deno(context, ["run", "-R", "tools/scenario_format.ts", "--check"]),
  },
  {
    name: "embedded",
    run: (context) => deno(context, ["run", "-R", "tools/embed_scenarios.ts", "--check"]),
  },
  {
    name: "publish",
    run: (context) => deno(context, ["run", "-A", "tools/publish_dry_run.ts", "--allow-dirty"]),
  },
];

/** The names of all checks, in the order in which they run. */
export const checkNames: readonly string[] = checks.map(({ name }) => name);

/** Reads the command line; throws TypeError, with what to write instead, when it makes no sense. */
export function parseRequest(args: string[]): Request {
  const named: string[] = [];
  const skipped: string[] = [];
  let verbose = false;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--verbose") verbose = true;
    else if (args[i] === "--skip") skipped.push(args[++i]);
    else named.push(args[i]);
  }
  for (const name of [...named, ...skipped]) {
    if (checkNames.includes(name)) continue;
    throw new TypeError(
      `Cannot run check "${name ?? ""}": no check has this name, wanted ${checkNames.join(", ")}`,
    );
  }
  const names = checkNames.filter((name) =>
    (named.length === 0 || named.includes(name)) && !skipped.includes(name)
  );
  return { names, verbose };
}

function existing(paths: string[]): string[] {
  return paths.filter((path) => {
    try {
      Deno.statSync(new URL(path, root));
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a deno command where `@std` may be imported. */
function deno({ world }: Context, args: string[]): Promise<Outcome> {
  return runDeno(denoArguments(args, world), world);
}

/** Runs tests; a folder whose entry misses one of them fails the check. */
async function runTests(context: Context, args: string[]): Promise<Outcome> {
  let command: string[];
  try {
    command = testArguments(parseTestRequest(args));
  } catch (error) {
    return { status: "FAILED", output: (error as Error).message };
  }
  return await deno(context, command);
}

async function runDeno(args: string[], world: World, folder: URL = root): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: filePath(folder),
    env: { NO_COLOR: "1", [WORLD_VARIABLE]: world.kind },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  // Both streams into one text, in the order in which they come.
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) output += part;
  };
  const [{ success }] = await Promise.all([child.status, read(child.stdout), read(child.stderr)]);
  const tests = countTests(output);
  return {
    status: success ? "ok" : "FAILED",
    output,
    ...(tests ? { note: formatCount(tests) } : {}),
  };
}

/**
 * isolatedDeclarations stays out of deno.json, because Deno 2.4 cannot combine it with its own
 * defaults. A copy with another deno.json asks for it, over everything but tests and benchmarks.
 */
function checkIsolated({ config, world }: Context): Promise<Outcome> {
  const strict = {
    ...configFor(world, config),
    compilerOptions: { ...config.compilerOptions, isolatedDeclarations: true },
  };
  const folders = [...PRODUCT_FOLDERS, "scenarios", "tools"].map((folder) => `${folder}/`);
  const paths = existing(["mod.ts", ...folders]);
  return inCopy(paths, strict, async (folder) => {
    const { output, ...outcome } = await runDeno(["check", "."], world, folder);
    if (output.includes("TS5053")) {
      return { output, status: "skipped", note: "this Deno is too old for it" };
    }
    return { ...outcome, output: output.replaceAll(folder.href, root.href) };
  });
}

/** The line about a check. */
export function formatLine(name: string, status: string, ms: number, note?: string): string {
  const seconds = `${(ms / 1000).toFixed(1)}s`.padStart(6);
  return `${status.padEnd(7)} ${name.padEnd(10)} ${seconds}${note ? `  (${note})` : ""}`;
}

function indent(output: string): string {
  return output.trimEnd().split("\n").map((line) => `    ${line}`).join("\n");
}

async function runAll({ names, verbose }: Request): Promise<string[]> {
  const context: Context = { config: readConfig(), world: await findWorld() };
  const source = context.world.kind === "jsr" ? "the JSR packages" : "the stand-ins";
  console.log(`ok: Deno ${Deno.version.deno}, @std is ${source} (${context.world.why})`);
  const failed: string[] = [];
  for (const { name, run } of checks.filter((check) => names.includes(check.name))) {
    const start = performance.now();
    const { status, output, note } = await run(context);
    console.log(formatLine(name, status, performance.now() - start, note));
    if (verbose || status === "FAILED") console.log(`\n${indent(output)}\n`);
    if (status === "FAILED") failed.push(name);
  }
  return failed;
}

if (import.meta.main) {
  let request: Request;
  try {
    request = parseRequest(Deno.args);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(2);
  }
  const failed = await runAll(request);
  console.log(failed.length === 0 ? "all is well" : `failed: ${failed.join(", ")}`);
  Deno.exit(failed.length === 0 ? 0 : 1);
}
