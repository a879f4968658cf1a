import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SOURCES } from "../../bench/sources.ts";
import { withoutCallouts, withTaskField } from "../../bench/transformations.ts";

const strip = (text: string) => withoutCallouts(text, "kernel/example.ts");

Deno.test("withoutCallouts() says that nobody subscribed", () => {
  assertEquals(strip("if (task.subscribers !== null) x();"), "if (false) x();");
  assertEquals(strip("if (child!.subscribers !== null || a) x();"), "if (false || a) x();");
  assertEquals(strip("if (parent.subscribers === null && b) return;"), "if (true && b) return;");
});

Deno.test("withoutCallouts() says that nobody wants to hear of all tasks", () => {
  assertEquals(strip("if (kernel.globalCallouts !== null) x();"), "if (false) x();");
  assertEquals(strip("if (this.globalCallouts?.wantsFree) x();"), "if (false) x();");
});

Deno.test("withoutCallouts() leaves other questions alone", () => {
  const text = "if (kernel.preemption !== null) x();\nreturn task.subscribers;\n";
  assertEquals(strip(text), text);
});

Deno.test("withoutCallouts() leaves pnotify alone", () => {
  const text = "if (child.subscribers !== null) x();";
  assertEquals(withoutCallouts(text, "pnotify/fork.ts"), text);
});

Deno.test("withoutCallouts() finds every question in fork, exec, exit and release", () => {
  for (const name of ["fork", "exec", "exit", "release"]) {
    const path = `kernel/${name}.ts`;
    const uses = /\.(subscribers|globalCallouts)\b(?!\.|!\.)/g;
    assert(uses.test(SOURCES[path]), `${path} has callouts to begin with`);
    assertEquals(withoutCallouts(SOURCES[path], path).match(uses), null, path);
  }
});

Deno.test("withTaskField() adds a field to Task and to nothing else", () => {
  const add = withTaskField("slots");
  assertStringIncludes(
    add(SOURCES["kernel/task.ts"], "kernel/task.ts"),
    "  slots: unknown = null;\n",
  );
  assertEquals(add("x", "kernel/fork.ts"), "x");
});

Deno.test("withTaskField() throws when it does not know Task any more", () => {
  assertThrows(() => withTaskField("slots")("class Task {}", "kernel/task.ts"), TypeError, "slots");
});
