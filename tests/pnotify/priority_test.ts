import { boot, defineEvents, type Kernel, KernelError, PNOTIFY_OK, type Task } from "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";

/** A structure that writes down its calls. */
function listener(name: string, priority: number | undefined, calls: string[]) {
  const note = (hook: string) => () => void calls.push(`${name}.${hook}`);
  return defineEvents({
    name,
    priority,
    fork: () => (calls.push(`${name}.fork`), PNOTIFY_OK),
    exec: note("exec"),
    exit: note("exit"),
    rename: note("rename"),
  });
}

function names(kernel: Kernel, task: Task): string[] {
  return kernel.callouts!.subscribersOf(task);
}

Deno.test("subscribers of a higher priority stand before those of a lower one", () => {
  const { kernel, pnotify } = boot();
  for (const priority of [0, 5, -3, 5, 1]) {
    pnotify.track(kernel.init, listener(`p${priority}`, priority, []));
  }
  assertEquals(names(kernel, kernel.init), ["p5", "p5", "p1", "p0", "p-3"]);
});

Deno.test("subscribers of equal priority stay in order of subscription, 0 being the default", () => {
  const { kernel, pnotify } = boot();
  for (const name of ["a", "b", "c"]) {
    pnotify.track(kernel.init, listener(name, name === "b" ? undefined : 0, []));
  }
  assertEquals(names(kernel, kernel.init), ["a", "b", "c"]);
});

Deno.test("priorities order the calls of every hook", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const shell = kernel.fork(kernel.init);
  pnotify.track(shell, listener("low", 1, calls));
  pnotify.track(shell, listener("high", 2, calls));
  const child = kernel.fork(shell);
  kernel.exec(child, "/bin/true");
  kernel.rename(child, "other");
  kernel.exit(child);
  const hooks = ["fork", "exec", "rename", "exit"];
  assertEquals(calls, hooks.flatMap((hook) => [`high.${hook}`, `low.${hook}`]));
});

Deno.test("a child inherits the order of the parent, priorities included", () => {
  const { kernel, pnotify } = boot();
  for (const [name, priority] of [["a", 0], ["b", 9], ["c", 0]] as const) {
    pnotify.track(kernel.init, listener(name, priority, []));
  }
  assertEquals(names(kernel, kernel.fork(kernel.init)), ["b", "a", "c"]);
});

Deno.test("priorities put a newcomer before subscribers that are there already", () => {
  const { kernel, pnotify } = boot();
  pnotify.track(kernel.init, listener("old", 0, []));
  pnotify.track(kernel.init, listener("urgent", 0.5, []));
  assertEquals(names(kernel, kernel.init), ["urgent", "old"]);
});

Deno.test("init subscribes by priority, too", () => {
  const { kernel, pnotify } = boot();
  pnotify.track(kernel.init, listener("old", 0, []));
  const init = () => PNOTIFY_OK;
  const fork = () => PNOTIFY_OK;
  pnotify.register(defineEvents({ name: "urgent", priority: 1, init, fork }));
  assertEquals(names(kernel, kernel.init), ["urgent", "old"]);
});

for (const priority of [NaN, Infinity, -Infinity, "1"]) {
  Deno.test(`defineEvents() refuses ${typeof priority} ${priority} as a priority with EINVAL`, () => {
    const define = () => listener("audit", priority as number, []);
    assertEquals(assertThrows(define, KernelError).code, "EINVAL");
  });
}
