/**
 * What is measured of replays: `replay_bench.ts` and `replay_speed.ts` share it.
 *
 * @module
 */
import type { KernelModule } from "../kernel/module.ts";
import { csa } from "../modules/csa/mod.ts";
import { job } from "../modules/job/mod.ts";
import { boot } from "../pnotify/boot.ts";
import { Recording, Replay } from "../replay/mod.ts";
import { type ReplayRequest, ReplaySession } from "../runner/replay/session.ts";
import { runSandboxed } from "../runner/sandbox/mod.ts";
import { generate, type GeneratedFormat } from "./replay_generator.ts";

/** A recording in memory. */
export interface Workload {
  /** Its text, in chunks. */
  readonly chunks: readonly string[];
  /** How many lines it has. */
  readonly lines: number;
  /** How many events it tells of. */
  readonly events: number;
}

/** Makes a recording. */
export function makeWorkload(format: GeneratedFormat, lifecycles: number): Workload {
  const chunks = [...generate(format, { lifecycles })];
  let events = 0;
  const recording = new Recording({ sink: () => events++ });
  for (const chunk of chunks) recording.push(chunk);
  recording.end();
  return { chunks, lines: recording.lineCount, events };
}

function lineLoop({ chunks }: Workload): number {
  let lines = 0;
  for (const chunk of chunks) {
    for (let at = chunk.indexOf("\n"); at >= 0; at = chunk.indexOf("\n", at + 1)) lines++;
  }
  return lines;
}

function parse({ chunks }: Workload): number {
  let events = 0;
  const recording = new Recording({ sink: () => events++ });
  for (const chunk of chunks) recording.push(chunk);
  recording.end();
  return events;
}

function replay({ chunks }: Workload): number {
  const replay = new Replay(boot({ debug: false }).kernel);
  const recording = new Recording({ sink: replay.sink });
  for (const chunk of chunks) recording.push(chunk);
  recording.end();
  return replay.summary.processes;
}

/** The modules that accounting takes, by name. */
export function jobAndCsa(): Map<string, KernelModule> {
  const modules = [job, csa] as unknown as KernelModule[];
  return new Map(modules.map((module) => [module.name, module]));
}

function withModules({ chunks }: Workload): number {
  const modules = jobAndCsa();
  const session = new ReplaySession(requestFor([...modules.keys()], false), modules);
  for (const chunk of chunks) session.push(chunk);
  return session.finish().report.summary.processes;
}

/** Asks for a replay with modules and nothing else. */
export function requestFor(names: readonly string[], isFile: boolean): ReplayRequest {
  return {
    recording: "bench",
    pid: null,
    modules: names.map((name) => ({ name, isFile })),
    params: [],
    check: false,
    keep: false,
    tree: false,
    timeline: false,
    width: 80,
  };
}

/** What is measured in this process. */
export const runners: Readonly<Record<string, (workload: Workload) => number>> = {
  "lines alone": lineLoop,
  "parser alone": parse,
  "replay": replay,
  "replay with job and csa": withModules,
};

const USER_MODULE = `
import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
export default defineModule({
  name: "counter",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ pnotify }) {
    let forks = 0, execs = 0, exits = 0;
    const events = defineEvents({
      name: "counter",
      init: () => PNOTIFY_OK,
      fork: () => (forks++, PNOTIFY_OK),
      exec: () => void execs++,
      exit: () => void exits++,
    });
    pnotify.register(events);
    return events;
  },
  unload: ({ pnotify }, events) => pnotify.unregister(events),
});
`;

async function* oneByOne(chunks: readonly string[]): AsyncGenerator<string> {
  await Promise.resolve();
  yield* chunks;
}

/** Replays in the sandbox, with a module of a user that counts. The start of the sandbox is in it. */
export async function sandboxed({ chunks }: Workload): Promise<number> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, USER_MODULE);
    const outcome = await runSandboxed({
      kind: "replay",
      request: requestFor(["counter"], true),
      files: new Map([["counter", { path, written: path }]]),
      pieces: oneByOne(chunks),
      limits: { totalMs: 600_000 },
    });
    if (outcome.kind === "replayed") return outcome.outcome.report.summary.processes;
    throw new Error(`Cannot measure the sandbox: ${JSON.stringify(outcome)}`);
  } finally {
    await Deno.remove(path);
  }
}
