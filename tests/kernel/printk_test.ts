import { assertEquals } from "@std/assert";
import { KernelLog } from "../../kernel/printk.ts";
import { Clock, formatLogRecord } from "../../mod.ts";
import { bootShell, collect } from "./shell.ts";

Deno.test("print() stamps each line with its number, the time and its level", () => {
  const clock = new Clock();
  const log = new KernelLog(clock, 8);
  log.print("one", "info");
  clock.advance(5);
  log.print("two", "err");
  assertEquals(log.records(), [
    { sequence: 0, time: 0, level: "info", text: "one" },
    { sequence: 1, time: 5, level: "err", text: "two" },
  ]);
});

Deno.test("print() makes a record of every line of a text", () => {
  const log = new KernelLog(new Clock(), 8);
  log.print("a\nb\n", "info");
  assertEquals(log.records().map(({ text }) => text), ["a", "b", ""]);
  assertEquals(log.printed, 3);
});

Deno.test("records() keeps the newest lines in order, and counts those that were dropped", () => {
  const log = new KernelLog(new Clock(), 3);
  for (let i = 0; i < 8; i++) log.print(String(i), "info");
  assertEquals(log.records().map(({ text }) => text), ["5", "6", "7"]);
  assertEquals(log.records().map(({ sequence }) => sequence), [5, 6, 7]);
  assertEquals([log.printed, log.dropped], [8, 5]);
});

Deno.test("records() is a copy", () => {
  const log = new KernelLog(new Clock(), 3);
  log.print("a", "info");
  log.records().pop();
  assertEquals(log.records().length, 1);
});

Deno.test("formatLogRecord() words a line as dmesg does", () => {
  const record = { sequence: 0, time: 12_345_678_901, level: "info", text: "hello" } as const;
  assertEquals(formatLogRecord(record), "[   12.345678] hello");
});

Deno.test("printk() logs at info unless told otherwise", () => {
  const { kernel } = bootShell();
  kernel.printk("hello");
  kernel.printk("fire", "emerg");
  assertEquals(kernel.log.records().map(({ text, level }) => [text, level]), [
    ["hello", "info"],
    ["fire", "emerg"],
  ]);
});

Deno.test("printk() traces every line, even those that the log had to drop at once", () => {
  const { kernel } = bootShell({ logLines: 1 });
  const seen = collect(kernel, "printk");
  kernel.printk("a\nb\nc");
  assertEquals(seen.map(({ record }) => record.text), ["a", "b", "c"]);
  assertEquals(kernel.log.records().length, 1);
});
