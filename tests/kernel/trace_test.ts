import { assertEquals } from "@std/assert";
import { boot, defineEvents, PNOTIFY_OK, type TraceEvent } from "../../mod.ts";
import { testModule } from "../../modules/test_module.ts";
import { bootShell } from "./shell.ts";

function run(seed: number): TraceEvent[] {
  const { kernel } = boot({ seed });
  const events: TraceEvent[] = [];
  kernel.addTraceSink((event) => events.push(event));
  kernel.modules.insmod(testModule, { params: { verbose: true } });
  const tasks = [kernel.init];
  for (let i = 0; i < 60; i++) {
    const task = tasks[kernel.random.below(tasks.length)];
    if (task.state !== "R") continue;
    kernel.clock.advance(kernel.random.below(1000));
    if (i % 5 === 4 && task.groupLeader !== kernel.init) kernel.exit(task, i);
    else tasks.push(kernel.random.below(3) === 0 ? kernel.createThread(task) : kernel.fork(task));
  }
  kernel.modules.rmmod("test_module");
  kernel.shutdown();
  return events;
}

Deno.test("addTraceSink() sees the same trace for the same seed, and another one for another", () => {
  const first = JSON.stringify(run(5));
  assertEquals(JSON.stringify(run(5)), first);
  assertEquals(JSON.stringify(run(6)) === first, false);
});

Deno.test("addTraceSink() numbers events from 1 and never backwards", () => {
  const sequences = run(1).map((event) => event.sequence);
  assertEquals(sequences, sequences.map((_one, i) => sequences[0] + i));
});

Deno.test("addTraceSink() stamps events with time, CPU and depth", () => {
  const { kernel, sh } = bootShell();
  kernel.clock.advance(4);
  let event: TraceEvent | null = null;
  kernel.addTraceSink((one) => event = one);
  kernel.fork(sh);
  assertEquals(event!, {
    sequence: 3,
    time: 4,
    cpu: "cpu0",
    depth: 1,
    type: "fork",
    task: "sh[4]",
    pid: 4,
    parent: "sh[3]",
    parentPid: 3,
    thread: false,
  });
});

Deno.test("addTraceSink() hands events to every sink, in the order in which they were added", () => {
  const { kernel, sh } = bootShell();
  const heard: string[] = [];
  kernel.addTraceSink(() => heard.push("a"));
  kernel.addTraceSink(() => heard.push("b"));
  kernel.fork(sh);
  assertEquals(heard, ["a", "b"]);
});

Deno.test("addTraceSink() returns what removes the sink again, and the others stay", () => {
  for (const debug of [true, false]) {
    const { kernel, sh } = bootShell({ debug });
    const heard: string[] = [];
    const stop = kernel.addTraceSink(() => heard.push("a"));
    const stopOther = kernel.addTraceSink(() => heard.push("b"));
    stop();
    stop();
    kernel.fork(sh);
    assertEquals(heard, ["b"]);
    stopOther();
    kernel.fork(sh);
    assertEquals([heard, kernel.trace === null], [["b"], !debug]);
  }
});

Deno.test("addTraceSink() sees hooks with their verdict, and what of it was a roll-back", () => {
  const { kernel, pnotify, sh } = bootShell();
  const ok = defineEvents({ name: "ok", fork: () => PNOTIFY_OK, exit() {} });
  const no = defineEvents({ name: "no", fork: () => -1 });
  for (const events of [ok, no]) pnotify.track(sh, events);
  const seen: unknown[] = [];
  kernel.addTraceSink((event) => {
    if (event.type === "hook") {
      seen.push([event.module, event.event, event.verdict, event.rollback]);
    }
  });
  try {
    kernel.fork(sh);
  } catch {
    // Refused, as it was meant to be.
  }
  assertEquals(seen, [
    ["ok", "fork", "PNOTIFY_OK", undefined],
    ["no", "fork", "PNOTIFY_ERROR", undefined],
    ["ok", "exit", undefined, true],
  ]);
});
