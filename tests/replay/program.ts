import { denoArguments, filePath, findWorld, root } from "../../tools/with_std.ts";

/** What a run of the program as a process of its own came to. */
export interface ProgramRun {
  /** Its exit status. */
  readonly status: number;
  /** What came on stdout. */
  readonly out: string;
  /** What came on stderr. */
  readonly err: string;
}

/** Options of a run. */
export interface ProgramRunOptions {
  /** Its folder. */
  readonly cwd?: string;
  /** Additions to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Permissions instead of all of them. */
  readonly permissions?: readonly string[];
}

/** Runs the program as a process of its own. Tracing is not for the process of the tests. */
export async function runApart(
  args: readonly string[],
  { cwd, env = {}, permissions = ["-A"] }: ProgramRunOptions = {},
): Promise<ProgramRun> {
  const main = filePath(new URL("runner/main.ts", root));
  const config = `--config=${filePath(new URL("deno.json", root))}`;
  const run = ["run", ...permissions, "--quiet", "--no-prompt", config, main, ...args];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: denoArguments(run, await findWorld()),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    ...(cwd === undefined ? {} : { cwd }),
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { status: code, out: decode(stdout), err: decode(stderr) };
}

/** Whether this system can trace: the tests of it are left out elsewhere. */
export const canTrace: boolean = Deno.build.os === "linux" && Deno.build.arch === "x86_64" &&
  (await runApart(["live", "--", "true"])).status === 0;
if (!canTrace) console.error("tests/replay: nothing can be traced here, those tests are left out");

/** Registers a test that traces. */
export function testTraced(name: string, run: () => Promise<void>): void {
  Deno.test({ name, ignore: !canTrace, fn: run });
}

/** Calls a function with the path of a new folder, which is removed afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "pnotify_replay_" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
