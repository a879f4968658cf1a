import { assert, assertEquals, assertMatch } from "@std/assert";
import { binary, type Build, compiled, fromSource } from "../binary/program.ts";
import { breachIn, Range } from "./range.ts";

/** Hostile modules, and the exit status that each asks of the program. */
const CASES: Readonly<Record<string, number>> = {
  "neighbour.js": 0,
  "import_node.js": 2,
  "import_symlink.js": 2,
  "dynamic_import_file.js": 2,
  "hidden_by_function.js": 2,
  "throws_at_once.js": 2,
  "host_files.js": 0,
  "host_processes.js": 0,
  "forged_messages.js": 0,
  "forged_output.js": 3,
  "forged_trace.js": 3,
  "loop_finally.js": 3,
  "loop_top_level.js": 3,
  "memory_objects.js": 3,
  "recursion.js": 3,
};

function scenarioOf(file: string): string {
  return `scenario: ${file}
tasks: [init, init/sh]
modules: { hostile: ./modules/${file} }
steps:
  - subscribe: { task: sh, module: hostile }
  - fork: { parent: sh, as: make }
  - exec: { task: make, path: /bin/make }
  - exit: { task: make }
`;
}

function pathOf(range: Range, file: string): string {
  return `${range.root}/${file.replace(/\..*/, "")}.yaml`;
}

/** The folder with a scenario for each case. Made first, as what is made later counts as damage. */
function prepare(): Range {
  const range = new Range();
  for (const file of Object.keys(CASES)) {
    Deno.writeTextFileSync(pathOf(range, file), scenarioOf(file));
  }
  range.note();
  return range;
}

function test(build: Build, name: string, run: () => Promise<void>): void {
  Deno.test({ name, ignore: build === compiled && binary === null, fn: run });
}

for (const build of [fromSource, compiled]) {
  test(build, `the program tells one attack from the other in ${build.name}`, async () => {
    const range = prepare();
    try {
      const files = Object.keys(CASES).map((file) => pathOf(range, file));
      const { status, out, err } = await build.run(["run", ...files, "--format", "json"]);
      const { scenarios } = JSON.parse(out) as { scenarios: { title: string; exit: number }[] };
      const exits = scenarios.map(({ title, exit }) => [title, exit]);
      assertEquals(Object.fromEntries(exits), { ...CASES });
      assertEquals(status, 3);
      assertEquals(breachIn(out + err, range), null);
      assertEquals(range.damage(), null);
    } finally {
      range.remove();
    }
  });

  test(build, `the program's output stays its own in ${build.name}`, async () => {
    const range = prepare();
    try {
      const { status, out, err } = await build.run(["run", pathOf(range, "forged_output.js")]);
      assertEquals(status, 3);
      // deno-lint-ignore no-control-regex
      assertEquals((out + err).match(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/g), null);
      const totals = out.split("\n").filter((line) => /^\d+ scenarios?, /.test(line));
      assertEquals(totals, ["1 scenario, 0 passed, 1 failed"]);
    } finally {
      range.remove();
    }
  });

  test(
    build,
    `the program asks for status 2 when a module is refused in ${build.name}`,
    async () => {
      const range = prepare();
      try {
        const path = pathOf(range, "import_node.js");
        const { status, err } = await build.run(["run", path]);
        assertEquals(status, 2);
        assertMatch(err, /^error: Cannot import "node:fs"/);
        assert(err.includes("import_node.js:3:"), err);
      } finally {
        range.remove();
      }
    },
  );
}
