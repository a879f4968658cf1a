import { assert, assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import type { TreeNode } from "../../runner/engine/plan.ts";
import { formatTraceLine, type TraceLine, whoWidth } from "../../runner/engine/trace_text.ts";
import { formatTree } from "../../runner/report/tree.ts";
import { PLAIN } from "../../runner/report/style.ts";
import { cutColumns, padColumns } from "../../runner/report/width.ts";
import { runProgram } from "./golden.ts";

/** A recording whose programs have names of two columns a character. */
const RECORDING = `
100 1700000000.000000 execve("/bin/日本語", ["日本語", "引数引数引数"], 0x1 /* 1 var */) = 0
100 1700000000.100000 fork() = 101
101 1700000000.200000 execve("/bin/ls", ["ls"], 0x1 /* 1 var */) = 0
101 1700000000.300000 +++ exited with 0 +++
100 1700000000.400000 +++ exited with 0 +++
`.trimStart();

async function withFile(text: string, suffix: string, use: (path: string) => Promise<void>) {
  const path = await Deno.makeTempFile({ suffix });
  try {
    await Deno.writeTextFile(path, text);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

async function replay(...args: string[]): Promise<string[]> {
  let lines: string[] = [];
  await withFile(RECORDING, ".strace", async (path) => {
    const { status, out, err } = await runProgram(["replay", path, ...args]);
    assertEquals([status, err], [0, ""]);
    lines = out.split("\n");
  });
  return lines;
}

/** The column at which a text begins in each line that has it. */
function columnsOf(lines: readonly string[], text: string): number[] {
  return lines.filter((line) => line.includes(text))
    .map((line) => unicodeWidth(line.slice(0, line.indexOf(text))));
}

Deno.test("replay --tree keeps its columns when a command is East Asian", async () => {
  const lines = await replay("--tree", "--width", "60");
  const [first, second, ...more] = columnsOf(lines, "exit 0");
  assertEquals([first, more], [second, []]);
  assert(lines.every((line) => unicodeWidth(line) <= 60), lines.join("\n"));
});

Deno.test("replay --tree cuts by columns when a command is East Asian", async () => {
  const lines = await replay("--tree", "--width", "38");
  const [first, second] = columnsOf(lines, "exit 0");
  assertEquals(first, second);
  assert(lines.some((line) => line.includes("... [100]")), lines.join("\n"));
  assert(lines.every((line) => unicodeWidth(line) <= 38), lines.join("\n"));
});

Deno.test("replay --timeline keeps its bars below each other when a command is East Asian", async () => {
  const lines = await replay("--timeline", "--width", "60");
  const [first, second] = columnsOf(lines, "] exit 0");
  assertEquals(first, second);
  assert(lines.every((line) => unicodeWidth(line) <= 60), lines.join("\n"));
});

Deno.test("replay keeps the columns of its tables when a command is East Asian", async () => {
  const lines = await replay("-m", "csa");
  const table = lines.slice(lines.findIndex((line) => line.startsWith("COMMAND"))).slice(0, 3);
  assertEquals(new Set(table.map(unicodeWidth)).size, 1, table.join("\n"));
  const rows = lines.slice(lines.indexOf("Accounting"))
    .filter((line) => /^(COMMAND|日本語|ls|total) /.test(line)).slice(-4);
  assertEquals(rows.length, 4);
  assertEquals(new Set(rows.map(unicodeWidth)).size, 1, rows.join("\n"));
});

Deno.test("replay keeps the columns of its tree when a module file is sandboxed", async () => {
  const module = `
import { defineModule } from "@pnotify/pnotify";
export default defineModule({ name: "mine", license: "GPL", load: () => null, unload: () => {} });
`;
  await withFile(module, ".ts", async (path) => {
    const lines = await replay("--tree", "--timeline", "-m", path, "--width", "60");
    const [first, second] = columnsOf(lines, " exit 0 ");
    assertEquals(first, second);
    assert(lines.some((line) => line.startsWith("0 us")), lines.join("\n"));
  });
});

Deno.test("check puts carets below all columns of an East Asian name", async () => {
  const scenario = `scenario: 題名
tasks: [init]
steps:
  - fork: { parent: 日本, as: a, 子: 1 }
`;
  await withFile(scenario, ".yaml", async (path) => {
    const { err } = await runProgram(["check", path]);
    const lines = err.split("\n");
    const shown = lines.findIndex((line) => line.includes("parent: 日本"));
    const carets = lines.filter((line) => line.includes("^"));
    const start = unicodeWidth(lines[shown].slice(0, lines[shown].indexOf("日本")));
    const key = unicodeWidth(lines[shown].slice(0, lines[shown].indexOf("子")));
    const places = carets.map((line) => [line.indexOf("^"), /\^+/.exec(line)![0].length]);
    places.sort(([a], [b]) => a - b);
    assertEquals(places, [[start, 4], [key, 2]]);
  });
});

Deno.test("formatTraceLine() keeps its columns when a comm is East Asian", () => {
  const line = {
    sequence: 1,
    cpu: "cpu0",
    text: "ends: exit 0",
    indent: 0,
    kind: "event",
    step: 1,
  };
  const lines = ["日本語[3]", "ls[4]"].map((who) => ({ ...line, who }) as TraceLine);
  const width = whoWidth(lines, unicodeWidth);
  const shown = lines.map((line) => formatTraceLine(line, width, unicodeWidth));
  assertEquals(shown, [
    "     1 cpu0 日本語[3]  ends: exit 0",
    "     1 cpu0 ls[4]      ends: exit 0",
  ]);
});

Deno.test("formatTree() keeps subscribers in their column when a comm is East Asian", () => {
  const node = (comm: string, children: TreeNode[]): TreeNode => ({
    name: null,
    pid: 7,
    comm,
    state: "S",
    uid: 0,
    subscribers: ["job"],
    threads: [],
    exit: null,
    children,
  });
  const lines = formatTree([node("init", [node("日本語", [])])], PLAIN);
  assertEquals(new Set(columnsOf(lines, "job")).size, 1, lines.join("\n"));
});

Deno.test("padColumns() and cutColumns() count columns, and never cut a character in two", () => {
  assertEquals(padColumns("日本", 6), "日本  ");
  assertEquals(padColumns("日本", 6, "start"), "  日本");
  assertEquals(padColumns("日本", 3), "日本");
  assertEquals(cutColumns("日本語", 6), "日本語");
  assertEquals(cutColumns("日本語日本語", 8), "日本...");
  assertEquals(cutColumns("a日本語", 5), "a...");
  assertEquals(cutColumns("𠮷𠮷𠮷", 5), "𠮷...");
  assertEquals(cutColumns("日本", 2), "日");
});
