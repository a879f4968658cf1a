// deno-lint-ignore-file pnotify/layers -- it shows what the program does, so it asks the program
/**
 * Writes the pictures of terminal output in `docs/pictures/`: each is what the program printed just now.
 *
 *     deno run -A tools/with_std.ts run -A tools/pictures.ts [--check]
 *
 * With `--check` nothing is written; the exit status is 1 when a picture is stale.
 *
 * @module
 */

import { main } from "../runner/cli/cli.ts";
import { terminalSvg } from "./terminal_svg.ts";
import { filePath, root } from "./with_std.ts";

const command = "deno run -A tools/with_std.ts run -A tools/pictures.ts";

/** A picture to make. */
interface Picture {
  /** Its file, in `docs/pictures/`. */
  readonly file: string;
  /** What it shows, for those who cannot see it. */
  readonly title: string;
  /** The command line of the program. */
  readonly args: readonly string[];
}

/** Like the shipped scenario of this name, but with two wrong expectations. */
const brokenScenario = `scenario: A vetoed fork leaves nothing behind
tasks: [init, init/sh]
modules:
  first: { script: { fork: ok, exit: ok } }
  second: { script: { fork: error } }
steps:
  - subscribe: { task: sh, module: first }
  - subscribe: { task: sh, module: second }
  - fork: { parent: sh, as: child }
    fails: EPERM
expect:
  - exact_calls: { first: [fork child ok] }
  - refcnt: { first: 2 }
`;

/** The files that the commands find in their folder. */
const files: Readonly<Record<string, string | URL>> = {
  "case.yaml": brokenScenario,
  "build.strace": new URL("tests/data/recordings/make/strace.txt", root),
};

/** The pictures. */
export const pictures: readonly Picture[] = [
  {
    file: "run.svg",
    title: "pnotify run veto: the trace of a fork that a module refuses",
    args: ["run", "veto", "--filter", "leaves nothing", "--trace", "--tree"],
  },
  {
    file: "failure.svg",
    title: "pnotify run case.yaml: expectations that do not hold, with the place in the file",
    args: ["run", "case.yaml", "--quiet"],
  },
  {
    file: "replay.svg",
    title: "pnotify replay build.strace: the tree of the processes of a build, with jobs",
    args: ["replay", "build.strace", "--tree", "--module", "job", "--width", "100"],
  },
];

function shown(args: readonly string[]): string {
  return args.map((arg) => (arg.includes(" ") ? `"${arg}"` : arg)).join(" ");
}

/**
 * Runs the program and draws what it prints. The commands run in the current folder.
 *
 * @param picture What to run.
 * @returns The picture, as SVG.
 */
export async function draw({ args, title }: Picture): Promise<string> {
  const lines = [`\x1b[2m$\x1b[22m \x1b[1mpnotify ${shown(args)}\x1b[22m`];
  const print = (text: string) => lines.push(...text.split("\n"));
  await main([...args, "--color", "always"], {
    out: print,
    err: print,
    progress: () => {},
    isOutTerminal: false,
    isErrTerminal: false,
    env: () => undefined,
  });
  return terminalSvg(lines, title);
}

/**
 * Draws all pictures.
 *
 * @returns Each picture, by its file.
 */
export async function drawAll(): Promise<Map<string, string>> {
  const before = Deno.cwd();
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, source] of Object.entries(files)) {
      const text = typeof source === "string" ? source : await Deno.readTextFile(source);
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    Deno.chdir(folder);
    const drawn = new Map<string, string>();
    for (const picture of pictures) drawn.set(picture.file, await draw(picture));
    return drawn;
  } finally {
    Deno.chdir(before);
    await Deno.remove(folder, { recursive: true });
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return (await Deno.readTextFile(path)).replaceAll("\r\n", "\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) {
  const unknown = Deno.args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    console.error(`error: Cannot read argument "${unknown}": it is unknown, --check is wanted`);
    Deno.exit(2);
  }
  let stale = false;
  for (const [file, svg] of await drawAll()) {
    const path = filePath(new URL(`docs/pictures/${file}`, root));
    if (await textOf(path) === svg) continue;
    if (!Deno.args.includes("--check")) await Deno.writeTextFile(path, svg);
    else {
      console.error(`docs/pictures/${file} is stale: run ${command}`);
      stale = true;
    }
  }
  // Commands of the program may leave timers behind.
  Deno.exit(stale ? 1 : 0);
}
