import { assertEquals, assertThrows } from "@std/assert";
import { KernelError } from "../../kernel/errno.ts";
import { formatOf, listFormats, Recording, Warnings } from "../../replay/mod.ts";
import { Lines, MAX_LINE } from "../../replay/lines.ts";
import { lines, replayText } from "./support.ts";

function refused(...chunks: string[]): string {
  const recording = new Recording({ sink: () => {}, name: "build.strace" });
  const error = assertThrows(() => {
    for (const chunk of chunks) recording.push(chunk);
    recording.end();
  }, KernelError);
  return error.message;
}

Deno.test("Recording refuses an empty file", () => {
  assertEquals(
    refused(),
    'Cannot read recording "build.strace": it is empty, ' +
      `lines of ${listFormats("lines")} are wanted (ENODATA)`,
  );
});

Deno.test("Recording refuses a file in which no line has a known form", () => {
  assertEquals(
    refused("hello\n", "world\n"),
    'Cannot read recording "build.strace": no line has a known form, ' +
      `lines of ${listFormats("lines")} are wanted (ENOEXEC)`,
  );
});

Deno.test("Recording gives up on a long file in which no line has a known form", () => {
  assertEquals(refused("x\n".repeat(5000)).includes("none of its first 2000 lines"), true);
});

Deno.test("Recording refuses a binary file", () => {
  assertEquals(refused("\u007fELF\0\0\u0001\n\0\0").includes("it is binary"), true);
});

Deno.test("Recording uses the rest of a file whose beginning is cut off", () => {
  const { replay } = replayText(lines(`
    /bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 1700000000.000001 setsid() = 5
    5 1700000000.000002 +++ exited with 2 +++
  `));
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [["not-understood", 1]]);
  assertEquals(replay.summary.exit_codes, { "2": 1 });
});

Deno.test("Recording says that the end is cut off when the last line makes no sense", () => {
  const { replay } = replayText("5 setsid() = 5\n5 +++ exi");
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [
    ["not-understood", 2],
    ["cut-off", 2],
  ]);
});

Deno.test("Recording does not mind a last line without an end", () => {
  const { replay } = replayText("5 setsid() = 5\n5 +++ exited with 0 +++");
  assertEquals([replay.warnings.total, replay.summary.process_exits], [0, 1]);
});

Deno.test("Recording passes over binary lines in the middle, with a warning", () => {
  const { replay } = replayText("5 setsid() = 5\n\0\0\0\n5 +++ exited with 0 +++\n");
  assertEquals(replay.warnings.counts, { binary: 1 });
  assertEquals(replay.summary.process_exits, 1);
});

Deno.test("Recording reads lines that end with a carriage return", () => {
  const { replay } = replayText("5 setsid() = 5\r\n5 +++ exited with 0 +++\r\n");
  assertEquals([replay.warnings.total, replay.summary.process_exits], [0, 1]);
});

Deno.test("Recording tells the same however its text is cut into chunks", () => {
  const text = lines(`
    5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
    5 vfork( <unfinished ...>
    6 execve("/bin/b", ["b"], 0x1 /* 1 var */) = 0
    5 <... vfork resumed>) = 6
    6 +++ exited with 3 +++
  `);
  const whole = replayText(text).replay.summary;
  for (const chunk of [1, 2, 7, 64]) {
    assertEquals(replayText(text, { chunk }).replay.summary, whole);
  }
});

Deno.test("Lines cuts lines that are too long, whatever the chunks, and goes on", () => {
  const warnings = new Warnings();
  const seen: string[] = [];
  const splitter = new Lines((line) => seen.push(line), warnings);
  splitter.push("first\n");
  for (let i = 0; i < 5; i++) splitter.push("x".repeat(MAX_LINE / 2));
  splitter.push("\nlast\n");
  splitter.end();
  assertEquals([seen, splitter.number], [["first", "last"], 3]);
  assertEquals(warnings.kept.map(({ kind, line }) => [kind, line]), [["too-long", 2]]);
});

Deno.test("Warnings counts all, and keeps the first of each kind", () => {
  const warnings = new Warnings();
  for (let line = 1; line <= 1000; line++) warnings.add({ kind: "lost", line, text: "x" });
  warnings.add({ kind: "binary", line: 7, text: "y" });
  assertEquals([warnings.total, warnings.counts], [1001, { lost: 1000, binary: 1 }]);
  assertEquals(warnings.kept.length, 21);
});

Deno.test("formatOf() is quick about long lines that look nearly right", () => {
  assertEquals(formatOf("a 1".repeat(1e6)), null);
  assertEquals(formatOf(`7<${"x".repeat(1e6)}`), null);
});
