import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KernelBug, KernelError, type KernelOptions, PNOTIFY_OK } from "../../mod.ts";
import { eventsOf, type Hooks, listening, track } from "./modules.ts";
import { bootShell, collect, kinds } from "./shell.ts";
import { checkWorld, snapshot } from "./snapshot.ts";

type HookName = keyof Hooks;

/** Everything that is no verdict, and what the oops says of it. */
const ANSWERS: readonly (readonly [what: string, answer: () => unknown, text: string])[] = [
  ["throws an Error", () => {
    throw new RangeError("boom");
  }, "RangeError: boom"],
  ["throws undefined", () => {
    throw undefined;
  }, "undefined"],
  ["returns undefined", () => undefined, "it returned undefined, which is no verdict"],
  ["returns NaN", () => NaN, "it returned NaN, which is no verdict"],
  ["returns 0.5", () => 0.5, "it returned 0.5, which is no verdict"],
  ["returns null", () => null, "it returned null, which is no verdict"],
  ["returns true", () => true, "it returned true, which is no verdict"],
  ["returns an object", () => ({}), "it returned an object, which is no verdict"],
  ["returns -9999", () => -9999, "it returned -9999, which is no verdict"],
  ["is async", () => Promise.resolve(0), "it returned a Promise"],
  ["is async and fails", () => Promise.reject(new Error("later")), "it returned a Promise"],
];

/** What a hook without a verdict must not do; the other answers do not matter there. */
const VOID = ["throws an Error", "throws undefined", "is async", "is async and fails"];

function load(hook: HookName, answer: () => unknown) {
  const world = bootShell();
  const { kernel } = world;
  const heard: string[] = [];
  const hear = (name: string): Hooks => ({
    fork: () => (heard.push(`${name}.fork`), PNOTIFY_OK),
    exec: () => void heard.push(`${name}.exec`),
    exit: () => void heard.push(`${name}.exit`),
  });
  kernel.modules.insmod(listening("first", hear("first")));
  const bad = listening("bad", { ...hear("bad"), [hook]: answer });
  if (hook !== "init") kernel.modules.insmod(bad);
  kernel.modules.insmod(listening("last", hear("last")));
  for (const { name } of kernel.modules.lsmod()) track(kernel, world.sh, name);
  return { world, heard, bad };
}

