import { importCopy, type Transformation } from "./private_copy.ts";
import { withoutCallouts, withTaskField } from "./transformations.ts";
import type { Implementation, Installed, Shape, Workload } from "./workload.ts";

/** What is measured. */
export interface Contender {
  /** Its short name, and that of its file in `implementations/`. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  /** What is changed in its copy of the kernel. */
  readonly transformations: readonly Transformation[];
  /** How many modules it can have; any number when that is left out. */
  readonly modules?: readonly number[];
}

/** Everything that is measured. */
export const CONTENDERS: readonly Contender[] = [
  { name: "none", title: "no callouts at all (compiled out)", transformations: [withoutCallouts] },
  { name: "direct", title: "direct calls (the floor)", transformations: [], modules: [1, 3] },
  { name: "pnotify", title: "pnotify", transformations: [] },
  {
    name: "chain_array",
    title: "notifier chain, data array on the task",
    transformations: [withTaskField("slots")],
  },
  { name: "chain_map", title: "notifier chain, a Map in each module", transformations: [] },
  { name: "tapable", title: "tapable, global, Maps", transformations: [] },
  { name: "nanoevents", title: "nanoevents, global, Maps", transformations: [] },
  { name: "node_events", title: "node:events, lazily per task", transformations: [] },
  { name: "event_target", title: "EventTarget, global, Maps", transformations: [] },
];

/** Those that need nothing but this repository. */
export const QUICK_CONTENDERS: readonly string[] = ["none", "pnotify", "chain_array", "chain_map"];

/** Whether a contender can have that many modules. */
export function canHave(contender: Contender, modules: number): boolean {
  return contender.modules === undefined || contender.modules.includes(modules);
}

/** Finds a contender by its name. */
export function findContender(name: string): Contender {
  const contender = CONTENDERS.find((candidate) => candidate.name === name);
  if (contender !== undefined) return contender;
  const names = CONTENDERS.map((candidate) => candidate.name).join(", ");
  throw new TypeError(`Cannot measure "${name}": no contender has this name, wanted ${names}`);
}

/** A world to measure, in a kernel of its own. */
export interface Started {
  /** What was installed. */
  readonly installed: Installed;
  /** The work. */
  readonly workload: Workload;
}

/** The file that a contender is in, by its path from the root. */
export function entryOf({ name }: Contender): string {
  return `bench/implementations/${name}.ts`;
}

type Copied = Implementation & { readonly Workload: typeof Workload };

/** So that each world has a copy of its bundle to itself. */
let worlds = 0;

/**
 * Loads a contender with a private copy of the kernel, and builds its world.
 *
 * @param contender The contender.
 * @param shape The world.
 * @param bundle The URL of its bundle; the files one by one when there is none.
 */
export async function start(
  contender: Contender,
  shape: Shape,
  bundle: string | null = null,
): Promise<Started> {
  const module: Copied = bundle === null
    ? await importCopy<Copied>(entryOf(contender), contender.transformations)
    : await import(`${bundle}?${worlds++}`);
  const installed = module.install(shape);
  return { installed, workload: new module.Workload(installed, shape) };
}

/**
 * Makes sure that all have heard the same. Those that track nobody have no counters.
 *
 * @throws {Error} Naming the one that differs, and how.
 */
export function compareCounters(worlds: ReadonlyMap<string, Installed>): void {
  let expected: string | null = null;
  let first = "";
  for (const [name, { counters }] of worlds) {
    if (counters.length === 0) continue;
    const heard = JSON.stringify(counters);
    if (expected === null) {
      expected = heard;
      first = name;
    }
    if (heard === expected) continue;
    throw new Error(
      `Cannot compare ${name} with ${first}: its modules heard ${heard}, ${expected} is wanted`,
    );
  }
}
