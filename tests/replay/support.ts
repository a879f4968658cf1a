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

/** What a live run recorded in which a module refused a fork. */
export const LIVE_RECORDING: URL = new URL("../data/live/limited.events", import.meta.url);

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

/** An event of every kind, with everything that it can tell, as they are numbered below a header. */
export function everyEvent(): RecordedEvent[] {
  const place = (line: number) => ({ time: line * 1000, line });
  return [
    {
      type: "fork",
      ...place(2),
      pid: 6,
      tgid: 6,
      thread: false,
      creator: 5,
      creatorTgid: 4,
      parent: 3,
      flags: 0x1200000,
      comm: "a",
    },
    {
      type: "fork",
      ...place(3),
      pid: 7,
      tgid: 6,
      thread: true,
      creator: 6,
      creatorTgid: 6,
      parent: null,
      flags: null,
      comm: null,
    },
    {
      type: "exec",
      ...place(4),
      pid: 6,
      oldPid: 7,
      path: '/a "b"',
      argv: ["x", "\n"],
      comm: "b",
    },
    { type: "exec-failed", ...place(5), pid: 6 },
    { type: "exit-call", ...place(6), pid: 6, tgid: 6, code: 3, group: true },
    { type: "signal", ...place(7), pid: 6, signal: 15 },
    { type: "rename", ...place(8), pid: 6, comm: "\u00e4 \\" },
    { type: "session", ...place(9), pid: 6, id: 6 },
    { type: "group", ...place(10), pid: 6, id: 5 },
    { type: "credentials", ...place(11), pid: 6, uid: 1000, gid: null },
    { type: "credentials", ...place(12), pid: 6, uid: null, gid: 0 },
    { type: "subreaper", ...place(13), pid: 6, on: true },
    { type: "namespace", ...place(14), pid: 6 },
    { type: "found", ...place(15), pid: 9, tgid: 8, parent: 1, comm: "old" },
    { type: "usage", ...place(16), pid: 6, resources: { userTime: 5, bytesRead: 0 } },
    { type: "lost", ...place(17), count: null },
    { type: "lost", ...place(18), count: 4 },
    {
      type: "exit",
      ...place(19),
      pid: 6,
      tgid: 6,
      status: 0x300,
      parent: 0,
      groupDead: true,
    },
    {
      type: "exec",
      ...place(20),
      pid: 6,
      oldPid: 6,
      path: "/a",
      argv: ["a"],
      comm: "a",
      cwd: "/tmp/\u00e4",
    },
    {
      type: "found",
      ...place(21),
      pid: 8,
      tgid: 8,
      parent: null,
      comm: "sh",
      uid: 0,
      gid: 100,
      group: 8,
      session: 0,
    },
    {
      type: "refused",
      ...place(22),
      call: "fork",
      pid: 10,
      tgid: 10,
      creator: 8,
      errno: "EAGAIN",
      path: null,
    },
    {
      type: "refused",
      ...place(23),
      call: "exec",
      pid: 8,
      tgid: 8,
      creator: null,
      errno: "EACCES",
      path: "/bin/a",
    },
    { type: "kill", ...place(24), pid: 8, target: -1, signal: 9 },
    { type: "wait", ...place(25), pid: 8, child: 6 },
  ];
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
