/**
 * A process that measures one contender in one world, a slice whenever it is asked to:
 *
 *     echo 1000 | deno run -A --v8-flags=--single-threaded-gc bench/measure.ts pnotify '{"modules":3,"percent":1,"alive":10000}'
 *
 * A third argument is the URL of a bundle of the contender. Without it the contender's files are loaded one by one. The
 * process prints as JSON what the modules heard in a fixed part of the work. Then, for each number of milliseconds that it
 * reads, it works as long and prints the nanoseconds that a lifecycle took. `bench/processes.ts` lets several of these take
 * turns.
 *
 * @module
 */
import { openCpuClock } from "./cpu_clock.ts";
import { findContender, start } from "./implementations.ts";
import type { Counters, Shape } from "./workload.ts";

/** What a process says before it is asked. */
export interface Greeting {
  /** Whether its times are CPU time of the thread. */
  readonly isCpuTime: boolean;
  /** What the modules had heard after a fixed part of the work. */
  readonly heard: readonly Counters[];
}

const CHECKED = 20_000;
/** Each call of the workload does this much, so that V8 compiles it as a function and not only as a running loop. */
const STEP = 2_000;
/**
 * How often all that are alive are replaced in a turn, at least. Between two full collections a million live tasks are
 * replaced about six times, and a turn that has none in it would be too cheap.
 */
const GENERATIONS = 6;

async function serve(name: string, shape: Shape, bundle: string | null): Promise<void> {
  const clock = openCpuClock();
  const { installed, workload } = await start(findContender(name), shape, bundle);
  workload.run(CHECKED);
  const greeting: Greeting = { isCpuTime: clock.isCpuTime, heard: installed.counters };
  console.log(JSON.stringify(greeting));
  for await (const line of linesOf(Deno.stdin.readable)) {
    const limit = Number(line) * 1e6;
    const began = clock.now();
    let done = 0;
    let used = 0;
    do {
      workload.run(STEP);
      done += STEP;
      used = clock.now() - began;
    } while (used < limit || done < GENERATIONS * shape.alive);
    console.log(String(used / done));
  }
}

/** The lines of a stream of text. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

if (import.meta.main) {
  const [name, shape, bundle = null] = Deno.args;
  await serve(name, JSON.parse(shape), bundle);
}