for (const [what, answer, text] of ANSWERS) {
  Deno.test(`init() that ${what} is a fault: the registration is undone with EFAULT`, () => {
    const { world, bad } = load("init", answer);
    const { kernel, pnotify } = world;
    const before = snapshot({ kernel });
    const error = assertThrows(() => kernel.modules.insmod(bad), KernelError);
    assertEquals(error.code, "EFAULT");
    assertEquals(snapshot({ kernel }).tasks, before.tasks);
    assertEquals(kernel.modules.find("bad"), null);
    const { balance, registered } = pnotify.balances().find(({ name }) => name === "bad")!;
    // The failing task gets exit, too.
    assertEquals([registered, balance.balanced, balance.init, balance.exit], [false, true, 1, 1]);
    const [report] = kernel.reports;
    assertEquals([report.kind, report.module, report.place.what, report.place.task], [
      "module-fault",
      "bad",
      "bad.init",
      "init[1]",
    ]);
    assertStringIncludes(report.text, `oops: module-fault: bad.init for init[1]: ${text}`);
    assertEquals([kinds(world), kernel.taint], [["module-fault"], "D"]);
  });

  Deno.test(`fork() that ${what} is a fault: the fork fails with EFAULT and is rolled back`, () => {
    const { world, heard } = load("fork", answer);
    const { kernel, pnotify, sh } = world;
    const before = snapshot({ kernel });
    const error = assertThrows(() => kernel.fork(sh), KernelError);
    assertEquals(error.code, "EFAULT");
    assertEquals(snapshot({ kernel }).tasks, before.tasks);
    // Later modules are not called, and the failing one gets no exit.
    assertEquals(heard, ["first.fork", "first.exit"]);
    assert(pnotify.balances().every(({ balance }) => balance.balanced));
    const [report] = kernel.reports;
    assertEquals([report.module, report.place.what], ["bad", "bad.fork"]);
    assertStringIncludes(report.text, `oops: module-fault: bad.fork for sh[4]: ${text}`);
    assertStringIncludes(kernel.log.records().map((one) => one.text).join("\n"), report.headline);
    assertEquals([kinds(world), kernel.modules.find("bad")!.faulty], [["module-fault"], true]);
    checkWorld(world);
  });

  if (!VOID.includes(what)) {
    Deno.test(`exec() and exit() that ${what} are content: nobody asked for a verdict`, () => {
      for (const hook of ["exec", "exit"] as const) {
        const { world } = load(hook, answer);
        world.kernel.exec(world.sh, "/bin/true");
        world.kernel.exit(world.sh);
        assertEquals([world.kernel.reports, world.kernel.taint], [[], ""]);
      }
    });
    continue;
  }

  Deno.test(`exec() that ${what} is a fault: the program runs, and the others hear of it`, () => {
    const { world, heard } = load("exec", answer);
    const { kernel, sh } = world;
    kernel.exec(sh, "/bin/true");
    assertEquals([sh.comm, heard], ["true", ["first.exec", "last.exec"]]);
    assertEquals(kernel.callouts!.subscribersOf(sh), ["first", "bad", "last"]);
    assertStringIncludes(kernel.reports[0].text, `bad.exec for true[3]: ${text}`);
    assertEquals([kinds(world), kernel.modules.find("bad")!.faulty], [["module-fault"], true]);
  });

  Deno.test(`exit() that ${what} is a fault: the task ends, and every subscriber comes off`, () => {
    const { world, heard } = load("exit", answer);
    const { kernel, pnotify, sh } = world;
    kernel.exit(sh, 1);
    assertEquals([sh.state, sh.subscribers, heard], ["X", null, ["first.exit", "last.exit"]]);
    assert(pnotify.balances().every(({ balance }) => balance.balanced && balance.current === 0));
    assertStringIncludes(kernel.reports[0].text, `bad.exit for sh[3]: ${text}`);
    assertEquals([kinds(world), kernel.modules.find("bad")!.faulty], [["module-fault"], true]);
    checkWorld(world);
  });
}

Deno.test("a faulty module's hooks go on being called, and one of a kind is reported for each task", () => {
  const { world } = load("exec", () => {
    throw new Error("boom");
  });
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const traced = collect(kernel, "hook");
  for (const task of [sh, sh, child]) kernel.exec(task, "/bin/true");
  const faults = traced.filter(({ fault }) => fault !== undefined);
  assertEquals(kernel.reports.map(({ place }) => place.task), ["true[3]", "true[4]"]);
  assertEquals([faults.length, faults[0]?.module, faults[0]?.event], [3, "bad", "exec"]);
});

Deno.test("a module fault goes on being unloadable", () => {
  const { world } = load("exit", () => {
    throw new Error("boom");
  });
  world.kernel.modules.rmmod("bad");
  assertEquals(world.kernel.modules.find("bad"), null);
  assertEquals(world.kernel.callouts!.subscribersOf(world.sh), ["first", "last"]);
});

Deno.test("a KernelError from exec or exit is a fault, too: nobody is there to be told", () => {
  for (const hook of ["exec", "exit"] as const) {
    const { world } = load(hook, () => {
      throw new KernelError("ENOSPC");
    });
    if (hook === "exec") world.kernel.exec(world.sh, "/bin/sh");
    else world.kernel.exit(world.sh);
    assertEquals(kinds(world), ["module-fault"]);
    assertStringIncludes(world.kernel.reports[0].text, "ENOSPC");
  }
});

Deno.test("a KernelError from init or fork is an answer, and no fault", () => {
  const refuse = () => {
    throw new KernelError("ENOSPC");
  };
  const fork = load("fork", refuse).world;
  assertEquals(assertThrows(() => fork.kernel.fork(fork.sh), KernelError).code, "ENOSPC");
  const init = load("init", refuse);
  const call = () => init.world.kernel.modules.insmod(init.bad);
  assertEquals(assertThrows(call, KernelError).code, "ENOSPC");
  for (const { kernel } of [fork, init.world]) {
    assertEquals([kernel.reports, kernel.taint], [[], ""]);
  }
});

