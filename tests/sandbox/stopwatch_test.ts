import { assertEquals } from "@std/assert";
import { Stopwatch } from "../../runner/sandbox/stopwatch.ts";

/** Reads a stopwatch every 20 ms for two seconds, while the process gets a part of the CPU. */
function readFor(cpuShare: number): number {
  let wall = 1000;
  const stopwatch = new Stopwatch({ wall: () => wall, cpu: () => 500 + (wall - 1000) * cpuShare });
  let elapsedMs = 0;
  for (let i = 0; i < 100; i++) {
    wall += 20;
    elapsedMs = stopwatch.elapsedMs();
  }
  return Math.round(elapsedMs);
}

Deno.test("Stopwatch.elapsedMs() counts CPU time when others have the rest", () => {
  assertEquals([readFor(1), readFor(0.5), readFor(0.1)], [2000, 1000, 200]);
});

Deno.test("Stopwatch.elapsedMs() counts the wall clock when the process waits", () => {
  assertEquals([readFor(0), readFor(0.02)], [2000, 2000]);
});

Deno.test("Stopwatch.elapsedMs() counts no more than the wall clock when several threads work", () => {
  assertEquals(readFor(1.8), 2000);
});

Deno.test("Stopwatch.restart() begins at zero again", () => {
  let wall = 0;
  const stopwatch = new Stopwatch({ wall: () => wall, cpu: () => wall });
  wall = 150;
  assertEquals(stopwatch.elapsedMs(), 150);
  stopwatch.restart();
  wall = 160;
  assertEquals(stopwatch.elapsedMs(), 10);
});
