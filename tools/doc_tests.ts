/**
 * Runs the examples of the documentation, without any permission: the library needs none.
 *
 *     deno run -A tools/doc_tests.ts [FILE or FOLDER]... [OPTION of deno test]...
 *
 * `deno test --doc` evaluates the library anew for each example. Here each one becomes a module with the lines that
 * it has in its file, one entry imports them all, and what fails is told by the file and line of the example.
 *
 * @module
 */

import { denoArguments, filePath, findWorld, reportWorld, root, type World } from "./with_std.ts";

/** A piece of code in a documentation. */
export interface Example {
  /** The file, from the project's folder. */
  readonly file: string;
  /** The line at which its code begins. */
  readonly line: number;
  /** The ending of a file of its language. */
  readonly ending: "ts" | "js";
  /** The code, as many lines down as in its file. */
  readonly code: string;
}

const DOCUMENTED = ["README.md", "docs", "mod.ts", "kernel", "pnotify", "check", "modules"]
  .concat("replay", "runner");
const LANGUAGES: Readonly<Record<string, Example["ending"]>> = {
  ts: "ts",
  typescript: "ts",
  js: "js",
  javascript: "js",
};

/** The examples of a file: of Markdown, or of the documentation comments of a program. */
export function examplesIn(file: string, text: string): Example[] {
  const lines = file.endsWith(".md") ? text.split("\n") : commentLines(text);
  const examples: Example[] = [];
  for (let start = 0; start < lines.length; start++) {
    const fence = /^\s*(`{3,})\s*(\w*)(.*)$/.exec(lines[start]);
    if (fence === null) continue;
    const [, ticks, language, attributes] = fence;
    const isEnd = (line: string) => line.trim() === ticks;
    let end = start + 1;
    while (end < lines.length && !isEnd(lines[end])) end++;
    const ending = LANGUAGES[language];
    if (ending !== undefined && !/\bignore\b/.test(attributes)) {
      const code = "\n".repeat(start + 1) + lines.slice(start + 1, end).join("\n") + "\n";
      examples.push({ file, line: start + 2, ending, code });
    }
    start = end;
  }
  return examples;
}

/** The lines of the documentation comments of a program, each where it stands, and empty lines between them. */
function commentLines(text: string): string[] {
  // The line on which the text begins may be that of a comment.
  const lines = [""];
  let end = 0;
  const leaveOut = (upTo: number) =>
    lines.push(...text.slice(end, upTo).split("\n").slice(1).fill(""));
  for (const { 0: comment, index } of text.matchAll(/^[ \t]*\/\*\*(?:[^*]|\*(?!\/))*\*\//gm)) {
    leaveOut(index);
    lines.pop();
    lines.push(...comment.replace(/^[ \t]*(?:\/\*\*|\*\/|\* ?)/gm, "").split("\n"));
    end = index + comment.length;
  }
  leaveOut(text.length);
  return lines;
}

/** The files with documentation at or below some paths. */
export function documentedFiles(paths: readonly string[], base: URL = root): string[] {
  return paths.flatMap((path) => {
    if (!Deno.statSync(new URL(path, base)).isDirectory) return [path];
    const below = [...Deno.readDirSync(new URL(`${path}/`, base))]
      .filter(({ name, isDirectory }) => isDirectory || /\.(?:md|ts|js)$/.test(name))
      .map(({ name }) => `${path}/${name}`).sort();
    return documentedFiles(below, base);
  });
}

/** Where the module of an example is, below the folder of all of them. */
function moduleOf({ file, line, ending }: Example): string {
  return `${file}$${line}.${ending}`;
}

/** The entry that runs examples, each as a test of its own, unless it holds tests itself. */
export function entryFor(examples: readonly Example[]): string {
  const tests = examples.map((example) => {
    const module = JSON.stringify(`./${moduleOf(example)}`);
    if (/^Deno\.test\(/m.test(example.code)) return `import ${module};\n`;
    const name = JSON.stringify(`${example.file}:${example.line}`);
    return `Deno.test(${name}, async () => void await import(${module}));\n`;
  });
  return tests.join("");
}

/** Names the file of an example where a message names its module. */
export function nameFiles(text: string, folder: URL): string {
  return text.replaceAll(folder.href, "").replaceAll(filePath(folder), "")
    .replace(/\$\d+\.[jt]s(?=[:\s"')]|$)/gm, "");
}

async function writeExamples(examples: readonly Example[], folder: URL): Promise<string> {
  for (const example of examples) {
    const target = new URL(moduleOf(example), folder);
    await Deno.mkdir(new URL("./", target), { recursive: true });
    await Deno.writeTextFile(target, example.code);
  }
  const entry = new URL("examples.ts", folder);
  await Deno.writeTextFile(entry, entryFor(examples));
  return filePath(entry);
}

/**
 * Runs the examples.
 *
 * @param world Where `@std` comes from.
 * @param args Files, folders and options for `deno test`.
 * @param write Takes the output.
 * @returns The exit status.
 */
export async function runDocTests(
  world: World,
  args: readonly string[],
  write: (text: string) => void,
): Promise<number> {
  const options = args.filter((arg) => arg.startsWith("-"));
  const paths = args.filter((arg) => !arg.startsWith("-"));
  const files = documentedFiles(paths.length > 0 ? paths : DOCUMENTED);
  const examples = (await Promise.all(
    files.map(async (file) => examplesIn(file, await Deno.readTextFile(new URL(file, root)))),
  )).flat();
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "examples_" }));
  const folder = new URL(`file://${path}/`);
  try {
    const entry = await writeExamples(examples, folder);
    const config = `--config=${filePath(new URL("deno.json", root))}`;
    const command = ["test", "--no-prompt", config, ...options, entry];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: denoArguments(command, world),
      stdin: "null",
    }).output();
    for (const part of [stderr, stdout]) {
      write(nameFiles(new TextDecoder().decode(part), folder));
    }
    return code;
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

if (import.meta.main) {
  const world = await findWorld();
  reportWorld(world);
  const encoder = new TextEncoder();
  const write = (text: string) => void Deno.stdout.writeSync(encoder.encode(text));
  Deno.exit(await runDocTests(world, Deno.args, write));
}
