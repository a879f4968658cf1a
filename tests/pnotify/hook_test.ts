import { assertEquals, assertThrows } from "@std/assert";
import {
  boot,
  defineEvents,
  HOOKS,
  KernelError,
  PNOTIFY_ERROR,
  type Task,
  type TraceEvent,
  type Verdict,
} from "../../mod.ts";
import { Registry } from "../../pnotify/registry.ts";

/** The hooks that are traced while a task with this fork hook forks, and the fork fails. */
function traceRefusal(debug: boolean, fork: (child: Task) => Verdict) {
  const { kernel, pnotify } = boot({ debug });
  const events = defineEvents({ name: "veto", fork });
  pnotify.track(kernel.init, events);
  const traced: TraceEvent[] = [];
  kernel.addTraceSink((event) => traced.push(event));
  const error = assertThrows(() => kernel.fork(kernel.init), KernelError);
  const hooks = traced.flatMap((event) =>
    event.type === "hook" ? [[event.event, event.verdict, event.fault]] : []
  );
  assertEquals(pnotify.subscriptionCount(events), 1);
  return { code: error.code, message: error.message, hooks };
}

for (const debug of [true, false]) {
  const where = debug ? "with checks" : "without checks";

  Deno.test(`a fork hook that throws a KernelError is traced whatever its text, ${where}`, () => {
    const own = traceRefusal(debug, () => PNOTIFY_ERROR);
    const same = traceRefusal(debug, (child) => {
      const details = { action: "fork", name: String(child), found: `veto.fork refused ${child}` };
      throw new KernelError("EPERM", details);
    });
    assertEquals(same.message, own.message);
    assertEquals(own.hooks, [["fork", "PNOTIFY_ERROR", undefined]]);
    assertEquals(same.hooks, [["fork", "EPERM", undefined]]);
  });

  Deno.test(`a fork hook that answers with an errno is traced once, ${where}`, () => {
    const { code, hooks } = traceRefusal(debug, () => -12 as unknown as Verdict);
    assertEquals([code, hooks], ["ENOMEM", [["fork", "ENOMEM", undefined]]]);
  });

  Deno.test(`a fork hook that answers with no verdict is traced once, ${where}`, () => {
    const { code, hooks } = traceRefusal(debug, () => 1.5 as unknown as Verdict);
    assertEquals([code, hooks], ["EFAULT", [["fork", "EFAULT", undefined]]]);
  });

  Deno.test(`a fork hook that breaks down is traced once, with its fault, ${where}`, () => {
    const { code, hooks } = traceRefusal(debug, () => {
      throw new TypeError("a mistake");
    });
    assertEquals([code, hooks], ["EFAULT", [["fork", "EFAULT", "TypeError: a mistake"]]]);
  });
}

Deno.test("Registry.wants has every hook, and only those of what may be on a list", () => {
  const registry = new Registry(false);
  assertEquals(Object.keys(registry.wants), [...HOOKS]);
  const fork = () => PNOTIFY_ERROR;
  const entry = registry.of(defineEvents({ name: "a", fork, rename() {} }));
  const wanted = () => HOOKS.filter((hook) => registry.wants[hook]);
  assertEquals(wanted(), []);
  registry.add(entry);
  assertEquals(wanted(), ["fork", "rename"]);
  registry.add(registry.of(defineEvents({ name: "b", global: true, fork, free() {} })));
  assertEquals(wanted(), ["fork", "rename"]);
  registry.remove(entry);
  assertEquals(wanted(), []);
});

Deno.test("docs/locking.md says of each hook what is held while it runs", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/locking.md", import.meta.url));
  const section = page.split("\n## ").find((text) => text.startsWith("What is held while a hook"))!;
  const cells = section.split("\n").filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|")[1]);
  const names = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assertEquals([...new Set(names)].sort(), [...HOOKS].sort());
});
