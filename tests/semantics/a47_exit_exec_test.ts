import {
  boot,
  createProgram,
  defineEvents,
  KernelError,
  PF_EXITING,
  PNOTIFY_OK,
  TASK_RUNNING,
} from "../../mod.ts";
import { testModule } from "../../modules/test_module.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { listener, names } from "./listener.ts";

Deno.test("A47 exit hooks see PF_EXITING and the exit code, on a task that is still on the task list", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const child = kernel.fork(shell);
  const status = kernel.wait(shell);
  const seen: unknown[] = [];
  const events = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exit(task) {
      const reference = kernel.getTask(task.pid);
      seen.push(reference?.task === task, task.flags & PF_EXITING, task.exitCode);
      // The parent has not heard, and the task still waits to be reaped.
      seen.push(status.done, task.state, task.parent === shell);
      reference?.put();
    },
  });
  pnotify.track(child, events);
  kernel.exit(child, 3);
  assertEquals(seen, [true, PF_EXITING, 3 << 8, false, TASK_RUNNING, true]);
  assertEquals(status.value, { pid: child.pid, status: 3 << 8 });
});

Deno.test("A47 exit hooks see the children of the task, which are given away afterwards", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const child = kernel.fork(shell);
  const parents: unknown[] = [];
  const exit = () => void parents.push(child.parent);
  pnotify.track(shell, defineEvents({ name: "audit", fork: () => PNOTIFY_OK, exit }));
  kernel.exit(shell);
  assertEquals([parents, child.parent], [[shell], kernel.init]);
});

Deno.test("A48 exit hooks run in list order, first subscribed first", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const child = kernel.fork(kernel.init);
  for (const name of ["c", "a", "b"]) pnotify.track(child, listener(name, calls));
  kernel.exit(child);
  assertEquals(calls, ["c.exit 3", "a.exit 3", "b.exit 3"]);
});

Deno.test("A48 each entry goes after its own hook: later ones are still listed, earlier ones are not", () => {
  const { kernel, pnotify } = boot();
  const listed: string[][] = [];
  const child = kernel.fork(kernel.init);
  for (const name of ["a", "b", "c"]) {
    const exit = () => void listed.push(names(kernel, child));
    pnotify.track(child, defineEvents({ name, fork: () => PNOTIFY_OK, exit }));
  }
  kernel.exit(child);
  assertEquals(listed, [["a", "b", "c"], ["b", "c"], ["c"]]);
  assertEquals(child.subscribers, null);
});

Deno.test("A49 an exit hook can stop neither the exit nor the hooks of others", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const child = kernel.fork(kernel.init);
  const broken = defineEvents({
    name: "broken",
    fork: () => PNOTIFY_OK,
    exit() {
      throw new KernelError("EBUSY");
    },
  });
  pnotify.track(child, broken);
  pnotify.track(child, listener("next", calls));
  kernel.exit(child, 5);
  assertEquals([calls, kernel.getTask(child.pid)], [["next.exit 3"], null]);
  assertEquals(pnotify.balance(broken).balanced, true);
});

Deno.test("A49 what an exit hook returns is nobody's business", () => {
  const { kernel, pnotify } = boot();
  const exit = (() => -1) as () => void;
  const child = kernel.fork(kernel.init);
  pnotify.track(child, defineEvents({ name: "audit", fork: () => PNOTIFY_OK, exit }));
  kernel.exit(child);
  assertEquals([kernel.getTask(child.pid), kernel.reports], [null, []]);
});

Deno.test("A50 exit comes once per thread", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const calls: string[] = [];
  pnotify.track(shell, listener("audit", calls));
  const threads = [kernel.createThread(shell), kernel.createThread(shell)];
  kernel.exitThread(threads[0]);
  calls.length = 0;
  kernel.exit(shell);
  assertEquals(calls.sort(), ["audit.exit 3", `audit.exit ${threads[1].pid}`]);
});

