import { denoArguments, filePath, findWorld, root } from "../../tools/with_std.ts";

/** What a run of the program came to. */
export interface Ran {
  /** Its exit status. */
  readonly status: number;
  /** What it printed to stdout. */
  readonly out: string;
  /** What it printed to stderr. */
  readonly err: string;
}

/** A build of the program. */
export interface Build {
  /** Its name in titles of tests. */
  readonly name: string;
  /** Runs it. */
  run(args: readonly string[], cwd?: string): Promise<Ran>;
}

/** The compiled program that is to be tested, or null. */
export const binary: string | null = Deno.env.get("PNOTIFY_BINARY") ?? null;

/** Runs a command, in a folder and as a user. */
export async function output(
  command: string,
  args: string[],
  options: { readonly cwd?: string; readonly uid?: number; readonly gid?: number } = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    ...options,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { status: code, out: decode(stdout), err: decode(stderr) };
}

/** The program as `deno run` runs it. */
export const fromSource: Build = {
  name: "deno run",
  async run(args, cwd) {
    const main = filePath(new URL("runner/main.ts", root));
    const config = `--config=${filePath(new URL("deno.json", root))}`;
    const command = ["run", "-A", "--quiet", config, main, ...args];
    return await output(Deno.execPath(), denoArguments(command, await findWorld()), { cwd });
  },
};

/** The program as `deno task compile` makes it. */
export const compiled: Build = {
  name: "the binary",
  run: (args, cwd) => output(binary!, [...args], { cwd }),
};

/** Registers a test of the compiled program. Where there is none it is skipped. */
export function testBinary(name: string, run: () => Promise<void>): void {
  Deno.test({ name, ignore: binary === null, fn: run });
}
