import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseFile, shippedScenarios } from "../../runner/execute/files.ts";
import { execute } from "../../runner/execute/execute.ts";
import { RECORDINGS, SCENARIOS } from "../../scenarios/mod.ts";
import { runProgram } from "./golden.ts";

const DAEMON = Deno.readTextFileSync(
  new URL("../data/recordings/daemon/strace.txt", import.meta.url),
);

const SCENARIO = `scenario: A recording
tasks: [init, init/sh]
MODULES
steps:
  - STEP
expect:
  - EXPECT
`;

interface Case {
  readonly step?: string;
  readonly expect: string;
  readonly modules?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** Runs a scenario beside a recording of a daemon. */
async function runCase({ step, expect, modules, files }: Case): ReturnType<typeof runProgram> {
  const folder = await Deno.makeTempDir();
  const all = { "daemon.strace": DAEMON, ...files };
  try {
    for (const [name, content] of Object.entries(all)) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    const text = SCENARIO.replace("MODULES\n", modules ?? "").replace("EXPECT", expect)
      .replace("STEP", step ?? "replay: { file: daemon.strace, root: sh, as: daemon }");
    await Deno.writeTextFile(`${folder}/case.yaml`, text);
    return await runProgram(["run", `${folder}/case.yaml`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function assertPasses(what: Case): Promise<void> {
  const { status, err } = await runCase(what);
  assertEquals({ status, err }, { status: 0, err: "" });
}

async function gzip(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

Deno.test("replay counts what the ground truth of its recording says", async () => {
  const expect = "replay: { processes: 4, threads: 0, execs: 1, exits: 4, depth: 3, " +
    "reparented: 1, failed_execs: 0, refused: 0, lost: 0, warnings: 0, exit_codes: { 0: 3, 2: 1 } }";
  await assertPasses({ expect });
});

Deno.test("replay unpacks a recording when it is packed with gzip", async () => {
  const files = { "packed.gz": await gzip(DAEMON) };
  await assertPasses({ step: "replay: packed.gz", expect: "replay: { processes: 4 }", files });
});

Deno.test("replay lets the first process inherit what hangs on its root", async () => {
  const modules = "modules: { heard: { script: { fork: ok } } }\n";
  const step =
    "subscribe: { task: sh, module: heard }\n  - replay: { file: daemon.strace, root: sh }";
  await assertPasses({ modules, step, expect: "call_counts: { heard: { fork: 4 } }" });
});

Deno.test("replay takes its first process for one that was there when no root is named", async () => {
  const modules = "modules: { heard: { script: { fork: ok } } }\n";
  const step = "subscribe: { task: sh, module: heard }\n  - replay: daemon.strace";
  await assertPasses({ modules, step, expect: "call_counts: { heard: { fork: 0 } }" });
});

Deno.test("replay leaves tasks alive when it ends early", async () => {
  const step = "replay: { file: daemon.strace, root: sh, until: 104ms }";
  const tree = "[w_daemon 0, w_daemon/w_daemon 0, w_daemon/w_daemon/mydaemond runs]";
  await assertPasses({ step, expect: `replay: { exits: 2, tree: ${tree} }` });
});

Deno.test("replay tells of warnings with their lines when they are more than wanted", async () => {
  const lines = DAEMON.split("\n");
  lines.splice(3, 0, "what is this");
  const files = { "daemon.strace": lines.join("\n") };
  const { status, err } = await runCase({ expect: "replay: { warnings: 0 }", files });
  assertEquals(status, 1);
  assertStringIncludes(err, "Expected warnings of the replay to be 0: actual 1");
  assertStringIncludes(err, "= line 4: ");
});

Deno.test("replay fails with ENODATA when the recording is empty", async () => {
  const step = "replay: daemon.strace\n    fails: ENODATA";
  await assertPasses({ step, expect: "tree: [init/sh]", files: { "daemon.strace": "" } });
});

Deno.test("expectation replay looks at the replay that it names when there are several", async () => {
  const step = "replay: { file: daemon.strace, as: daemon }\n  - replay: other.strace";
  const files = { "other.strace": '7 execve("/bin/a", ["a"], 0x7f /* 1 var */) = 0\n' };
  const expect = "replay: { processes: 1 }\n  - replay: { of: daemon, processes: 4 }";
  await assertPasses({ step, files, expect });
});

Deno.test("expectation replay fails when it names what is no replay", async () => {
  const step = "wake: { queue: q, as: woken }";
  const { status, err } = await runCase({ step, expect: "replay: { of: woken }" });
  assertEquals(status, 1);
  assertStringIncludes(err, 'Expected "woken" to be a replay: it is something else');
});

Deno.test("replay works in the sandbox when a module is a file", async () => {
  const module =
    `import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
export default defineModule({
  name: "mine",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ name, pnotify, printk }) {
    const exec = (task: { comm: string }) => printk("mine: runs " + task.comm);
    const fork = () => PNOTIFY_OK;
    const events = defineEvents({ name, module: name, init: () => PNOTIFY_OK, fork, exec });
    pnotify.register(events);
    return events;
  },
  unload: ({ pnotify }, events) => pnotify.unregister(events),
});
`;
  await assertPasses({
    modules: "modules: { mine: ./mine.ts }\n",
    files: { "mine.ts": module },
    expect: 'log: "mine: runs w_daemon"\n  - replay: { processes: 4 }',
  });
});

Deno.test("shipped scenarios with recordings are there and hold when there are no files beside the program", async () => {
  const names = Object.keys(SCENARIOS).filter((name) => name.startsWith("replay/"));
  assert(names.length >= 3);
  assertEquals(Object.keys(RECORDINGS).length, 3);
  const shipped = shippedScenarios().filter(({ name }) => name.includes("/replay/"));
  for (const file of shipped) {
    const location = new URL(`file:///nowhere/${file.name}`);
    const { plans, diagnostics } = await parseFile({ ...file, location });
    assertEquals(diagnostics, []);
    for (const plan of plans) {
      const executed = await execute(plan);
      assertEquals(executed.kind === "result" && executed.result.status, "passed");
    }
  }
});
