import { assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram } from "./golden.ts";

const MODULE = `import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
export default defineModule({
  name: "mine",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ name, pnotify, printk }) {
    const events = defineEvents({
      name,
      module: name,
      fork: () => PNOTIFY_OK,
      exec: (task) => BODY,
    });
    pnotify.register(events);
    return events;
  },
  unload({ pnotify }, events) {
    pnotify.unregister(events);
  },
});
`;

const SCENARIO = `scenario: A module of one's own
tasks: [init, init/sh]
modules: { mine: ./mine.ts }
steps:
  - subscribe: { task: sh, module: mine }
  - exec: { task: sh, path: /bin/sh }
expect:
  - log: hello sh
`;

/** Enough for every step on a busy machine: a step that does not loop takes a few milliseconds. */
const STEP_TIMEOUT = ["--step-timeout", "500"];
/** The time of all is the wall clock's, so it is far off where it is not what is tested. */
const TIMEOUT = ["--timeout", "3600"];

/** Runs a scenario with a module whose exec hook does something. */
async function runModule(
  body: string,
  args: readonly string[] = [],
  scenario: string = SCENARIO,
): Promise<Awaited<ReturnType<typeof runProgram>>> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/mine.ts`, MODULE.replace("BODY", body));
    await Deno.writeTextFile(`${folder}/case.yaml`, scenario);
    const { status, out, err } = await runProgram([
      "run",
      `${folder}/case.yaml`,
      ...TIMEOUT,
      ...args,
    ]);
    const plain = (text: string) => text.replaceAll(folder, "FOLDER");
    return { status, out: plain(out), err: plain(err) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("run passes a scenario with a module file when all holds", async () => {
  const { status, out, err } = await runModule("printk(`hello ${task.comm}`)");
  assertEquals({ status, err }, { status: 0, err: "" });
  assertStringIncludes(out, "tainted O");
});

Deno.test("run gives the same bytes when a module file runs twice", async () => {
  const args = ["--check-determinism", "--format", "json"];
  const { status } = await runModule("printk(`hello ${task.comm}`)", args);
  assertEquals(status, 0);
});

Deno.test("run tells of a fault when a module file throws in a hook", async () => {
  const { status, err } = await runModule('{ throw new TypeError("no good"); }');
  assertEquals(status, 3);
  assertStringIncludes(err, "oops: module-fault: mine.exec for sh[3]: TypeError: no good");
});

Deno.test("run tells of a soft lockup when a hook of a module file never returns", async () => {
  const { status, err } = await runModule("{ for (;;); }");
  assertEquals(status, 3);
  assertStringIncludes(err, "soft lockup");
  assertStringIncludes(err, "in mine.exec of module mine, for sh[3]");
});

Deno.test("run refuses a module file at the line of its mistake", async () => {
  const { status, err } = await runModule('void import("node:fs")');
  assertEquals(status, 2);
  assertStringIncludes(err, "--> FOLDER/mine.ts:11:");
});

Deno.test("modinfo tells what a module file is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/mine.ts`, MODULE.replace("BODY", "void task"));
    const { status, out } = await runProgram(["modinfo", `${folder}/mine.ts`]);
    assertEquals(status, 0);
    assertStringIncludes(out, "events:      mine: fork, exec");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run shows the line of a module file that threw in a hook", async () => {
  const { err } = await runModule('{ throw new TypeError("no good"); }');
  assertStringIncludes(err, " in mine.exec, event ");
  assertStringIncludes(err, "(at exec (mine.ts:11:31)), module mine, Tainted: OD");
});

Deno.test("run stops a step of a module file when --step-timeout is over", async () => {
  const { status, err } = await runModule("{ for (;;); }", STEP_TIMEOUT);
  assertEquals(status, 3);
  assertStringIncludes(err, "in mine.exec of module mine, for sh[3]");
});

Deno.test("run ends a scenario with a module file when --timeout is over", async () => {
  const args = ["--timeout", "1", "--step-timeout", "60000"];
  for (const more of [[], ["--check-determinism"]]) {
    const { status, err } = await runModule("{ for (;;); }", [...args, ...more]);
    assertEquals(status, 3);
    assertStringIncludes(err, "It took too long");
    assertStringIncludes(err, "it was stopped after 1 s");
  }
});

Deno.test("run limits no scenario without module files when --timeout is given", async () => {
  const args = ["run", "storm", "--step-timeout", "1", "--timeout", "1"];
  assertEquals((await runProgram(args)).status, 0);
});

const LANES = SCENARIO.replace(/expect:[^]*/, "") + `concurrently:
  one:
    - exec: { task: sh, path: /bin/sh }
  two:
    - fork: { parent: init, as: late }
`;

Deno.test("run tells the schedule when a module file never returns in a lane", async () => {
  const body = '{ if (task.kernel.context.name === "cpu1") for (;;); }';
  const { status, err } = await runModule(body, STEP_TIMEOUT, LANES);
  assertEquals(status, 3);
  const [, schedule] = /\(explore\), schedule (two\(\d+:one\)), after event/.exec(err) ?? [];
  assertStringIncludes(err, `= to run just it: --schedule "${schedule}"`);
  const again = await runModule(body, [...STEP_TIMEOUT, "--schedule", schedule], LANES);
  assertStringIncludes(again.err, `(explore), schedule ${schedule}, after event`);
});
