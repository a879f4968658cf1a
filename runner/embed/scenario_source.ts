import type { Json } from "../engine/plan.ts";
import { type NamedFile, shippedScenarios } from "../execute/files.ts";

/** A scenario as an object, with the keys of a scenario file. */
export interface ScenarioObject {
  /** Its title. */
  readonly scenario: string;
  /** More about it. */
  readonly description?: string;
  /** The seed of all randomness. 42 by default. */
  readonly seed?: number;
  /** How the kernel boots: `pid_max`, `threads_max`, `init_reaps`, `debug`. */
  readonly kernel?: Readonly<Record<string, Json>>;
  /** The tasks that are there before the first step: `["init", "init/sh"]`, or a map by their names. */
  readonly tasks?: Json;
  /** Its modules: a list of names, or a map of what each is. */
  readonly modules?: Json;
  /** Its steps, each a map with one verb: `{ fork: { parent: "sh", as: "child" } }`. */
  readonly steps?: readonly Readonly<Record<string, Json>>[];
  /** Operations that run at the same time, by the name of the CPU. */
  readonly concurrently?: Readonly<Record<string, Json>>;
  /** How far interleavings are tried. */
  readonly bounds?: Readonly<Record<string, Json>>;
  /** What must hold at the end. After `concurrently` it is a map of `always`, `sometimes` and `never`. */
  readonly expect?: Json;
}

/**
 * A scenario as an object, a text, a file or a name. A string with a line break in it, or a brace at its start, is a
 * text in YAML or JSON. Any other string is the name of a shipped scenario, such as `demo`, or the path of a file. A
 * URL begins with `file:`. Files need `--allow-read`.
 */
export type ScenarioSource = ScenarioObject | string | URL;

/** Finds the file of a source, or makes a file of a text or an object. */
export function fileOf(source: ScenarioSource): NamedFile {
  if (source instanceof URL) return { name: nameOf(source), location: source };
  if (typeof source !== "string") {
    return { name: "(object)", location: HERE, text: JSON.stringify(source, null, 2) };
  }
  if (/\n|^\s*\{/.test(source)) return { name: "(text)", location: HERE, text: source };
  const shipped = shippedScenarios().find(({ name }) => name === `scenarios/${source}.yaml`);
  return shipped ?? { name: source, location: source };
}

/** The place of a scenario that is no file. Paths in it begin here. */
const HERE = "scenario.yaml";

/** The name of a file. It is relative below the current folder, and elsewhere in full. */
function nameOf(url: URL): string {
  if (url.protocol !== "file:") return url.href;
  const path = decodeURIComponent(url.pathname);
  const folder = `${Deno.cwd()}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}
