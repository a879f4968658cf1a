import { assertEquals } from "@std/assert";
import { KernelError } from "../../kernel/errno.ts";
import { Random } from "../../kernel/random.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_NOSUB, PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { formatTimeline, formatTree, nodesOf } from "../../replay/mod.ts";
import {
  folders,
  LIVE_RECORDING,
  readData,
  recordingsIn,
  type Replayed,
  replayText,
} from "./support.ts";

/** So many broken versions are made of each recording. */
const VERSIONS = 8;
/** Long recordings would only repeat themselves. */
const MOST_LINES = 250;

function pick(random: Random, below: number): number {
  return random.next() % below;
}

type Damage = (lines: string[], random: Random) => void;

const DAMAGES: readonly Damage[] = [
  // A line is missing.
  (lines, random) => void lines.splice(pick(random, lines.length), 1),
  // Two lines have changed places.
  (lines, random) => {
    const [a, b] = [pick(random, lines.length), pick(random, lines.length)];
    [lines[a], lines[b]] = [lines[b], lines[a]];
  },
  // A line comes twice.
  (lines, random) => {
    const at = pick(random, lines.length);
    lines.splice(pick(random, lines.length), 0, lines[at]);
  },
  // A line is cut, and runs into the next.
  (lines, random) => {
    const at = pick(random, lines.length);
    const next = lines.splice(at + 1, 1)[0] ?? "";
    lines[at] = lines[at].slice(0, pick(random, lines[at].length + 1)) + next;
  },
  // A character is another one.
  (lines, random) => {
    const at = pick(random, lines.length);
    const place = pick(random, lines[at].length + 1);
    const character = String.fromCharCode(pick(random, 4) === 0 ? 0 : 32 + pick(random, 95));
    lines[at] = lines[at].slice(0, place) + character + lines[at].slice(place + 1);
  },
  // A number is another number.
  (lines, random) => {
    const at = pick(random, lines.length);
    const value = ["0", "1", "2", "99999999999", "-1", "4294967295", "12"][pick(random, 7)];
    const numbers = [...lines[at].matchAll(/\d+/g)];
    if (numbers.length === 0) return;
    const { index, 0: old } = numbers[pick(random, numbers.length)];
    lines[at] = lines[at].slice(0, index) + value + lines[at].slice(index! + old.length);
  },
  // The rest is missing.
  (lines, random) => void lines.splice(1 + pick(random, lines.length)),
];

function damage(text: string, seed: number): string {
  const random = new Random(seed);
  const lines = text.split("\n");
  const start = lines.length <= MOST_LINES ? 0 : pick(random, lines.length - MOST_LINES);
  const some = lines.slice(start, start + MOST_LINES);
  for (let i = pick(random, 12); i >= 0 && some.length > 1; i--) {
    DAMAGES[pick(random, DAMAGES.length)](some, random);
  }
  return some.join("\n");
}

/** What must hold whatever the recording. */
function checkInvariants({ replay, recording, kernel, pnotify }: Replayed, context: string): void {
  const { summary, gaps, processes } = replay;
  const ended = Object.values(summary.exit_codes).reduce((sum, one) => sum + one, 0);
  assertEquals(ended + gaps.unknown_exits, summary.process_exits, `exits ${context}`);
  const ran = processes.filter(({ neverRan }) => !neverRan);
  assertEquals(ran.length, summary.processes, `processes ${context}`);
  assertEquals(summary.process_exits <= summary.task_exits, true, `task exits ${context}`);
  assertEquals(new Set(processes.map(({ serial }) => serial)).size, processes.length, context);
  for (const process of processes) {
    assertEquals(process.above === null || process.above.below.includes(process), true, context);
  }
  assertEquals(kernel.reports.map(({ headline }) => headline), [], `reports ${context}`);
  for (const { balance } of pnotify.balances()) assertEquals(balance.balanced, true, context);
  const drawn = formatTree(processes, { clock: recording.clock, width: 80 });
  assertEquals(drawn.length, processes.length, `tree ${context}`);
  formatTimeline(processes, { clock: recording.clock, width: 80, until: 0 });
  JSON.stringify(nodesOf(processes, recording.clock));
  assertEquals(kernel.shutdown().map(({ headline }) => headline), [], `shutdown ${context}`);
}

function replayDamaged(text: string, context: string): void {
  let odd = 0;
  const watch = defineEvents<number>({
    name: "watch",
    taskData: { create: (task) => task.pid, inherit: "none" },
    init: () => PNOTIFY_OK,
    fork: (task) => task.pid % 5 === 0 ? PNOTIFY_NOSUB : PNOTIFY_OK,
    exit: (_task, subscriber) => void (odd += subscriber.data % 2),
    reparent: () => void odd++,
    free: () => void odd++,
  });
  let replayed: Replayed;
  try {
    replayed = replayText(text, { prepare: ({ pnotify }) => pnotify.register(watch), chunk: 999 });
  } catch (error) {
    if (error instanceof KernelError && ["ENOEXEC", "ENODATA"].includes(error.code)) return;
    throw new Error(`Cannot replay ${context}`, { cause: error });
  }
  checkInvariants(replayed, context);
}

for (const folder of folders()) {
  Deno.test(`Replay survives recordings of ${folder} that are cut, swapped and corrupted`, async () => {
    for (const { name, file } of recordingsIn(folder)) {
      const text = await readData(file);
      for (let seed = 0; seed < VERSIONS; seed++) {
        replayDamaged(damage(text, seed), `${folder}/${name} with seed ${seed}`);
      }
    }
  });
}

Deno.test("Replay survives events of a live run that are cut, swapped and corrupted", async () => {
  const text = await readData(LIVE_RECORDING);
  for (let seed = 0; seed < 25 * VERSIONS; seed++) {
    replayDamaged(damage(text, seed), `${LIVE_RECORDING.pathname} with seed ${seed}`);
  }
});

Deno.test("Replay survives lines of several formats and recordings in one", async () => {
  const texts = [await readData(LIVE_RECORDING)];
  for (const folder of ["daemon", "threads", "spawn", "threadexec"]) {
    for (const { file } of recordingsIn(folder)) texts.push(await readData(file));
  }
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const lines: string[] = [];
    const sources = texts.map((text) => text.split("\n"));
    for (let i = 0; i < 300; i++) {
      const source = sources[pick(random, sources.length)];
      lines.push(source[pick(random, source.length)]);
    }
    replayDamaged(lines.join("\n"), `mixture with seed ${seed}`);
  }
});
