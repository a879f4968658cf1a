import { assert, assertEquals } from "@std/assert";
import { callerLine, thrownLine, userLine } from "../../kernel/stack_line.ts";

const FILE = "file:///home/me/kernel/x/kernel/stack_line.ts";
const BUNDLE = "file:///home/me/dist/pnotify.js";

Deno.test("userLine() passes over the library's folders when it runs as files", () => {
  const lines = [
    "    at callerLine (file:///home/me/kernel/x/kernel/stack_line.ts:14:20)",
    "    at ReportDesk.report (file:///home/me/kernel/x/kernel/report_desk.ts:62:19)",
    "    at voidHookError (file:///home/me/kernel/x/pnotify/hook.ts:150:3)",
    "    at file:///home/me/kernel/x/check/explore.ts:9:1",
    "    at exit (file:///home/me/kernel/x/modules/job/module.ts:80:7)",
    "    at file:///home/me/kernel/mine.ts:1:1",
  ];
  assertEquals(userLine(lines, FILE), lines[4].trim());
});

Deno.test("userLine() takes a user's folder for the user's although it bears the library's name", () => {
  const lines = [
    "    at Kernel.fork (file:///home/me/kernel/x/kernel/kernel.ts:300:5)",
    "    at file:///home/me/kernel/mine.ts:1:1",
    "    at file:///home/me/pnotify/kernel/mine.ts:1:1",
  ];
  assertEquals(userLine(lines, FILE), "at file:///home/me/kernel/mine.ts:1:1");
  assertEquals(userLine(lines.slice(2), FILE), "at file:///home/me/pnotify/kernel/mine.ts:1:1");
});

Deno.test("userLine() passes over the one file of the library when it runs as a bundle", () => {
  const lines = [
    `    at callerLine (${BUNDLE}:14:20)`,
    `    at new Kernel (${BUNDLE}:900:1)`,
    `    at ${BUNDLE}:1:1`,
    "    at fork (data:application/javascript;base64,ZXhwb3J0:3:7)",
    `    at Kernel.fork (${BUNDLE}:850:5)`,
  ];
  assertEquals(userLine(lines, BUNDLE), lines[3].trim());
});

Deno.test("userLine() takes another file for the user's when the library runs as a bundle", () => {
  const lines = [`    at fork (${BUNDLE}:850:5)`, "    at file:///home/me/dist/kernel/mine.js:1:1"];
  assertEquals(userLine(lines, BUNDLE), lines[1].trim());
});

Deno.test("userLine() passes over the folder of the library when it runs as a bundle in chunks", () => {
  const lines = [
    "    at report (file:///tmp/pnotify/chunk-K2XJ4QAB.js:14:20)",
    "    at explore (file:///tmp/pnotify/library/check.js:9:1)",
    "    at job (file:///tmp/pnotify/chunk-AAAA4QAB.js:1:1)",
    "    at fork (data:application/javascript;base64,ZXhwb3J0:3:7)",
  ];
  assertEquals(userLine(lines, "file:///tmp/pnotify/chunk-K2XJ4QAB.js"), lines[3].trim());
});

Deno.test("userLine() finds nothing when all is one bundle, nor in the runtime's own lines", () => {
  const lines = [
    `    at callerLine (${BUNDLE}:14:20)`,
    `    at main (${BUNDLE}:9000:2)`,
    "    at Module._compile (node:internal/modules/cjs/loader:1376:14)",
    "    at eventLoopTick (ext:core/01_core.js:178:7)",
  ];
  assertEquals(userLine(lines, BUNDLE), undefined);
});

Deno.test("userLine() reads a URL with brackets, and a Windows path", () => {
  const lines = [
    "    at fork (file:///home/me(1)/kernel/fork.ts:1:2)",
    "    at mine (file:///home/me(1)/mine.ts:1:2)",
  ];
  assertEquals(userLine(lines, "file:///home/me(1)/kernel/stack_line.ts"), lines[1].trim());
  const windows = ["    at fork (C:\\x\\kernel\\fork.js:1:2)", "    at mine (C:\\x\\mine.js:1:2)"];
  assertEquals(userLine(windows, "C:\\x\\kernel\\stack_line.js"), windows[1].trim());
});

Deno.test("callerLine() and thrownLine() name this file", () => {
  assert(callerLine()?.includes("stack_line_test.ts"), callerLine());
  const line = thrownLine(new Error("boom"));
  assert(line?.includes("stack_line_test.ts"), String(line));
});
