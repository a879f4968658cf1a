import { boot } from "../../pnotify/boot.ts";
import type { World } from "../../pnotify/boot.ts";
import {
  type ProcessRecord,
  type RecordedEvent,
  Recording,
  Replay,
  type ReplayObserver,
} from "../../replay/mod.ts";

/** The folder of recorded runs. */
export const RECORDINGS: URL = new URL("../data/recordings/", import.meta.url);

/** A replay that is over. */
export interface Replayed extends World {
  /** The recording. */
  readonly recording: Recording;
  /** The replay. */
  readonly replay: Replay;
  /** Its processes, in order of birth. */
  readonly processes: readonly ProcessRecord[];
}

/** How a text is to be replayed. */
export interface ReplayTextOptions {
  /** Whether the kernel checks itself; true by default. */
  readonly debug?: boolean;
  /** How many characters come at a time; all at once by default. */
  readonly chunk?: number;
  /** Prepares the kernel. */
  readonly prepare?: (world: World) => void;
  /** Who hears of processes. */
  readonly observer?: ReplayObserver;
  /** The pid of a recording without a pid column. */
  readonly pid?: number;
}

/** Replays a text. */
export function replayText(text: string, options: ReplayTextOptions = {}): Replayed {
  const world = boot({ debug: options.debug ?? true });
  options.prepare?.(world);
  const replay = new Replay(world.kernel, { tree: true, observer: options.observer });
  const recording = new Recording({
    sink: replay.sink,
    warnings: replay.warnings,
    pid: options.pid,
  });
  const chunk = options.chunk ?? Math.max(text.length, 1);
  for (let at = 0; at < text.length; at += chunk) recording.push(text.slice(at, at + chunk));
  recording.end();
  replay.finish();
  const processes = [...replay.processes].sort((a, b) =>
    a.firstSeen - b.firstSeen || a.serial - b.serial
  );
  return { ...world, recording, replay, processes };
}

/** The events of a text. */
export function eventsOf(text: string): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  const recording = new Recording({ sink: (event) => events.push(event) });
  recording.push(text);
  recording.end();
  return events;
}

/** Lines as a text: without the margin that they have in a test. */
export function lines(text: string): string {
  return text.split("\n").map((line) => line.trimStart()).filter((line) => line !== "")
    .join("\n") + "\n";
}

/** Reads a file, packed or not. */
export async function readData(file: URL): Promise<string> {
  if (!file.pathname.endsWith(".gz")) return await Deno.readTextFile(file);
  const { readable } = await Deno.open(file);
  return await new Response(readable.pipeThrough(new DecompressionStream("gzip"))).text();
}

/** The folders of recorded runs. */
export function folders(): string[] {
  return [...Deno.readDirSync(RECORDINGS)].map(({ name }) => name).sort();
}

/** The recordings in a folder: the name of each, and where it is. */
export function recordingsIn(folder: string): { name: string; file: URL }[] {
  const place = new URL(`${folder}/`, RECORDINGS);
  return [...Deno.readDirSync(place)]
    .filter(({ name }) => name !== "truth.json")
    .map(({ name }) => ({ name: name.replace(/\.gz$/, ""), file: new URL(name, place) }))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}
