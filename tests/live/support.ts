import type { ProcessNode, ReplayReport } from "../../replay/mod.ts";
import { denoArguments, filePath, findWorld, root } from "../../tools/with_std.ts";

/** What a live run came to. */
export interface LiveRun {
  /** The exit status of the program. */
  readonly status: number;
  /** What the command wrote to stdout. */
  readonly out: string;
  /** What came on stderr. */
  readonly err: string;
  /** The report. */
  readonly report: ReplayReport;
  /** The recorded events. */
  readonly events: readonly LiveEvent[];
  /** The recording as text. */
  readonly recording: string;
}

/** A line of a recording. */
export type LiveEvent = Readonly<Record<string, unknown>> & {
  readonly ev: string;
  readonly pid: number;
};

/** The program that is tested: the one that PNOTIFY_BINARY names, or the sources. */
export async function liveCommand(): Promise<[string, ...string[]]> {
  const binary = Deno.env.get("PNOTIFY_BINARY");
  if (binary !== undefined) return [binary, "live"];
  const main = filePath(new URL("runner/main.ts", root));
  const config = `--config=${filePath(new URL("deno.json", root))}`;
  const run = ["run", "-A", "--quiet", config, main, "live"];
  return [Deno.execPath(), ...denoArguments(run, await findWorld())];
}

/** Options of a run. */
export interface LiveOptions {
  /** Options of `pnotify live`. */
  readonly options?: readonly string[];
  /** Additions to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of the command. */
  readonly cwd?: string;
}

/** Runs a command live, with a report and a recording. */
export async function live(
  command: readonly string[],
  { options = [], env = {}, cwd }: LiveOptions = {},
): Promise<LiveRun> {
  const folder = await Deno.makeTempDir({ prefix: "pnotify_live_" });
  try {
    const reportFile = `${folder}/report.json`;
    const recordFile = `${folder}/run.events`;
    const [program, ...first] = await liveCommand();
    const outputs = ["-r", "json", "--output", reportFile, "--record", recordFile];
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...first, ...outputs, ...options, "--", ...command],
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      ...(cwd === undefined ? {} : { cwd }),
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const recording = await readIfThere(recordFile);
    return {
      status: code,
      out: decode(stdout),
      err: decode(stderr),
      report: JSON.parse(await readIfThere(reportFile) || "null"),
      recording,
      events: recording.split("\n").slice(1, -1).map((line) => JSON.parse(line)),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The processes of a report. */
export function nodes({ report }: LiveRun): readonly ProcessNode[] {
  return report.tree ?? [];
}

/** Whether a program is there. */
export async function has(program: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("sh", {
      args: ["-c", 'command -v "$1" >/dev/null', "sh", program],
    }).output();
    return success;
  } catch {
    return false;
  }
}

/** Whether this system can run the tests at all. */
export const isLinux: boolean = Deno.build.os === "linux" && Deno.build.arch === "x86_64";

const hasCompiler = isLinux && await has("cc");
if (isLinux && !hasCompiler) {
  console.error("tests/live: there is no C compiler, so the tests of C programs are left out");
}

const compiled = new Map<string, Promise<string>>();

/** Compiles a program of the folder `programs`, once. Returns its path. */
export function program(name: string, flags: readonly string[] = ["-pthread"]): Promise<string> {
  const key = [name, ...flags].join(" ");
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const made = compile(name, flags);
  compiled.set(key, made);
  return made;
}

async function compile(name: string, flags: readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "pnotify_program_" });
  await Deno.chmod(folder, 0o755);
  const path = `${folder}/${name}`;
  const source = filePath(new URL(`programs/${name}.c`, import.meta.url));
  const { success, stderr } = await new Deno.Command("cc", {
    args: ["-O1", "-w", "-o", path, source, ...flags],
  }).output();
  if (!success) throw new Error(`Cannot compile "${name}": ${new TextDecoder().decode(stderr)}`);
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  return path;
}

/** Registers a test that needs Linux. The C library stays open, and Deno 2.4 counts that. */
export function testLive(name: string, run: () => Promise<void>): void {
  Deno.test({ name, ignore: !isLinux, fn: run, sanitizeResources: false });
}

/** Registers a test that needs a C compiler. */
export function testProgram(name: string, run: () => Promise<void>): void {
  Deno.test({ name, ignore: !hasCompiler, fn: run, sanitizeResources: false });
}

/** Runs a shell script. */
export const shell = (script: string): string[] => ["sh", "-c", script];
