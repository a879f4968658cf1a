import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { forkLimit } from "@pnotify/pnotify/modules/fork_limit";
import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
import { runScenario, runScenarios, ScenarioError, testScenario } from "@pnotify/pnotify/scenario";
import { denoArguments, filePath, findWorld, root, WORLD_VARIABLE } from "../../tools/with_std.ts";

const counter = defineModule({
  name: "counter",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  params: { word: { type: "string", default: "fork", description: "what each line begins with" } },
  load({ name, params, pnotify, printk }) {
    const events = defineEvents({
      name,
      module: name,
      init: () => PNOTIFY_OK,
      fork: (child) => (printk(`${params.word} ${child.pid}`), PNOTIFY_OK),
    });
    pnotify.register(events);
    return events;
  },
  unload: ({ pnotify }, events) => pnotify.unregister(events),
});

const CASE = `
scenario: A child is counted
tasks: [init, init/sh]
modules:
  counter: { use: counter, params: { word: born } }
steps:
  - fork: { parent: sh, as: child }
expect:
  - log: born 4
`;

Deno.test("runScenario() uses an imported module when a scenario names it", async () => {
  const { status, diagnostic, title, modules } = await runScenario(CASE, { modules: [counter] });
  assertEquals({ status, diagnostic, title, modules }, {
    status: "passed",
    diagnostic: "",
    title: "A child is counted",
    modules: ["counter"],
  });
});

