import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadCommand } from "../../runner/cli/command.ts";
import { COMMANDS } from "../../runner/cli/commands.ts";
import { EXPECTATIONS } from "../../runner/engine/expectations.ts";
import { VERBS } from "../../runner/engine/verbs.ts";
import { runProgram } from "./golden.ts";

/** Makes a file with a scenario in it, for one test. */
async function withScenario(
  text: string,
  use: (path: string) => Promise<void>,
  suffix: string = ".yaml",
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix });
  try {
    await Deno.writeTextFile(path, text);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

const TWO = `scenario: The first one
steps:
  - storm: { parent: init, count: 10 }
---
scenario: The second one
expect:
  - alive: init
`;

Deno.test("pnotify shows its commands on stderr when there is no command", async () => {
  const { status, out, err } = await runProgram([]);
  assertEquals([status, out], [2, ""]);
  for (const { name } of COMMANDS) assertStringIncludes(err, `  ${name}`);
});

Deno.test("pnotify prints its version when --version is asked for", async () => {
  const { status, out } = await runProgram(["--version"]);
  assertEquals(status, 0);
  assertMatch(out, /^pnotify \d+\.\d+\.\d+\n$/);
});

Deno.test("pnotify suggests a command when an unknown one is near", async () => {
  const { status, err } = await runProgram(["chekc"]);
  assertEquals([status, err], [2, 'error: Unknown command "chekc"\n  = did you mean "check"?\n']);
});

Deno.test("pnotify suggests an option when an unknown one is near", async () => {
  const { status, err } = await runProgram(["run", "--sede", "3", "demo"]);
  assertEquals([status, err], [
    2,
    'error: Unknown option "--sede" of pnotify run\n  = did you mean --seed?\n',
  ]);
});

Deno.test("pnotify refuses an option without its value when one is wanted", async () => {
  const { status, err } = await runProgram(["run", "demo", "--seed"]);
  assertEquals([status, err], [2, "error: Missing value of --seed: N is wanted\n"]);
});

Deno.test("pnotify refuses a value when it is not among the choices", async () => {
  const { status, err } = await runProgram(["run", "demo", "--format", "jsno"]);
  assertEquals(status, 2);
  assertStringIncludes(err, 'Wrong value "jsno" of --format');
  assertStringIncludes(err, "did you mean json?");
});

Deno.test("help shows examples when it is asked for a command", async () => {
  for (const { name, examples } of await Promise.all(COMMANDS.map(loadCommand))) {
    const { status, out } = await runProgram(["help", name]);
    assertEquals(status, 0);
    for (const [line] of examples) assertStringIncludes(out, line);
  }
});

Deno.test("help knows every step when it is asked for one", async () => {
  for (const { name, example } of VERBS) {
    const { status, out } = await runProgram(["help", name]);
    assertEquals(status, 0);
    assertStringIncludes(out, example);
  }
});

Deno.test("help knows every expectation when it is asked for one", async () => {
  for (const { kind, example } of EXPECTATIONS) {
    const { out } = await runProgram(["help", kind]);
    assertStringIncludes(out, example);
  }
});

Deno.test("help suggests a topic when an unknown one is near", async () => {
  const { status, err } = await runProgram(["help", "frok"]);
  assertEquals([status, err], [2, 'error: No help for "frok"\n  = did you mean "fork"?\n']);
});

Deno.test("--help shows the help of a command when it stands behind one", async () => {
  const { status, out } = await runProgram(["check", "--help"]);
  assertEquals(status, 0);
  assertStringIncludes(out, "Usage: pnotify check FILE...");
});

Deno.test("run refuses a file when there is none", async () => {
  const { status, err } = await runProgram(["run", "no/such/file.yaml"]);
  assertEquals(status, 2);
  assertStringIncludes(err, 'Cannot read "no/such/file.yaml"');
});

Deno.test("run and check refuse a file when it is no text", async () => {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeFile(path, new Uint8Array([0xff, 0xfe, 0x00]));
    for (const command of ["run", "check"]) {
      const { status, err } = await runProgram([command, path]);
      assertEquals(status, 2);
      assertStringIncludes(err, "it is no UTF-8 text");
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("run reads JSON when a scenario is written so", async () => {
  const text = JSON.stringify({
    scenario: "In JSON",
    tasks: ["init", "init/sh"],
    steps: [{ fork: { parent: "sh", as: "child" } }],
    expect: [{ alive: "child" }],
  });
  await withScenario(text, async (path) => {
    const { status, out } = await runProgram(["run", path]);
    assertEquals(status, 0);
    assertStringIncludes(out, "PASS  1 expectation");
  }, ".json");
});

Deno.test("run runs only what --filter selects when titles differ", async () => {
  await withScenario(TWO, async (path) => {
    const { out } = await runProgram(["run", path, "--filter", "SECOND"]);
    assertStringIncludes(out, "1 scenario, 1 passed, 0 failed");
    assert(!out.includes("The first one"));
  });
});

Deno.test("run refuses --filter when no title matches", async () => {
  await withScenario(TWO, async (path) => {
    const { status, err } = await runProgram(["run", path, "--filter", "third"]);
    assertEquals(status, 2);
    assertStringIncludes(err, 'Cannot run "third"');
  });
});

Deno.test("run refuses --filter when it is no regular expression", async () => {
  const { status, err } = await runProgram(["run", "demo", "--filter", "/(/"]);
  assertEquals(status, 2);
  assertStringIncludes(err, "this is no regular expression");
});

Deno.test("run gives the same bytes when the seed is the same", async () => {
  await withScenario(TWO, async (path) => {
    const first = await runProgram(["run", path, "--seed", "5", "--trace"]);
    const second = await runProgram(["run", path, "--seed", "5", "--trace"]);
    const other = await runProgram(["run", path, "--seed", "6", "--trace"]);
    assertEquals(first, second);
    assert(first.out !== other.out, "another seed is another storm");
  });
});

Deno.test("run stops when --until is reached, and checks nothing", async () => {
  const { status, out } = await runProgram(["run", "demo", "--until", "9"]);
  assertEquals(status, 0);
  assertStringIncludes(out, "STOP  after 9 events");
  assert(!out.includes("exec("));
});

Deno.test("run checks everything when --until is the last event", async () => {
  const { out } = await runProgram(["run", "demo", "--until", "38"]);
  assertStringIncludes(out, "PASS  5 expectations");
});

Deno.test("run shows the trace of many scenarios only when it is asked for", async () => {
  await withScenario(TWO, async (path) => {
    assert(!(await runProgram(["run", path])).out.includes("storm("));
    assertStringIncludes((await runProgram(["run", path, "--trace"])).out, "storm(");
  });
});

Deno.test("run shows only the totals when --quiet is given and all is well", async () => {
  const { out } = await runProgram(["run", "veto", "--quiet"]);
  assertEquals(out, "2 scenarios, 2 passed, 0 failed\n");
});

Deno.test("run shows times only when --timing is given", async () => {
  const plain = await runProgram(["run", "veto"]);
  const timed = await runProgram(["run", "veto", "--timing"]);
  assert(!/\d ms/.test(plain.out));
  assertMatch(timed.out, / in \d+\.\d+ (ms|s)\n$/);
});

Deno.test("run leaves colour out when NO_COLOR is set", async () => {
  const env = { NO_COLOR: "1" };
  const { out } = await runProgram(["run", "veto"], { isTerminal: true, env });
  assert(!out.includes("\x1b["));
});

Deno.test("run marks its output up when it writes to a terminal", async () => {
  const { out } = await runProgram(["run", "veto"], { isTerminal: true });
  assertStringIncludes(out, "\x1b[32mPASS\x1b[39m");
});

Deno.test("run shows its progress when stderr is a terminal and there are many files", async () => {
  const files = ["run", "veto", "nosub", "--color", "never"];
  assertStringIncludes((await runProgram(files, { isTerminal: true })).err, "1/2 files");
  assertEquals((await runProgram(files)).err, "");
});

Deno.test("run gives the highest status when files differ", async () => {
  await withScenario("scenario: Fails\nexpect:\n  - no_task: init\n", async (failing) => {
    await withScenario("scenario: Wrong\nstpes: []\n", async (wrong) => {
      assertEquals((await runProgram(["run", "veto", failing])).status, 1);
      assertEquals((await runProgram(["run", failing, wrong, "veto"])).status, 2);
    });
  });
});

Deno.test("run prints in order when many files run side by side", async () => {
  const { out } = await runProgram(["run", "widget", "veto", "data", "--jobs", "3"]);
  const files = [...out.matchAll(/^scenarios\/(\w+)\.yaml/gm)].map(([, name]) => name);
  assertEquals(files, ["widget", "veto", "veto", "data"]);
});

Deno.test("run gives JSON when it is asked for", async () => {
  const { out } = await runProgram(["run", "veto", "--format", "json"]);
  const { summary, scenarios } = JSON.parse(out);
  assertEquals(summary, { scenarios: 2, passed: 2, failed: 0 });
  assertEquals(scenarios.map(({ status }: { status: string }) => status), ["passed", "passed"]);
});

Deno.test("run gives TAP when it is asked for", async () => {
  await withScenario(
    "scenario: Fails # here\nexpect:\n  - no_task: init\n",
    async (path) => {
      const { status, out } = await runProgram(["run", path, "--format", "tap"]);
      assertEquals(status, 1);
      assertStringIncludes(out, "TAP version 14\n1..1\nnot ok 1 - ");
      assertStringIncludes(out, 'Expected no task "init"');
    },
  );
});

Deno.test("run gives JUnit XML when it is asked for", async () => {
  await withScenario(
    'scenario: "<Fails> & \\"so\\""\nexpect:\n  - no_task: init\n',
    async (path) => {
      const { out } = await runProgram(["run", path, "--format", "junit"]);
      assertStringIncludes(out, 'name="&lt;Fails&gt; &amp; &quot;so&quot;"');
      assertStringIncludes(out, '<failure message="Expected no task &quot;init&quot;');
    },
  );
});

Deno.test("run rewrites an expected trace when --update is given", async () => {
  const before = `# a remark that stays
scenario: A trace
tasks: [init, init/sh]
steps:
  - fork: { parent: sh, as: child }
  - exit: child
expect:
  - alive: sh # this too
  - trace: old
  - no_task: nobody
`.replace("  - no_task: nobody\n", "");
  await withScenario(before, async (path) => {
    assertEquals((await runProgram(["run", path])).status, 1);
    await runProgram(["run", path, "--update"]);
    const after = await Deno.readTextFile(path);
    assertStringIncludes(after, "# a remark that stays");
    assertStringIncludes(after, "alive: sh # this too");
    assertStringIncludes(after, "  - trace: |\n      sh[3]     fork() = child[4]\n");
    assertEquals((await runProgram(["run", path])).status, 0);
    await runProgram(["run", path, "--update"]);
    assertEquals(await Deno.readTextFile(path), after);
  });
});

Deno.test("run runs everything twice when --check-determinism is given", async () => {
  const { status, out } = await runProgram(["run", "storm", "race", "--check-determinism"]);
  assertEquals(status, 0);
  assertStringIncludes(out, "2 scenarios, 2 passed");
});

Deno.test("check looks at names without running when it is given a scenario", async () => {
  const failing = "scenario: Fails\nexpect:\n  - no_task: init\n";
  await withScenario(failing, async (path) => {
    const { status, out } = await runProgram(["check", path]);
    assertEquals([status, out], [0, "1 scenario without mistakes, 0 mistakes\n"]);
  });
  await withScenario("scenario: Wrong\nsteps:\n  - exit: nobody\n", async (path) => {
    const { status, out, err } = await runProgram(["check", path]);
    assertEquals([status, out], [2, "0 scenarios without mistakes, 1 mistake\n"]);
    assertStringIncludes(err, ":3:11\n");
  });
});

Deno.test("list names every shipped module and scenario", async () => {
  const { out } = await runProgram(["list", "--format", "json"]);
  const { modules, scenarios } = JSON.parse(out);
  const names = modules.map(({ name }: { name: string }) => name);
  assert(names.includes("test_module") && names.includes("widget"));
  assert(scenarios.length >= 12);
  assert(scenarios.every(({ titles }: { titles: string[] }) => titles.length > 0));
});

Deno.test("modinfo tells what a shipped module is", async () => {
  const { status, out } = await runProgram(["modinfo", "widget", "--format", "json"]);
  assertEquals(status, 0);
  const info = JSON.parse(out);
  assertEquals(info.license, "GPL");
  assertEquals(info.exports, [{ symbol: "widget", calls: ["attach", "widgetOf"] }]);
  assertEquals(info.events, [{ name: "widget", hooks: ["fork"], global: false }]);
});

Deno.test("modinfo suggests a module when an unknown one is near", async () => {
  const { status, err } = await runProgram(["modinfo", "wigdet"]);
  assertEquals(status, 2);
  assertStringIncludes(err, 'did you mean "widget"?');
});

Deno.test("new makes a module whose scenario has no mistakes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const dir = `${folder}/mine`;
    const { status, out } = await runProgram(["new", "module", "mine", "--dir", dir]);
    assertEquals(status, 0);
    assertStringIncludes(out, "made ");
    assertEquals((await runProgram(["check", `${dir}/mine.yaml`])).status, 0);
    const config = JSON.parse(await Deno.readTextFile(`${dir}/deno.json`));
    assertMatch(config.imports["@pnotify/pnotify"], /^jsr:@pnotify\/pnotify@\^\d/);
    const link = await Deno.realPath(`${dir}/${config.links[0]}`);
    assertEquals(link, decodeURIComponent(new URL("../..", import.meta.url).pathname).slice(0, -1));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("new overwrites nothing when a file is there", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/mine.yaml`, "mine");
    const { status, err } = await runProgram(["new", "module", "mine", "--dir", dir]);
    assertEquals(status, 2);
    assertStringIncludes(err, "it is there already");
    assertEquals([...Deno.readDirSync(dir)].length, 1);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("new refuses a name when it is none for a module", async () => {
  const { status, err } = await runProgram(["new", "module", "../mine"]);
  assertEquals(status, 2);
  assertStringIncludes(err, 'Wrong name "../mine"');
});

Deno.test("completions knows every command and option in every shell", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { status, out } = await runProgram(["completions", shell]);
    assertEquals(status, 0);
    for (const { name, options } of await Promise.all(COMMANDS.map(loadCommand))) {
      assertStringIncludes(out, name);
      for (const option of options) assertStringIncludes(out, option.name);
    }
  }
});

Deno.test("completions refuses a shell when it knows none of that name", async () => {
  const { status, err } = await runProgram(["completions", "tcsh"]);
  assertEquals(status, 2);
  assertStringIncludes(err, 'Unknown shell "tcsh"');
});

for (const command of ["run", "replay"]) {
  for (const [option, most] of [["step-timeout", 86_400_000], ["timeout", 86_400]] as const) {
    Deno.test(`${command} refuses a --${option} when it is no time that can be waited`, async () => {
      for (const value of ["0", String(most + 1)]) {
        const { status, err } = await runProgram([command, "nothing", `--${option}`, value]);
        const wanted = `1 to ${most} is wanted`;
        assertEquals([status, err], [
          2,
          `error: Wrong value "${value}" of --${option}: ${wanted}\n`,
        ]);
      }
      const { status, err } = await runProgram([command, "nothing", `--${option}`, "1.5"]);
      assertEquals(status, 2);
      assertStringIncludes(err, `Wrong value "1.5" of --${option}: a whole number is wanted`);
    });
  }
}
