import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { formatPlace, KernelBug } from "../../mod.ts";
import { bootShell, collect, watch } from "./shell.ts";

Deno.test("report() logs the whole story, traces it and keeps it as data", () => {
  const { kernel } = bootShell();
  kernel.clock.advance(3);
  const traced = collect(kernel, "report");
  const report = kernel.report("lock-needed", "something is wrong", {
    lock: "a_sem",
    lines: ["one line more"],
  });
  assertEquals(kernel.reports, [report]);
  assertEquals(traced.map((event) => event.report), [report]);
  assertEquals(report, {
    kind: "lock-needed",
    headline: "something is wrong",
    text: "BUG: lock-needed: something is wrong\n  at cpu0 in no call, event 2, Not tainted\n" +
      "  one line more",
    place: { cpu: "cpu0", task: null, module: null, what: "no call", event: 2, time: 3 },
    module: null,
    taint: "",
    lock: "a_sem",
  });
  assertEquals(kernel.log.records().map(({ text, level }) => [text, level]), [
    ["BUG: lock-needed: something is wrong", "err"],
    ["  at cpu0 in no call, event 2, Not tainted", "err"],
    ["  one line more", "err"],
  ]);
});

Deno.test("report() keeps one of a kind and place, and others of another kind, lock or headline", () => {
  const { kernel } = bootShell();
  kernel.report("lock-needed", "first", { lock: "a" });
  kernel.report("lock-needed", "again", { lock: "a" });
  kernel.report("lock-needed", "other", { lock: "b" });
  kernel.report("lock-leaked", "first", { lock: "a" });
  kernel.report("asleep", "x");
  kernel.report("asleep", "y");
  kernel.report("asleep", "y");
  assertEquals(kernel.reports.map(({ headline }) => headline), [
    "first",
    "other",
    "first",
    "x",
    "y",
  ]);
});

Deno.test("report() shows what taints the kernel", () => {
  const { kernel } = bootShell();
  kernel.addTaint("P");
  kernel.addTaint("O");
  const report = kernel.report("asleep", "x");
  assertEquals(report.taint, "PO");
  assertStringIncludes(report.text, "Tainted: PO");
});

Deno.test("report() says which task was in which hook of which module", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  watch(world, { module: "spy", exit: () => void kernel.report("asleep", "x") });
  kernel.exit(sh);
  const [report] = kernel.reports;
  assertEquals([report.place.task, report.place.what, report.module], [
    "sh[3]",
    "watcher.exit",
    "spy",
  ]);
});

Deno.test("bug() throws what it reports", () => {
  const { kernel } = bootShell();
  const bug = assertThrows(() => kernel.bug("asleep", "x"), KernelBug, "x");
  assertEquals([bug.report, bug.name], [kernel.reports[0], "KernelBug"]);
});

Deno.test("formatPlace() names CPU, task, call and event", () => {
  const { kernel } = bootShell();
  const place = {
    cpu: "cpu1",
    task: "sh[3]",
    module: null,
    what: "fork",
    event: 7,
    time: 0,
  } as const;
  assertEquals(formatPlace(place), "cpu1 sh[3] in fork, event 7");
  assertEquals(formatPlace({ ...place, task: null }), "cpu1 in fork, event 7");
  assertEquals(formatPlace(kernel.place()), "cpu0 in no call, event 2");
});

Deno.test("place() has the line of the user's code when stacks are asked for", () => {
  const { kernel } = bootShell({ debug: { stacks: true } });
  const place = kernel.place();
  assert(place.stack?.includes("report_test.ts"), place.stack);
  assertStringIncludes(formatPlace(place), "report_test.ts");
  assertEquals(bootShell().kernel.place().stack, undefined);
});

Deno.test("report() alone has the line of the user's code when stacks are asked for in reports", () => {
  const { kernel } = bootShell({ debug: { stacks: "reports" } });
  assertEquals(kernel.place().stack, undefined);
  const { place, text } = kernel.report("asleep", "x");
  assert(place.stack?.includes("report_test.ts"), place.stack);
  assertStringIncludes(text, place.stack!);
});

Deno.test("report() has the line that it is given, or none when it is null", () => {
  const { kernel } = bootShell({ debug: { stacks: true } });
  assertEquals(
    kernel.report("asleep", "x", { stack: "at mine.ts:1:2" }).place.stack,
    "at mine.ts:1:2",
  );
  assertEquals("stack" in kernel.report("asleep", "y", { stack: null }).place, false);
  const silent = bootShell().kernel.report("asleep", "x", { stack: "at mine.ts:1:2" });
  assertEquals("stack" in silent.place, false);
});

Deno.test("moduleFault() says in the report which hook broke down", () => {
  const { kernel } = bootShell();
  kernel.moduleFault("job", { what: "exec", task: kernel.init, cause: "no such member" });
  kernel.report("module-leak", "a page was left");
  assertEquals(kernel.reports.map(({ hook }) => hook), ["exec", undefined]);
});
