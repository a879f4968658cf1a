import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RESOURCE_NAMES } from "../../kernel/resources.ts";
import {
  FORMAT_NAMES,
  formatEvent,
  formatOf,
  FORMATS,
  listFormats,
  untoldBy,
} from "../../replay/mod.ts";
import { RECORD_KINDS } from "../../replay/record_kinds.ts";
import { CALLS, tracedCalls } from "../../replay/strace_call.ts";
import { WARNING_KINDS } from "../../replay/warning.ts";
import { everyEvent, folders, readData, recordingsIn } from "./support.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/replay.md", import.meta.url));

/** The rows of the table under a heading of docs/replay.md, as their cells. */
function rowsUnder(heading: string): string[][] {
  const start = PAGE.indexOf(`\n## ${heading}\n`);
  assert(start >= 0, heading);
  const section = PAGE.slice(start, PAGE.indexOf("\n## ", start + 1));
  return section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

/** What stands in backticks in the paragraph that begins with some words. */
function codeAfter(beginning: string): string[] {
  const start = PAGE.indexOf(beginning);
  assert(start >= 0, beginning);
  const sentence = PAGE.slice(start, PAGE.indexOf(".", start));
  return [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name);
}

/** Which lines of recordings have the form of a format, by the format, and how many recordings are of it. */
async function readRecordings(): Promise<Map<string, string[]>> {
  const beginnings = new Map<string, string[]>();
  for (const folder of folders()) {
    for (const { file } of recordingsIn(folder)) {
      const lines = (await readData(file)).split("\n", 100);
      const format = lines.map(formatOf).find((name) => name !== null);
      const known = beginnings.get(format ?? "") ?? [];
      beginnings.set(format ?? "", [...known, ...lines]);
    }
  }
  return beginnings;
}

Deno.test("FORMATS has a recording of each format in tests/data/recordings", async () => {
  const beginnings = await readRecordings();
  assertEquals(FORMAT_NAMES.filter((name) => !beginnings.has(name)), []);
  assertEquals(beginnings.has(""), false);
});

Deno.test("looksLike() of one format only says yes when a line of a recording has a known form", async () => {
  for (const [format, lines] of await readRecordings()) {
    for (const line of lines) {
      const alike = FORMAT_NAMES.filter((name) => FORMATS[name].looksLike(line));
      assertEquals(alike.filter((name) => name !== format), [], line);
    }
  }
});

Deno.test("makeParser() makes a parser of the format that it stands under", () => {
  const options = { sink: () => {}, warnings: { add: () => {} } as never };
  assertEquals(FORMAT_NAMES.map((name) => FORMATS[name].makeParser(options).format), [
    ...FORMAT_NAMES,
  ]);
});

Deno.test("docs/replay.md has a row for each format under What can be read", () => {
  assertEquals(rowsUnder("What can be read").map(([format]) => format), [...FORMAT_NAMES]);
});

Deno.test("docs/replay.md says of each format what FORMATS says that it does not tell", () => {
  const rows = rowsUnder("What a format does not tell");
  for (const name of FORMAT_NAMES) {
    const untold = rows.filter(([format]) => format === name || format.startsWith(`${name}, `))
      .flatMap(([, never]) => never.split("; "));
    assertEquals(untoldBy(name).filter((what) => !untold.includes(what)), [], name);
  }
});

Deno.test("README.md names what writes recordings as FORMATS does", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const row = readme.split("\n").find((line) => line.startsWith("| `pnotify replay` "))!;
  assertStringIncludes(row, ` ${listFormats("recorder")} wrote `);
});

Deno.test("docs/replay.md lists the calls that CALLS has", () => {
  assertEquals(codeAfter("A replay of strace uses these calls"), [...CALLS.keys()]);
});

Deno.test("docs/replay.md says of each kind of warning what WARNING_KINDS says", () => {
  const rows = PAGE.split("\n").filter((line) => /^\| `[a-z-]+` +\|[^|]*\|$/.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", "")))
    .filter(([kind]) => kind in WARNING_KINDS);
  assertEquals(rows, Object.entries(WARNING_KINDS));
});

/** The rows of the table of records: what each kind means, and the fields that it may have. */
function recordRows(): Map<string, { means: string; fields: Set<string> }> {
  const rows = new Map<string, { means: string; fields: Set<string> }>();
  let kind = "";
  for (const [name, fields, means] of rowsUnder("Event recordings")) {
    if (name !== "") kind = name.replaceAll("`", "");
    const row = rows.get(kind) ?? { means, fields: new Set() };
    for (const [, field] of fields.matchAll(/`(\w+)`/g)) row.fields.add(field);
    rows.set(kind, row);
  }
  return rows;
}

Deno.test("docs/replay.md says of each kind of record what RECORD_KINDS says", () => {
  const rows = [...recordRows()].map(([kind, { means }]) => [kind, means]);
  assertEquals(rows, Object.entries(RECORD_KINDS));
});

Deno.test("docs/replay.md names each field that formatEvent() writes", () => {
  const rows = recordRows();
  const everywhere = ["t", "ev", "pid"];
  for (const event of everyEvent()) {
    const { ev, ...fields } = JSON.parse(formatEvent(event));
    const known = [
      ...everywhere,
      ...rows.get(ev)!.fields,
      ...(ev === "usage" ? RESOURCE_NAMES : []),
    ];
    assertEquals(Object.keys(fields).filter((name) => !known.includes(name)), [], ev);
  }
});

Deno.test("docs/replay.md names each figure of usage", () => {
  const paragraph = PAGE.slice(PAGE.indexOf("The figures of `usage` are"));
  const named = [...paragraph.slice(0, paragraph.indexOf("; they are")).matchAll(/`(\w+)`/g)]
    .map(([, name]) => name).slice(1);
  assertEquals(named.sort(), [...RESOURCE_NAMES].sort());
});

Deno.test("untoldBy() leaves resources out when the recording told of some", () => {
  for (const name of FORMAT_NAMES) {
    const untold = FORMATS[name].untold;
    assertEquals(untoldBy(name), untold);
    assertEquals(untoldBy(name, { userTime: 1 }), untold.filter((what) => what !== "resources"));
  }
});

Deno.test("tracedCalls() names each call that is not in the class process of strace", () => {
  assertEquals(
    tracedCalls(),
    "process,prctl,setsid,setpgid,unshare,setns,setuid,setreuid,setresuid,setgid,setregid,setresgid",
  );
});

Deno.test("listFormats() names what writes them, and what their lines are called", () => {
  for (const key of ["lines", "recorder"] as const) {
    const words = FORMAT_NAMES.map((name) => FORMATS[name][key]);
    assertEquals(listFormats(key).split(/, | or /), words);
    assertEquals(listFormats(key).endsWith(` or ${words.at(-1)}`), true);
  }
});

Deno.test("formatOf() takes a line that begins an object for no other format", () => {
  assertEquals(formatOf('{"ev":"comm","comm":"a-5 [0] 1.0: x"}'), "events");
  assertEquals(formatOf("{a-5 [0] 1.0: x"), null);
});
