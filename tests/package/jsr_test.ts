import { assertEquals, assertStringIncludes } from "@std/assert";
import { publishedFiles, startRegistry, unfurl } from "./_registry.ts";

/** Runs a program in an empty project whose only source of packages is the registry, without any permission. */
async function runIn(url: string, source: string): Promise<{ stdout: string; stderr: string }> {
  const project = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${project}/main.ts`, source);
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--no-prompt", "--quiet", "--check", "main.ts"],
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
