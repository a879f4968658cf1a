import { assertEquals, assertThrows } from "@std/assert";
import { assertGolden } from "../runner/golden.ts";
import { makeFolder } from "../sandbox/folder.ts";
import {
  ENTRY,
  HEAVY,
  parseTestRequest,
  testArguments,
  testFiles,
  testFolders,
} from "../../tools/test.ts";
import { root } from "../../tools/with_std.ts";

const TREE = {
  "tests/all.ts": 'import "./top_test.ts";\n',
  "tests/top_test.ts": "",
  "tests/attacks/all.ts": 'import "./attack_test.ts";\n',
  "tests/attacks/attack_test.ts": "",
  "tests/kernel/all.ts": 'import "./exec_test.ts";\nimport "./fork_test.ts";\n',
  "tests/kernel/exec_test.ts": "",
  "tests/kernel/fork_test.ts": "",
  "tests/kernel/deep/all.ts": 'import "./down_test.ts";\n',
  "tests/kernel/deep/down_test.ts": "",
  "tests/kernel/shell.ts": "",
  "tests/data/readme.md": "",
};

const filesFor = (...args: string[]) => filesIn(TREE, ...args);

const filesIn = (tree: Record<string, string>, ...args: string[]) => {
  using folder = makeFolder(tree);
  return testFiles(parseTestRequest(args), new URL(`file://${folder.path}/`));
};

Deno.test("parseTestRequest() tells files, options and what is for the tests from each other", () => {
  const args = ["tests/kernel", "--filter", "fork", "--no-check", "--", "--update"];
  assertEquals(parseTestRequest(args), {
    paths: ["tests/kernel"],
    heavy: false,
    options: ["--filter=fork", "--no-check"],
    forTests: ["--update"],
  });
});

Deno.test("parseTestRequest() takes a filter behind the dashes, too", () => {
  const { options, forTests } = parseTestRequest(["--", "--filter", "fork", "--update"]);
  assertEquals([options, forTests], [["--filter=fork"], ["--update"]]);
});

Deno.test("testFiles() are the entries of all folders but the heavy ones when none is named", () => {
  assertEquals(filesFor(), ["tests/all.ts", "tests/kernel/all.ts", "tests/kernel/deep/all.ts"]);
});

Deno.test("testFiles() are the entries of the heavy folders when they are asked for", () => {
  assertEquals(filesFor("--heavy"), ["tests/attacks/all.ts"]);
});

Deno.test("testFiles() are the entries of a folder, and files as they are named", () => {
  assertEquals(filesFor("tests/kernel/", "tests/kernel/fork_test.ts"), [
    "tests/kernel/all.ts",
    "tests/kernel/deep/all.ts",
    "tests/kernel/fork_test.ts",
  ]);
});

Deno.test("testFiles() refuses a folder whose entry misses a test, and names it", () => {
  const tree = { ...TREE, "tests/kernel/all.ts": 'import "./fork_test.ts";\n' };
  const message = 'Cannot run the tests of "tests/kernel": all.ts does not import exec_test.ts, ';
  for (const args of [[], ["tests"], ["tests/kernel"]]) {
    assertThrows(() => filesIn(tree, ...args), TypeError, message);
  }
  assertEquals(filesIn(tree, "tests/kernel/exec_test.ts"), ["tests/kernel/exec_test.ts"]);
});

Deno.test("testFiles() refuses a folder that has tests and no entry", () => {
  const { "tests/kernel/deep/all.ts": _, ...tree } = TREE;
  assertThrows(() => filesIn(tree, "tests"), TypeError, "does not import down_test.ts");
});

Deno.test("testFiles() leaves it to deno to miss a file that is not there", () => {
  assertEquals(filesFor("tests/gone_test.ts"), ["tests/gone_test.ts"]);
});

Deno.test("testArguments() puts what is for the tests behind the files", () => {
  const request = parseTestRequest(["tests/a_test.ts", "--filter", "x", "--", "--update"]);
  assertEquals(testArguments(request), [
    ...["test", "-A", "--parallel", "--filter=x", "tests/a_test.ts", "--", "--update"],
  ]);
});

Deno.test("HEAVY names folders that hold tests", () => {
  const folders = testFolders("tests");
  assertEquals(HEAVY.filter((folder) => !folders.includes(folder)), []);
});

for (const folder of testFolders("tests")) {
  Deno.test(`${folder}/${ENTRY} imports each test of its folder when it is run`, async () => {
    const names = [...Deno.readDirSync(new URL(`${folder}/`, root))].map(({ name }) => name)
      .filter((name) => name.endsWith("_test.ts")).sort();
    const wanted = names.map((name) => `import "./${name}";\n`).join("");
    // With "-- --update" it is written anew.
    await assertGolden(new URL(`${folder}/${ENTRY}`, root), wanted);
  });
}
