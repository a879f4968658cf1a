import { assertEquals, assertStringIncludes } from "@std/assert";
import { newModuleFiles } from "../../runner/cli/templates.ts";
import { publishedFiles, startRegistry, unfurl } from "./registry.ts";

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs deno in a project that holds some files, and whose only source of packages is the registry. */
async function denoIn(
  url: string,
  files: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<Ran> {
  const project = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${project}/${name}`, text);
    }
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--no-prompt", "--quiet", ...args],
      cwd: project,
      env: {
        DENO_DIR: `${project}/deno_dir`,
        DENO_TLS_CA_STORE: "mozilla,system",
        JSR_URL: url,
        NO_COLOR: "1",
      },
    }).output();
    const decoder = new TextDecoder();
    return { stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
  } finally {
    await Deno.remove(project, { recursive: true });
  }
}

/** Type-checks and runs a program in an otherwise empty project, without any permission. */
function runIn(url: string, source: string): Promise<Ran> {
  return denoIn(url, { "main.ts": source }, ["--check", "main.ts"]);
}

const CLI = "jsr:@pnotify/pnotify@^0.1.0/cli";

Deno.test("the package type-checks and runs from an empty project when it comes from a registry", async () => {
  await using registry = await startRegistry();
  const { stdout, stderr } = await runIn(
    registry.url,
    `
      import { boot, defineEvents, PNOTIFY_OK } from "jsr:@pnotify/pnotify@^0.1.0";
      import { WIDGET, widget } from "jsr:@pnotify/pnotify@^0.1.0/modules/widget";
      import { Kernel } from "jsr:@pnotify/pnotify@^0.1.0/kernel";
      const { kernel, pnotify } = boot();
      const events = defineEvents<{ forks: number }>({
        name: "counter",
        taskData: { create: () => ({ forks: 0 }), inherit: "share" },
        fork: (_child, subscriber) => (subscriber.data.forks++, PNOTIFY_OK),
      });
      pnotify.register(events);
      pnotify.track(kernel.init, events);
      kernel.modules.insmod(widget);
      kernel.symbols.get(WIDGET).attach(1);
      kernel.fork(kernel.init);
      console.log(pnotify.dataOf(kernel.init, events)?.forks, kernel instanceof Kernel);
    `,
  );
  assertEquals({ stdout, stderr, missing: registry.missing }, {
    stdout: "1 true\n",
    stderr: "",
    missing: [],
  });
});

Deno.test("runScenario() needs no permission when the package comes from a registry", async () => {
  await using registry = await startRegistry();
  const { stdout, stderr } = await runIn(
    registry.url,
    `
      import { runScenario, type ScenarioResult } from "jsr:@pnotify/pnotify@^0.1.0/scenario";
      const results: ScenarioResult[] = [
        await runScenario("demo"),
        await runScenario({ scenario: "A child", steps: [{ fork: { parent: "init", as: "sh" } }] }),
      ];
      console.log(results.map(({ status, events }) => \`\${status} \${events > 0}\`).join());
    `,
  );
  assertEquals({ stdout, stderr, missing: registry.missing }, {
    stdout: "passed true,passed true\n",
    stderr: "",
    missing: [],
  });
});

Deno.test("the program runs a shipped scenario when it comes from a registry", async () => {
  await using registry = await startRegistry();
  const ran = await denoIn(registry.url, {}, ["-A", CLI, "run", "veto"]);
  assertEquals({ stderr: ran.stderr, missing: registry.missing }, { stderr: "", missing: [] });
  assertStringIncludes(ran.stdout, "2 scenarios, 2 passed, 0 failed");
});

Deno.test({
  name: "the program traces a command when it comes from a registry",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using registry = await startRegistry();
    const command = ["sh", "-c", "echo out; exit 3"];
    const ran = await denoIn(registry.url, {}, ["-A", CLI, "live", "-m", "csa", "--", ...command]);
    assertEquals({ out: ran.stdout, missing: registry.missing }, { out: "out\n", missing: [] });
    assertStringIncludes(ran.stderr, "Accounting\n");
  },
});

Deno.test("the program sandboxes a module file when it comes from a registry", async () => {
  await using registry = await startRegistry();
  const files = newModuleFiles("mine", "0.1.0", null);
  const ran = await denoIn(
    registry.url,
    { "mine.ts": files["mine.ts"], "mine.yaml": files["mine.yaml"] },
    ["-A", CLI, "run", "mine.yaml", "--quiet"],
  );
  assertEquals({ ...ran, missing: registry.missing }, {
    stdout: "1 scenario, 1 passed, 0 failed\n",
    stderr: "",
    missing: [],
  });
});

Deno.test("runScenario() sandboxes with the flags that it names when the package comes from a registry", async () => {
  await using registry = await startRegistry();
  const module = newModuleFiles("mine", "0.1.0", null);
  const files = {
    "mine.ts": module["mine.ts"],
    "mine.yaml": module["mine.yaml"],
    "main.ts": `
      import { runScenario } from "jsr:@pnotify/pnotify@^0.1.0/scenario";
      try {
        const { status } = await runScenario("mine.yaml", { sandbox: true });
        console.log(status);
      } catch (error) {
        console.log((error as Error).message);
      }
    `,
  };
  const few = await denoIn(registry.url, files, ["--allow-read", "main.ts"]);
  const title = "mine counts what a shell starts";
  const missing = `Cannot run "${title}" in a sandbox: --allow-run and --allow-env are missing`;
  assertEquals(few.stderr, "");
  assertStringIncludes(few.stdout, missing);
  const flags = ["--allow-read", "--allow-run", "--allow-env"];
  const enough = await denoIn(registry.url, files, [...flags, "main.ts"]);
  assertEquals(enough, { stdout: "passed\n", stderr: "" });
});

Deno.test("the program begins a module that takes the library from JSR when it comes from a registry", async () => {
  await using registry = await startRegistry();
  const source = `
    import "${CLI}";
    const { code } = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "${CLI}", "new", "module", "mine"],
      stdout: "null",
    }).outputSync();
    console.log(code, Deno.readTextFileSync("mine/deno.json").includes("links"));
  `;
  const ran = await denoIn(registry.url, { "main.ts": source }, ["-A", "main.ts"]);
  assertEquals(ran, { stdout: "0 false\n", stderr: "" });
});

Deno.test("the package holds no test, bench or tool when it is published", async () => {
  const paths = [...(await publishedFiles()).keys()];
  assertEquals(paths.filter((path) => /^\/(tests|bench|tools|docs|\.)/.test(path)), []);
  assertStringIncludes(paths.join("\n"), "/mod.ts");
});

Deno.test("unfurl() writes out bare specifiers and leaves the others alone", () => {
  const imports = { "@std/cli": "jsr:@std/cli@^1.0.0", "yaml": "npm:yaml@2" };
  assertEquals(
    unfurl('import a from "@std/cli/parse-args"; export * from "./b.ts"; import("yaml");', imports),
    'import a from "jsr:@std/cli@^1.0.0/parse-args"; export * from "./b.ts"; import("npm:yaml@2");',
  );
});
