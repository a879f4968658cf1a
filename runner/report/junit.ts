import { printable } from "./style.ts";
import { type Entry, reasonOf, totalsOf } from "./summary.ts";
import { explain } from "./tap.ts";

const ENTITIES: Readonly<Record<string, string>> = Object.freeze({
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
});

function escape(text: string): string {
  // XML 1.0 has no way to write most control characters.
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * Makes a JUnit document: a suite for each file.
 *
 * @param entries The outcome of each scenario.
 * @param withTiming Whether to say how long each took.
 * @returns The lines.
 */
export function formatJunit(entries: readonly Entry[], withTiming: boolean): string[] {
  const { scenarios, failed } = totalsOf(entries);
  const time = (milliseconds: number) =>
    withTiming ? ` time="${(milliseconds / 1000).toFixed(3)}"` : "";
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pnotify" tests="${scenarios}" failures="${failed}">`,
  ];
  for (const file of new Set(entries.map((entry) => entry.file))) {
    const inside = entries.filter((entry) => entry.file === file);
    const totals = totalsOf(inside);
    lines.push(
      `  <testsuite name="${
        escape(file)
      }" tests="${totals.scenarios}" failures="${totals.failed}">`,
      ...inside.flatMap((entry) => testCase(entry, time(entry.milliseconds))),
      "  </testsuite>",
    );
  }
  lines.push("</testsuites>");
  return lines;
}

function testCase(entry: Entry, time: string): string[] {
  const name = escape(entry.title ?? entry.file);
  const head = `    <testcase classname="${escape(entry.file)}" name="${name}"${time}`;
  if (entry.exit === 0) return [`${head} />`];
  const kind = entry.exit === 1 ? "failure" : "error";
  return [
    `${head}>`,
    `      <${kind} message="${escape(reasonOf(entry) ?? "")}">${
      escape(explain(entry).join("\n"))
    }</${kind}>`,
    "    </testcase>",
  ];
}