Deno.test("runScenario() puts an imported module in the place of a file", async () => {
  const text = CASE.replace("use: counter", "file: ./nowhere/counter.ts");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/nowhere`);
    await Deno.writeTextFile(`${folder}/nowhere/counter.ts`, "throw 'never read';");
    await Deno.writeTextFile(`${folder}/case.yaml`, text);
    const { status, diagnostic } = await runScenario(`${folder}/case.yaml`, { modules: [counter] });
    assertEquals([status, diagnostic], ["passed", ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runScenario() gives the same result for an object as for its text", async () => {
  const object = {
    scenario: "A child is counted",
    tasks: ["init", "init/sh"],
    modules: { counter: { use: "counter", params: { word: "born" } } },
    steps: [{ fork: { parent: "sh", as: "child" } }],
    expect: [{ log: "born 4" }],
  };
  const [one, other] = await Promise.all([
    runScenario(object, { modules: [counter] }),
    runScenario(CASE, { modules: [counter] }),
  ]);
  assertEquals([one.status, one.unseed, one.log], ["passed", other.unseed, other.log]);
});

Deno.test("runScenario() gives plain data when it is done", async () => {
  const result = await runScenario("demo");
  assertEquals(JSON.parse(JSON.stringify(result)), result);
});

Deno.test("runScenario() follows another seed when one is given", async () => {
  const runs = await Promise.all([7, 7, 8].map((seed) => runScenario("storm", { seed })));
  const [first, again, other] = runs.map(({ unseed }) => unseed);
  assertEquals([runs[0].seed, first === again, first === other], [7, true, false]);
});

Deno.test("runScenario() shows the line when an expectation does not hold", async () => {
  const text = CASE.replace("log: born 4", "exited: { child: 0 }");
  const { status, diagnostic } = await runScenario(text, { modules: [counter] });
  assertEquals(status, "failed");
  assertStringIncludes(diagnostic, "--> (text):9:");
  assertStringIncludes(diagnostic, "9 |   - exited: { child: 0 }");
  assertEquals(diagnostic.includes("rerun"), false);
});

Deno.test("runScenario() shows the line when a scenario has a mistake in it", async () => {
  const error = await assertRejects(() => runScenario(CASE.replace("fork:", "frok:")));
  assertEquals(error instanceof ScenarioError, true);
  assertStringIncludes((error as Error).message, 'did you mean "fork"?');
});

for (
  const [what, source, message] of [
    ["a file is not there", "./nowhere.yaml", 'Cannot read "./nowhere.yaml": there is no such'],
    ["there are several", "veto", "it holds 2 scenarios, runScenarios() is wanted"],
  ]
) {
  Deno.test(`runScenario() throws when ${what}`, async () => {
    await assertRejects(() => runScenario(source), ScenarioError, message);
  });
}

Deno.test("runScenario() refuses a module file when nobody imported it", async () => {
  const path = filePath(new URL(import.meta.url));
  const text = `scenario: theirs\nmodules: { theirs: { file: ${path} } }\n`;
  const error = await assertRejects(() => runScenario(text), ScenarioError);
  assertStringIncludes(error.message, 'Module "theirs" is a file');
  assertStringIncludes(error.message, "sandbox: true");
});

Deno.test("runScenario() refuses an imported module when it is to be sandboxed", async () => {
  const message = 'Cannot sandbox module "counter": it was imported into this process';
  const run = () => runScenario(CASE, { modules: [counter], sandbox: true });
  await assertRejects(run, ScenarioError, message);
});

Deno.test("runScenario() gives the same result when it is sandboxed", async () => {
  const [inside, outside] = await Promise.all([
    runScenario("demo", { sandbox: true }),
    runScenario("demo"),
  ]);
  assertEquals(inside, outside);
});

Deno.test("runScenarios() runs all when a text has several", async () => {
  const results = await runScenarios(`${CASE}---${CASE}`, { modules: [counter, forkLimit] });
  assertEquals(results.map(({ status, document }) => [status, document]), [
    ["passed", 0],
    ["passed", 1],
  ]);
});

testScenario(CASE, { modules: [counter] });
testScenario(new URL("../../scenarios/veto.yaml", import.meta.url));

/** Runs deno on a program in this checkout. */
async function deno(command: string, flags: readonly string[], source: string): Promise<string> {
  const world = await findWorld();
  const file = await Deno.makeTempFile({ suffix: "_test.ts" });
  try {
    await Deno.writeTextFile(file, source);
    const config = `--config=${filePath(new URL("deno.json", root))}`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: denoArguments([command, "--no-prompt", "--no-check", config, ...flags, file], world),
      cwd: filePath(root),
      env: { NO_COLOR: "1", [WORLD_VARIABLE]: world.kind },
    }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("runScenario() needs no permission for objects, texts and shipped scenarios", async () => {
  const output = await deno(
    "run",
    [],
    `import { runScenario } from "@pnotify/pnotify/scenario";
    for (const source of ["demo", "scenario: text\\n", { scenario: "object" }]) {
      console.log((await runScenario(source)).status);
    }`,
  );
  assertEquals(output, "passed\npassed\npassed\n");
});

Deno.test("runScenario() says what is missing when a file may not be read", async () => {
  const output = await deno(
    "run",
    [],
    `import { runScenario } from "@pnotify/pnotify/scenario";
    await runScenario("tests/golden/case.yaml").catch(({ message }) => console.log(message));`,
  );
  assertEquals(output, 'Cannot read "tests/golden/case.yaml": it may not be read\n');
});

for (
  const [flags, expected] of [
    [[], "--allow-run is missing"],
    [["--allow-run"], "passed"],
  ] as const
) {
  Deno.test(`runScenario() with sandbox says ${expected} when it has ${flags.join() || "no flags"}`, async () => {
    const output = await deno(
      "run",
      flags,
      `import { runScenario } from "@pnotify/pnotify/scenario";
      const words = ({ status, message }) => console.log(status ?? message);
      await runScenario("demo", { sandbox: true }).then(words, words);`,
    );
    assertStringIncludes(output, expected);
  });
}

Deno.test("testScenario() fails with the diagnostic when an expectation does not hold", async () => {
  const output = await deno(
    "test",
    [],
    `import { testScenario } from "@pnotify/pnotify/scenario";
    testScenario(\`scenario: Too much\\nexpect: [{ exited: { init: 0 } }]\\n\`);
    testScenario({ scenario: "Enough" });
    testScenario({ scenario: "Left out" }, { ignore: true });
    testScenario({ scenario: "Wrong", steps: [{ frok: "init" }] });`,
  );
  assertStringIncludes(output, "Too much ... FAILED");
  assertStringIncludes(output, 'Scenario "Too much" failed, seed 42');
  assertStringIncludes(output, "--> (text):2:");
  assertStringIncludes(output, "Enough ... ok");
  assertStringIncludes(output, "Left out ... ignored");
  assertStringIncludes(output, "(object) ... FAILED");
  assertStringIncludes(output, 'did you mean "fork"?');
});
