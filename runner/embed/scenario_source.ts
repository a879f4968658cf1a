import type { Json } from "../engine/plan.ts";
import { type NamedFile, shippedScenarios } from "../execute/files.ts";

/** A scenario as an object: what its file would say, key by key. */
export interface ScenarioObject {
  /** Its title. */
  readonly scenario: string;
  /** More about it. */
  readonly description?: string;
  /** What all randomness follows from; 42 when nothing is said. */
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
  /** What must hold at the end; after `concurrently`, a map of `always`, `sometimes` and `never`. */
  readonly expect?: Json;
}

/**
 * A scenario, wherever it is: an object; a text in YAML or JSON, which is a string with a line break in it or a brace at
 * its start; the path or the `file:` URL of a file, for which `--allow-read` is needed; or the name of a scenario that
 * comes with the package, such as `demo`.
 */
export type ScenarioSource = ScenarioObject | string | URL;

/** Finds the file that a source names, or makes one of it. */
export function fileOf(source: ScenarioSource): NamedFile {
  if (source instanceof URL) return { name: nameOf(source), location: source };
  if (typeof source !== "string") {
    return { name: "(object)", location: HERE, text: JSON.stringify(source, null, 2) };
  }
  if (/\n|^\s*\{/.test(source)) return { name: "(text)", location: HERE, text: source };
  const shipped = shippedScenarios().find(({ name }) => name === `scenarios/${source}.yaml`);
  return shipped ?? { name: source, location: source };
}

/** What the paths in a scenario that is no file begin with. */
const HERE = "scenario.yaml";

/** Beneath the current folder as people would write it, elsewhere in full. */
function nameOf(url: URL): string {
  if (url.protocol !== "file:") return url.href;
  const path = decodeURIComponent(url.pathname);
  const folder = `${Deno.cwd()}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}
