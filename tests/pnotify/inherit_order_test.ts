import {
  boot,
  defineEvents,
  type Kernel,
  type Pnotify,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
  type Verdict,
} from "../../mod.ts";
import { assertEquals } from "@std/assert";

function names(kernel: Kernel, task: Task): string[] {
  return kernel.callouts!.subscribersOf(task);
}

function listener(name: string, fork: (child: Task) => Verdict = () => PNOTIFY_OK) {
  return defineEvents({ name, fork });
}

/** Takes a module off a child that is being forked. The lock counts as held by the forker. */
function takeOff(pnotify: Pnotify, child: Task, events: PnotifyEvents<null>): void {
  const subscriber = pnotify.getSubscriber(child, events)!;
  pnotify.unsubscribe(child, subscriber);
}

Deno.test("fork() keeps the order of those that stay when one in between answers NOSUB", () => {
  const { kernel, pnotify } = boot();
  const all = [
    listener("a"),
    listener("b", () => PNOTIFY_NOSUB),
    listener("c"),
    listener("d"),
  ];
  for (const events of all) pnotify.track(kernel.init, events);
  assertEquals(names(kernel, kernel.fork(kernel.init)), ["a", "c", "d"]);
});

Deno.test("fork() goes on with the rest when a hook takes itself off the child", () => {
  const { kernel, pnotify } = boot({ debug: false });
  const b: PnotifyEvents<null> = listener("b", (child) => {
    takeOff(pnotify, child, b);
    return PNOTIFY_OK;
  });
  for (const events of [listener("a"), b, listener("c")]) pnotify.track(kernel.init, events);
  assertEquals(names(kernel, kernel.fork(kernel.init)), ["a", "c"]);
});

Deno.test("fork() goes on with the rest when making data takes the one before off the child", () => {
  const { kernel, pnotify } = boot({ debug: false });
  const b = listener("b");
  const c = defineEvents<number>({
    name: "c",
    fork: () => PNOTIFY_OK,
    taskData: {
      create: () => 0,
      inherit: (data, child) => {
        takeOff(pnotify, child, b);
        return data;
      },
    },
  });
  for (const events of [listener("a"), b]) pnotify.track(kernel.init, events);
  pnotify.track(kernel.init, c);
  const child = kernel.fork(kernel.init);
  assertEquals(names(kernel, child), ["a", "c"]);
  kernel.exit(child);
  assertEquals(names(kernel, child), []);
});

Deno.test("fork() puts what a hook adds by hand before those that come after it", () => {
  const { kernel, pnotify } = boot({ debug: false });
  const added = listener("added");
  pnotify.register(added);
  const a = listener("a", (child) => {
    pnotify.subscribe(child, added);
    return PNOTIFY_OK;
  });
  for (const events of [a, listener("b")]) pnotify.track(kernel.init, events);
  assertEquals(names(kernel, kernel.fork(kernel.init)), ["a", "added", "b"]);
});
