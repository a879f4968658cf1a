import { assertEquals } from "@std/assert";
import { type Refusal, RefusedError } from "../../runner/execute/refusal.ts";
import { replaySandboxed } from "../../runner/execute/replay_sandboxed.ts";
import type { SandboxLimits } from "../../runner/sandbox/mod.ts";
import type { ReplayOutcome } from "../../runner/replay/session.ts";
import { readData, RECORDINGS } from "./support.ts";

const COUNTER = `
import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";

export default defineModule({
  name: "counter",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  params: { limit: { type: "number", default: 1, description: "a number" } },
  load({ pnotify, params }) {
    const counts = { fork: 0, exec: 0, exit: 0, limit: params.limit };
    const events = defineEvents({
      name: "counter",
      init: () => PNOTIFY_OK,
      fork: () => (counts.fork++, PNOTIFY_OK),
      exec: () => void counts.exec++,
      exit: (task) => {
        counts.exit++;
        // BAD
      },
    });
    pnotify.register(events);
    return { events, counts };
  },
  unload({ pnotify, printk }, { events, counts }) {
    printk(JSON.stringify(counts));
    pnotify.unregister(events);
  },
});
`;

interface Sandboxed {
  readonly outcome: ReplayOutcome | null;
  readonly kind: "replayed" | Refusal["kind"];
  /** What the refusal says; empty for an outcome. */
  readonly why: string;
}

async function replay(
  module: string,
  pieces: AsyncIterable<string>,
  limits?: Partial<SandboxLimits>,
): Promise<Sandboxed> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/counter.ts`;
    await Deno.writeTextFile(path, module);
    const request = {
      recording: "test",
      pid: null,
      modules: [{ name: "job", isFile: false }, { name: "counter", isFile: true }],
      params: ["limit=20"],
      check: false,
      keep: true,
      tree: true,
      timeline: false,
      width: 80,
    };
    const files = new Map([["counter", path]]);
    const outcome = await replaySandboxed(request, files, pieces, limits);
    return { outcome, kind: "replayed", why: "" };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return { outcome: null, kind: error.refusal.kind, why: linesOf(error.refusal).join("\n") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function linesOf(refusal: Refusal): readonly string[] {
  if (refusal.kind === "crashed") return [refusal.title, ...refusal.notes];
  return refusal.mistakes.map(({ diagnostic }) => diagnostic.title);
}

async function* piecesOf(text: string, length: number): AsyncGenerator<string> {
  await Promise.resolve();
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

/** Limits for a module that is to be stopped. */
const SHORT: Partial<SandboxLimits> = { stepMs: 500 };

const make = new URL("make/strace.txt", RECORDINGS);

Deno.test("replaySandboxed() runs a module of the user beside a shipped one", async () => {
  const { outcome, why } = await replay(COUNTER, piecesOf(await readData(make), 5000));
  assertEquals(why, "");
  const counts = { fork: 25, exec: 26, exit: 26, limit: 20 };
  assertEquals(outcome!.log.at(-1)!.endsWith(JSON.stringify(counts)), true);
  assertEquals(outcome!.report.summary.processes, 26);
  assertEquals(outcome!.report.tree!.every(({ job }) => job === "0x1"), true);
  assertEquals(outcome!.tree!.length, 26);
});

Deno.test("replaySandboxed() asks for text only as fast as it is worked through", async () => {
  let asked = 0;
  async function* endlessly(): AsyncGenerator<string> {
    for (;;) {
      yield `5 clone(child_stack=NULL, flags=SIGCHLD) = ${++asked + 5}\n`;
      await Promise.resolve();
    }
  }
  // It never gets beyond the first piece, and a few more may be on their way.
  const stuck = COUNTER.replace("fork: () =>", "fork: () => { for (;;); },\n      clone: () =>");
  const { kind } = await replay(stuck, endlessly(), SHORT);
  assertEquals([kind, asked > 0 && asked < 10], ["crashed", true]);
});

Deno.test("replaySandboxed() takes pieces of any size", async () => {
  const text = `${"x".repeat(400_000)}\n5 setsid() = 5\n`.repeat(2);
  const { outcome } = await replay(COUNTER, piecesOf(`5 setsid() = 5\n${text}`, 1e9));
  assertEquals([outcome!.report.lines, outcome!.report.warning_counts], [5, {
    "not-understood": 2,
  }]);
});

Deno.test("replaySandboxed() stops a module that does not return", async () => {
  const endless = COUNTER.replace("// BAD", "for (;;);");
  const { kind, why } = await replay(endless, piecesOf(await readData(make), 5000), SHORT);
  assertEquals([kind, why.includes("Soft lockup in counter")], ["crashed", true]);
});

Deno.test("replaySandboxed() stops a module when the limits that it is given are over", async () => {
  const endless = COUNTER.replace("// BAD", "for (;;);");
  const text = await readData(make);
  const step = await replay(endless, piecesOf(text, 5000), SHORT);
  assertEquals([step.kind, step.why.includes("it was stopped after 500 ms")], ["crashed", true]);
  const limits = { stepMs: 60_000, totalMs: 1500 };
  const { kind, why } = await replay(endless, piecesOf(text, 5000), limits);
  assertEquals([kind, why.match(/it was stopped after [\d.]+ m?s/)?.[0] ?? why], [
    "crashed",
    "it was stopped after 1.5 s",
  ]);
});

Deno.test("replaySandboxed() refuses a module that wants more than it may have", async () => {
  const greedy = `import "node:fs";\n${COUNTER}`;
  const { kind, why } = await replay(greedy, piecesOf("5 setsid() = 5\n", 100));
  assertEquals([kind, why.includes("node:fs")], ["refused", true]);
});

Deno.test("replaySandboxed() reports a module whose hook breaks down", async () => {
  const broken = COUNTER.replace("// BAD", 'throw new Error("oops " + task.pid);');
  const { outcome } = await replay(broken, piecesOf(await readData(make), 5000));
  assertEquals(outcome!.reports.length > 0 && outcome!.reports[0].includes("counter"), true);
});

Deno.test("replaySandboxed() passes on what is wrong with the source of the recording", async () => {
  async function* failing(): AsyncGenerator<string> {
    yield "5 setsid() = 5\n";
    await Promise.resolve();
    throw new TypeError("damaged");
  }
  let message = "";
  try {
    await replay(COUNTER, failing());
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(message, "damaged");
});
