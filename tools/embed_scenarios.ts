/**
 * Writes `scenarios/mod.ts`: the shipped scenarios, and the recordings that they replay, as a module, for programs that
 * come from a registry, where there are no files to read.
 *
 *     deno run -A tools/embed_scenarios.ts [--check]
 *
 * @module
 */
import { root } from "./with_std.ts";

const folderUrl = new URL("scenarios/", root);
const moduleUrl = new URL("mod.ts", folderUrl);
const command = "deno run -A tools/embed_scenarios.ts";

/** Files by their paths, with what is in them. */
export type Texts = readonly (readonly [string, string])[];

/** The texts of the scenarios in a folder, by their paths without the ending, sorted. */
export function readScenarios(): Texts {
  return readTexts(".yaml").map(([path, text]) => [path.slice(0, -".yaml".length), text]);
}

/** The recordings that they replay, by their paths, sorted. */
export function readRecordings(): Texts {
  return readTexts(".strace");
}

function readTexts(ending: string, folder: URL = folderUrl, prefix: string = ""): Texts {
  const found: [string, string][] = [];
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) {
      const inside = readTexts(ending, new URL(`${name}/`, folder), `${prefix}${name}/`);
      for (const [path, text] of inside) found.push([path, text]);
    } else if (name.endsWith(ending)) {
      const text = Deno.readTextFileSync(new URL(name, folder)).replaceAll("\r\n", "\n");
      found.push([prefix + name, text]);
    }
  }
  return found.sort(([a], [b]) => a < b ? -1 : 1);
}

/** The module that holds them. */
export function formatModule(scenarios: Texts, recordings: Texts): string {
  return `// deno-fmt-ignore-file
// Written by tools/embed_scenarios.ts from the files beside it: change those.

/** The shipped scenarios: the text of each, by its name. */
export const SCENARIOS: Readonly<Record<string, string>> = Object.freeze({
${entriesOf(scenarios)}});

/** The recordings that they replay: the text of each, by its path. */
export const RECORDINGS: Readonly<Record<string, string>> = Object.freeze({
${entriesOf(recordings)}});
`;
}

function entriesOf(texts: Texts): string {
  return texts.map(([name, text]) => `  ${keyOf(name)}: ${literalOf(text)},\n`).join("");
}

function keyOf(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : JSON.stringify(name);
}

function literalOf(text: string): string {
  return `\`${text.replace(/[\\`]|\$(?=\{)/g, "\\$&")}\``;
}

if (import.meta.main) {
  const text = formatModule(readScenarios(), readRecordings());
  if (!Deno.args.includes("--check")) Deno.writeTextFileSync(moduleUrl, text);
  else if (Deno.readTextFileSync(moduleUrl).replaceAll("\r\n", "\n") !== text) {
    console.error(`scenarios/mod.ts is stale: run ${command}`);
    Deno.exit(1);
  }
}
