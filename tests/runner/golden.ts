import { assertEquals } from "@std/assert";
import type { Io } from "../../runner/cli/io.ts";
import { main } from "../../runner/cli/cli.ts";

/** Whether golden files are to be rewritten: `deno task test tests/runner -- --update`. */
export const isUpdating: boolean = Deno.args.includes("--update");

/** What a run of the program came to. */
export interface Ran {
  /** Its exit status. */
  readonly status: number;
  /** What it printed to stdout. */
  readonly out: string;
  /** What it printed to stderr. */
  readonly err: string;
}

/** Options for {@linkcode runProgram}. */
export interface ProgramOptions {
  /** Environment variables that it sees. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it believes that it writes to a terminal. */
  readonly isTerminal?: boolean;
}

/** Runs the program in this process, with its output caught. */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (line) => out.push(`${line}\n`),
    err: (line) => err.push(`${line}\n`),
    progress: (text) => err.push(text),
    isOutTerminal: options.isTerminal ?? false,
    isErrTerminal: options.isTerminal ?? false,
    env: (name) => options.env?.[name],
  };
  const status = await main(args, io);
  return { status, out: out.join(""), err: err.join("") };
}

/**
 * Compares a text with a golden file, or rewrites the file. The hash of a run changes with every detail of the kernel's
 * events, so it is left out.
 */
export async function assertGolden(file: URL, text: string): Promise<void> {
  const actual = text.replace(/unseed [0-9a-f]{8}/g, "unseed ........");
  if (isUpdating) {
    await Deno.mkdir(new URL("./", file), { recursive: true });
    await Deno.writeTextFile(file, actual);
    return;
  }
  assertEquals(actual, await Deno.readTextFile(file));
}
