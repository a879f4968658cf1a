/**
 * Writes `tests/semantics_coverage.md`: each statement of the numbered contract with its tests, or with the reason why
 * there can be none. A test belongs to the statement that its name begins with, as in `A41 roll-back gives exit`.
 *
 *     deno run -RW tools/semantics_coverage.ts [--check] [--enforce=A,B]
 *
 * With `--check` nothing is written; the exit status is 1 when the file is stale. In both cases it is 1 when a statement
 * of an enforced section has neither test nor reason, when one has both, or when a test names a statement that does not
 * exist. In the other sections a statement without either is pending.
 *
 * @module
 */

import { root } from "./with_std.ts";

/** One statement of the contract. */
export interface Statement {
  /** Its number in its section. */
  number: number;
  /** What it says, in a few words. */
  says: string;
  /** Why it can be no test, where that is so. */
  untestable?: string;
}

/** A section of the contract, with the letter that its numbers begin with. */
export interface Section {
  /** For example `A`. */
  letter: string;
  /** What it is about. */
  title: string;
  /** Its statements, in groups. */
  groups: { title: string; statements: Statement[] }[];
}

/** A test of a statement. */
export interface StatementTest {
  /** The statement, as `A41`. */
  id: string;
  /** The name of the test, without the number. */
  name: string;
  /** The file, as seen from `tests/`. */
  file: string;
}

const statementsUrl = new URL("tests/semantics/statements.json", root);
const tableUrl = new URL("tests/semantics_coverage.md", root);
const testsUrl = new URL("tests/", root);
const enforcedByDefault = "A,B";
const command = "deno run -RW tools/semantics_coverage.ts";

/** The sections of the contract. */
export function readSections(): Section[] {
  return JSON.parse(Deno.readTextFileSync(statementsUrl)).sections;
}

/** The tests of statements in the text of one file. */
export function findTests(text: string, file: string): StatementTest[] {
  const tests: StatementTest[] = [];
  const pattern = /\bDeno\.test\(\s*(?:\{\s*name:\s*)?(["'`])([AB]\d+) ((?:\\.|(?!\1).)*)\1/gs;
  for (const { index, 2: id, 3: rest } of text.matchAll(pattern)) {
    const line = text.slice(text.lastIndexOf("\n", index) + 1, index);
    if (/^\s*(\/\/|\*|\/\*)/.test(line)) continue;
    const name = rest.replaceAll(/\$\{[^}]*\}/g, "…").replaceAll(/\\(.)/g, "$1");
    tests.push({ id, name, file });
  }
  return tests;
}

/** All tests of statements below `tests/`, in order of file and line. Tests of the tools are about other things. */
export function readTests(folder: URL = testsUrl, path = ""): StatementTest[] {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap(({ name, isDirectory }) => {
    if (isDirectory) {
      if (path === "" && (name === "tools" || name === "data")) return [];
      return readTests(new URL(`${encodeURIComponent(name)}/`, folder), `${path}${name}/`);
    }
    if (!name.endsWith("_test.ts")) return [];
    return findTests(Deno.readTextFileSync(new URL(name, folder)), `${path}${name}`);
  });
}

function statementsOf(sections: Section[]): Map<string, Statement> {
  return new Map(
    sections.flatMap(({ letter, groups }) =>
      groups.flatMap(({ statements }) =>
        statements.map((
          statement,
        ): [string, Statement] => [`${letter}${statement.number}`, statement])
      )
    ),
  );
}

/** What is wrong, a line each: statements of the enforced sections without tests, and tests without statements. */
export function findProblems(
  sections: Section[],
  tests: StatementTest[],
  enforced: string[],
): string[] {
  const statements = statementsOf(sections);
  const tested = new Set(tests.map(({ id }) => id));
  const problems = tests.filter(({ id }) => !statements.has(id)).map(({ id, name, file }) =>
    `${file}: there is no statement ${id}, named by "${id} ${name}"`
  );
  for (const [id, { untestable }] of statements) {
    if (untestable !== undefined && tested.has(id)) {
      problems.push(`${id} has tests, and a reason why it can have none`);
    }
    if (untestable === undefined && !tested.has(id) && enforced.includes(id[0])) {
      problems.push(`${id} has neither a test nor a reason why it can have none`);
    }
  }
  return problems;
}

function escape(text: string): string {
  return text.replaceAll(/[|<[\]*\\]/g, "\\$&");
}

function row(id: string, { says, untestable }: Statement, tests: StatementTest[]): string {
  const links = tests.filter((test) => test.id === id).map(({ name, file }) =>
    `[${escape(name)}](${file})`
  );
  const outcome = links.length > 0
    ? links.join("<br>")
    : untestable === undefined
    ? "pending"
    : `No test: ${escape(untestable)}`;
  return `| ${id} | ${escape(says)} | ${outcome} |\n`;
}

/** The table, as Markdown. */
export function formatTable(sections: Section[], tests: StatementTest[]): string {
  let text = `<!-- deno-fmt-ignore-file -->\n<!-- Written by ${command}, not by hand. -->\n\n`;
  text += "# The numbered contract and its tests\n\n";
  text +=
    "The second column says in a few words what the contract says of the original. The tests state what\n";
  text += "holds here; where that differs, a comment at the test names the difference.\n";
  for (const { letter, title, groups } of sections) {
    const all = groups.flatMap(({ statements }) => statements);
    const tested = new Set(tests.map(({ id }) => id));
    const covered = all.filter(({ number }) => tested.has(`${letter}${number}`)).length;
    const excused = all.filter(({ untestable }) => untestable !== undefined).length;
    text += `\n## ${letter}. ${title}\n\n`;
    text += `${all.length} statements: ${covered} tested, ${excused} without a test for a reason, `;
    text += `${all.length - covered - excused} pending.\n`;
    for (const group of groups) {
      text += `\n### ${group.title}\n\n| | Statement | Tests |\n|---|---|---|\n`;
      for (const statement of group.statements) {
        text += row(`${letter}${statement.number}`, statement, tests);
      }
    }
  }
  return text;
}

/** What the command line asks for. */
export interface CoverageRequest {
  /** Whether to look only. */
  check: boolean;
  /** The letters of the sections in which every statement has to be tested or excused. */
  enforced: string[];
}

/** Reads the command line; throws TypeError when it makes no sense. */
export function parseCoverageRequest(args: string[]): CoverageRequest {
  const request = { check: false, enforced: enforcedByDefault.split(",") };
  for (const arg of args) {
    if (arg === "--check") request.check = true;
    else if (/^--enforce=[AB](,[AB])*$/.test(arg)) request.enforced = arg.slice(10).split(",");
    else {
      throw new TypeError(
        `Cannot read argument "${arg}": it is unknown, --check or --enforce=A,B is wanted`,
      );
    }
  }
  return request;
}

function readTable(): string {
  try {
    return Deno.readTextFileSync(tableUrl).replaceAll("\r\n", "\n");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

if (import.meta.main) {
  const { check, enforced } = parseCoverageRequest(Deno.args);
  const sections = readSections();
  const tests = readTests();
  const table = formatTable(sections, tests);
  const problems = findProblems(sections, tests, enforced);
  if (!check) Deno.writeTextFileSync(tableUrl, table);
  else if (readTable() !== table) {
    problems.push(`tests/semantics_coverage.md is stale: run ${command}`);
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
}
