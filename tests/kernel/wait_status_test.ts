import { assertEquals } from "@std/assert";
import {
  deadlySignalOf,
  dumpedCore,
  exitCodeOf,
  statusOfCode,
  statusOfSignal,
} from "../../kernel/wait_status.ts";

Deno.test("exitCodeOf() gives back the lowest byte of a code when statusOfCode() stored it", () => {
  const codes = [0, 1, 255, 256, -1, 0x1_03];
  assertEquals(codes.map((code) => exitCodeOf(statusOfCode(code))), [0, 1, 255, 0, 255, 3]);
  assertEquals(codes.map((code) => deadlySignalOf(statusOfCode(code))), codes.map(() => 0));
});

Deno.test("deadlySignalOf() and dumpedCore() give back what statusOfSignal() stored", () => {
  for (const core of [false, true]) {
    const status = statusOfSignal(11, core);
    assertEquals([deadlySignalOf(status), dumpedCore(status)], [11, core]);
  }
});