Deno.test("A50 the balance law holds after every step of a task's life", () => {
  const { kernel, pnotify } = boot();
  const events = listener("audit", [], { init: PNOTIFY_OK });
  const steps: [string, () => void][] = [
    ["register", () => pnotify.register(events)],
    ["fork", () => kernel.fork(kernel.init)],
    ["subscribe", () => pnotify.track(kernel.init, events)],
    ["fork of two", () => kernel.fork(kernel.init)],
    ["thread", () => kernel.createThread(kernel.init)],
    ["unsubscribe", () => pnotify.untrack(kernel.init, events)],
    ["exit", () => kernel.exit(kernel.init.firstChild!)],
    ["unregister", () => pnotify.unregister(events)],
  ];
  for (const [step, run] of steps) {
    run();
    assertEquals([step, pnotify.balance(events).balanced], [step, true]);
  }
  const { init, fork, subscribed, exit, unsubscribed, current } = pnotify.balance(events);
  assertEquals([init, fork, subscribed, exit, unsubscribed, current], [2, 5, 1, 7, 1, 0]);
});

Deno.test("A50 the demo module finds attach + init = detach at unload", () => {
  const { kernel } = boot();
  kernel.modules.insmod(testModule);
  const shell = kernel.fork(kernel.init);
  kernel.exit(kernel.createThread(shell));
  kernel.modules.rmmod("test_module");
  assertEquals(
    kernel.log.records().at(-1)?.text,
    "test_module: Good - attach count + init count equals detach count",
  );
});

Deno.test("A51 exec is told when the new program is in place", () => {
  const { kernel, pnotify } = boot();
  const child = kernel.fork(kernel.init);
  const seen: string[] = [];
  const exec = () => void seen.push(child.comm, child.program.path!);
  pnotify.track(child, defineEvents({ name: "audit", fork: () => PNOTIFY_OK, exec }));
  kernel.exec(child, "/usr/bin/make");
  assertEquals(seen, ["make", "/usr/bin/make"]);
});

Deno.test("A51 an exec that fails is not reported", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const child = kernel.fork(kernel.init);
  pnotify.track(child, listener("audit", calls));
  kernel.binaries = {
    load() {
      throw new KernelError("ENOEXEC");
    },
  };
  assertThrows(() => kernel.exec(child, "/bin/text"), KernelError);
  kernel.binaries = null;
  kernel.faults = { shouldFail: (site) => site === "exec" };
  assertThrows(() => kernel.exec(child, "/bin/true"), KernelError);
  assertEquals([calls, child.comm], [[], "init"]);
});

Deno.test("A51 subscribers without exec are passed over", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const child = kernel.fork(kernel.init);
  pnotify.track(child, listener("a", calls));
  pnotify.track(child, defineEvents({ name: "b", fork: () => PNOTIFY_OK }));
  pnotify.track(child, listener("c", calls));
  kernel.exec(child, "/bin/true");
  assertEquals(calls, ["a.exec 3", "c.exec 3"]);
});

Deno.test("A51 an exec hook has no veto: neither an error nor an answer stops anything", () => {
  const { kernel, pnotify } = boot();
  const calls: string[] = [];
  const child = kernel.fork(kernel.init);
  const fork = () => PNOTIFY_OK;
  const refuse = () => {
    throw new KernelError("EPERM");
  };
  const answer = (() => -1) as () => void;
  pnotify.track(child, defineEvents({ name: "refuser", fork, exec: refuse }));
  pnotify.track(child, defineEvents({ name: "answerer", fork, exec: answer }));
  pnotify.track(child, listener("next", calls));
  kernel.exec(child, "/bin/true");
  assertEquals([calls, child.comm], [["next.exec 3"], "true"]);
  assertEquals(names(kernel, child), ["refuser", "answerer", "next"]);
});

Deno.test("A52 no argument carries the file name: it is read off the task", () => {
  const { kernel, pnotify } = boot();
  const child = kernel.fork(kernel.init);
  const got: unknown[][] = [];
  const events = defineEvents({
    name: "audit",
    fork: () => PNOTIFY_OK,
    exec: (...args: unknown[]) => void got.push(args),
  });
  pnotify.track(child, events);
  const program = createProgram("/usr/bin/make", ["make", "-j4"]);
  kernel.exec(child, program);
  assertEquals([got.length, got[0].length, got[0][0]], [1, 2, child]);
  assertEquals(child.program.argv, ["make", "-j4"]);
});