for (const hook of ["init", "fork", "exec", "exit"] as const) {
  Deno.test(`a KernelBug in ${hook} ends the run, and is that module's fault`, () => {
    const { world, bad } = load(hook, () => world.kernel.tasklistLock.readUnlock());
    const { kernel, sh } = world;
    const call = {
      init: () => kernel.modules.insmod(bad),
      fork: () => kernel.fork(sh),
      exec: () => kernel.exec(sh, "/bin/true"),
      exit: () => kernel.exit(sh),
    }[hook];
    const { report } = assertThrows(call, KernelBug);
    assertEquals([report!.kind, report!.module, report!.place.what], [
      "lock-not-held",
      "bad",
      `bad.${hook}`,
    ]);
    assertEquals(kernel.modules.find("bad")!.faulty, true);
    assertEquals([kernel.context.frames, kernel.context.module], [[], null]);
  });
}

Deno.test("a fault names the module, not only its events structure", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.modules.insmod(listening("bad", { exec: () => Promise.resolve() }));
  track(kernel, sh, "bad");
  kernel.exec(sh, "/bin/sh");
  assertEquals([kernel.reports[0].module, eventsOf(kernel, "bad").module], ["bad", "bad"]);
});

/** The line that the report of a fault blames. */
function blamed(cause: unknown, debug: KernelOptions["debug"] = { stacks: "reports" }) {
  const { kernel } = bootShell({ debug });
  kernel.moduleFault("bad", { what: "fork", task: null, cause });
  return kernel.reports[0].place.stack;
}

for (const stacks of [true, "reports"] as const) {
  Deno.test(`moduleFault() has the first line of the module's code when stacks are ${stacks}`, () => {
    const line = blamed(new TypeError("boom"), { stacks });
    assert(line?.includes("module_fault_test.ts"), line);
  });
}

Deno.test("moduleFault() has the line that called the library when the library threw", () => {
  const error = assertThrows(() => bootShell().kernel.exit(null!, 999));
  const line = blamed(error);
  assert(line?.includes("module_fault_test.ts"), line);
});

Deno.test("moduleFault() shows the line in the text of its report", () => {
  const { kernel } = bootShell({ debug: { stacks: "reports" } });
  const error = new Error("boom");
  error.stack = "Error: boom\n    at fork (mine.ts:15:3)\n    at other (mine.ts:1:1)";
  kernel.moduleFault("bad", { what: "fork", task: null, cause: error });
  const [first, second] = kernel.reports[0].text.split("\n");
  assertEquals(first, "oops: module-fault: bad.fork: Error: boom");
  assertEquals(
    second,
    "  at cpu0 in no call, event 2 (at fork (mine.ts:15:3)), module bad, Tainted: D",
  );
});

Deno.test("moduleFault() has no line when nobody asked for stacks", () => {
  assertEquals(blamed(new Error("boom"), true), undefined);
  assertEquals(blamed(new Error("boom"), false), undefined);
});

Deno.test("moduleFault() does not take a line of the message for one of the stack", () => {
  const line = blamed(new Error("boom\n    at fake (fake.ts:1:1)"));
  assert(line?.includes("module_fault_test.ts"), line);
});

const STACKLESS: Readonly<Record<string, unknown>> = {
  "a string": "boom",
  "null": null,
  "an object with a stack that is no text": { stack: { slice: () => ["    at x"] } },
  "an object whose stack throws": {
    get stack(): string {
      throw new Error("boom");
    },
  },
  "an error without places": Object.assign(new Error("boom"), { stack: "Error: boom" }),
};
for (const [what, cause] of Object.entries(STACKLESS)) {
  Deno.test(`moduleFault() has no line when the cause is ${what}`, () => {
    assertEquals(blamed(cause), undefined);
  });
}
