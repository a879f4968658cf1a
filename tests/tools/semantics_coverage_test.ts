import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  findProblems,
  findTests,
  formatTable,
  parseCoverageRequest,
  readSections,
  readTests,
  type Section,
  type StatementTest,
} from "../../tools/semantics_coverage.ts";
import { filePath, root } from "../../tools/with_std.ts";

const idsAndNames = (text: string) =>
  findTests(text, "x_test.ts").map(({ id, name }) => [id, name]);

const forms: [what: string, text: string, found: string[][]][] = [
  ["a plain name", 'Deno.test("A41 gives exit", () => {});', [["A41", "gives exit"]]],
  ["single quotes", "Deno.test('B7 fails', () => {});", [["B7", "fails"]]],
  ["a name on a line of its own", 'Deno.test(\n  "A1 holds",\n  () => {},\n);', [["A1", "holds"]]],
  ["a definition object", 'Deno.test({ name: "A2 holds", fn() {} });', [["A2", "holds"]]],
  ["a template", "Deno.test(`A10 ${what} is refused`, () => {});", [["A10", "… is refused"]]],
  ["an escaped quote", 'Deno.test("A3 says \\"no\\"", () => {});', [["A3", 'says "no"']]],
  ["a test without a number", 'Deno.test("fork() works", () => {});', []],
  ["a number that is not at the beginning", 'Deno.test("as A41 says", () => {});', []],
  ["a number without a name", 'Deno.test("A41", () => {});', []],
  ["another letter", 'Deno.test("C41 is nothing", () => {});', []],
  ["a test that is ignored", 'Deno.test.ignore("A41 gives exit", () => {});', []],
  ["a comment", '// Deno.test("A41 gives exit", () => {});', []],
  ["a line of a long comment", '/**\n * Deno.test("A41 gives exit", () => {});\n */', []],
];

for (const [what, text, found] of forms) {
  Deno.test(`findTests() reads ${what}`, () => assertEquals(idsAndNames(text), found));
}

const sections: Section[] = [
  {
    letter: "A",
    title: "First",
    groups: [{
      title: "Group",
      statements: [
        { number: 1, says: "tested" },
        { number: 2, says: "no test", untestable: "It is a name." },
        { number: 3, says: "nothing" },
      ],
    }],
  },
  {
    letter: "B",
    title: "Second",
    groups: [{ title: "Other", statements: [{ number: 1, says: "one | two" }] }],
  },
];
const test = (id: string): StatementTest => ({ id, name: `of ${id}`, file: "x_test.ts" });

Deno.test("findProblems() finds statements with neither test nor reason, where that is enforced", () => {
  assertEquals(findProblems(sections, [test("A1")], ["A"]), [
    "A3 has neither a test nor a reason why it can have none",
  ]);
  assertEquals(findProblems(sections, [test("A1")], []), []);
  assertEquals(findProblems(sections, [test("A1"), test("A3")], ["A", "B"]), [
    "B1 has neither a test nor a reason why it can have none",
  ]);
});

Deno.test("findProblems() finds statements with both a test and a reason", () => {
  assertEquals(findProblems(sections, [test("A2")], []), [
    "A2 has tests, and a reason why it can have none",
  ]);
});

Deno.test("findProblems() finds tests of statements that do not exist", () => {
  assertEquals(findProblems(sections, [test("A4")], []), [
    'x_test.ts: there is no statement A4, named by "A4 of A4"',
  ]);
});

Deno.test("formatTable() lists tests, reasons and what is pending", () => {
  const table = formatTable(sections, [test("A1"), test("A1")]);
  assertStringIncludes(table, "<!-- deno-fmt-ignore-file");
  assertStringIncludes(
    table,
    "\n| A1 | tested | [of A1](x_test.ts)<br>[of A1](x_test.ts) |\n" +
      "| A2 | no test | No test: It is a name. |\n| A3 | nothing | pending |\n",
  );
  assertStringIncludes(table, "3 statements: 1 tested, 1 without a test for a reason, 1 pending.");
});

Deno.test("formatTable() escapes what would end a cell or begin a format", () => {
  assertStringIncludes(formatTable(sections, []), "| B1 | one \\| two | pending |\n");
});

Deno.test("parseCoverageRequest() reads what there is, and refuses the rest", () => {
  assertEquals(parseCoverageRequest([]).check, false);
  assertEquals(parseCoverageRequest(["--check", "--enforce=A,B"]), {
    check: true,
    enforced: ["A", "B"],
  });
  for (const arg of ["--chekc", "--enforce=", "--enforce=C", "A"]) {
    assertThrows(() => parseCoverageRequest([arg]), TypeError);
  }
});

Deno.test("readSections() has statements A1 to A57 and B1 to B47, in order", () => {
  const numbers = readSections().map(({ letter, groups }) => [
    letter,
    groups.flatMap(({ statements }) => statements.map(({ number }) => number)),
  ]);
  const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
  assertEquals(numbers, [["A", upTo(57)], ["B", upTo(47)]]);
});

Deno.test("readTests() finds this project's tests, each with its file", () => {
  const found = readTests().find(({ id }) => id === "A41");
  assertEquals(found?.file, "semantics/a35_fork_test.ts");
});

Deno.test("readTests() leaves the tests of the tools alone", () => {
  assert(readTests().every(({ file }) => !file.startsWith("tools/")));
});

Deno.test("every statement of section A is tested, or has a reason why it is not", () => {
  assertEquals(findProblems(readSections(), readTests(), ["A"]), []);
});

/** Runs the tool in a copy of what it reads, and returns its status and what it says. */
async function coverage(args: string[], table: string | null): Promise<[number, string, string]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/tools`);
    await Deno.mkdir(`${folder}/tests/semantics`, { recursive: true });
    for (const name of ["semantics_coverage.ts", "with_std.ts"]) {
      await Deno.copyFile(filePath(new URL(`tools/${name}`, root)), `${folder}/tools/${name}`);
    }
    await Deno.writeTextFile(
      `${folder}/tests/semantics/statements.json`,
      JSON.stringify({ sections }),
    );
    const tests = ["A1 holds", "A3 holds", "B1 holds"];
    const text = tests.map((name) => `Deno.test("${name}", () => {});\n`).join("");
    await Deno.writeTextFile(`${folder}/tests/semantics/a_test.ts`, text);
    const file = `${folder}/tests/semantics_coverage.md`;
    if (table !== null) await Deno.writeTextFile(file, table);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-lock",
        "--no-config",
        `--allow-read=${folder}`,
        `--allow-write=${folder}`,
        `${folder}/tools/semantics_coverage.ts`,
        ...args,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const written = await Deno.readTextFile(file).catch(() => "");
    return [code, new TextDecoder().decode(stderr), written];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const fresh = formatTable(
  sections,
  ["A1", "A3", "B1"].map((id) => ({ id, name: "holds", file: "semantics/a_test.ts" })),
);

Deno.test("semantics_coverage writes the table", async () => {
  assertEquals(await coverage([], null), [0, "", fresh]);
});

Deno.test("semantics_coverage --check exits with 0 when the table is fresh, and with 1 when it is stale", async () => {
  assertEquals(await coverage(["--check"], fresh), [0, "", fresh]);
  assertEquals(await coverage(["--check"], fresh.replaceAll("\n", "\r\n")), [
    0,
    "",
    fresh.replaceAll("\n", "\r\n"),
  ]);
  const stale = `${fresh}more\n`;
  assertEquals(await coverage(["--check"], stale), [
    1,
    "tests/semantics_coverage.md is stale: run deno run -RW tools/semantics_coverage.ts\n",
    stale,
  ]);
});
