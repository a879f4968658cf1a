import { assert, assertEquals } from "@std/assert";
import {
  boot,
  defineEvents,
  type Kernel,
  KernelError,
  type Pnotify,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
  type PnotifyEvents,
  Random,
  type Task,
} from "../../mod.ts";

/*
 * A kernel without checks walks lists in a way of its own (pnotify/unchecked.ts). It has to do what one with checks does:
 * the same calls with the same outcome in the same order, whatever hooks do.
 */

interface Life {
  readonly trace: string[];
  readonly log: string[];
  readonly reports: string[];
  readonly balances: unknown;
  readonly tainted: string;
}

/** What a hook does, chosen by what only depends on the world: most are content. */
function behave(
  random: Random,
  world: { pnotify: Pnotify; others: PnotifyEvents<unknown>[] },
  task: Task,
  mayChange: boolean,
): unknown {
  const lot = random.below(24);
  switch (mayChange || lot < 6 ? lot : 23) {
    case 0:
      return PNOTIFY_NOSUB;
    case 1:
      return PNOTIFY_ERROR;
    case 2:
      return 1.5;
    case 3:
      return Promise.resolve(0);
    case 4:
      throw new KernelError("ENOMEM", { action: "test", found: "there is none" });
    case 5:
      throw new TypeError("a mistake");
    case 6: {
      // Takes the first entry of another module off the list that is being walked, where the lock allows it.
      const other = world.others[random.below(world.others.length)];
      const found = world.pnotify.getSubscriber(task, other);
      if (found !== null) world.pnotify.unsubscribe(task, found);
      return PNOTIFY_OK;
    }
    case 7:
      world.pnotify.subscribe(task, world.others[random.below(world.others.length)]);
      return PNOTIFY_OK;
    default:
      return PNOTIFY_OK;
  }
}

type Hooked = (what: string, kind: "changes" | "answers" | "hears") => (task: Task) => never;

/** Four modules: one hears of threads, one of forks only, one has data with a life of its own and comes last. */
function describe(i: number, hook: Hooked, note: (what: string) => void): PnotifyEvents<unknown> {
  const name = `m${i}`;
  const fork = hook("fork", "changes");
  if (i === 2) return defineEvents<unknown>({ name, fork });
  const more = { name, fork, exec: hook("exec", "hears"), exit: hook("exit", "changes") };
  if (i === 1) return defineEvents<unknown>({ ...more, clone: hook("clone", "changes") });
  if (i === 0) return defineEvents<unknown>({ ...more, canExec: hook("canExec", "answers") });
  return defineEvents<unknown>({
    ...more,
    priority: -5,
    taskData: {
      create: (task) => (note(`create ${task}`), [i]),
      inherit: (data, child) => {
        note(`inherit ${child}`);
        if (child.pid % 16 === 15) throw new TypeError("a mistake");
        return [data];
      },
      destroy: (_data, task) => note(`destroy ${task}`),
    },
  });
}

/** Lives a life of random calls, the same for the same seed. */
function live(seed: number, debug: boolean): Life {
  const { kernel, pnotify } = boot({ debug, seed });
  const random = new Random(seed);
  const trace: string[] = [];
  const log: string[] = [];
  kernel.addTraceSink((event) => {
    // Only a kernel with checks knows in which call a report was made; the headlines are compared.
    if (event.type !== "report" && event.type !== "printk") trace.push(JSON.stringify(event));
  });
  const world = { pnotify, others: [] as PnotifyEvents<unknown>[] };
  const note = (what: string) => void log.push(`${what} for ${kernel.place().module}`);
  for (let i = 0; i < 4; i++) {
    const hook: Hooked = (what, kind) => (task) => {
      note(`m${i}.${what} ${task}`);
      // Under a lock for reading no list may change; the lots are drawn all the same.
      if (kind !== "hears") return behave(random, world, task, kind === "changes") as never;
      return (random.below(9) === 0 ? Promise.resolve() : undefined) as never;
    };
    world.others.push(describe(i, hook, note));
  }
  for (const events of world.others) pnotify.register(events);
  const shell = kernel.fork(kernel.init);
  for (const events of world.others) pnotify.track(shell, events);
  const tasks = [shell];
  for (let step = 0; step < 60; step++) {
    try {
      act(kernel, tasks, { random, step });
    } catch (error) {
      assert(error instanceof KernelError, String(error));
      log.push(error.message);
    }
    for (let i = tasks.length - 1; i >= 0; i--) if (tasks[i].endTime >= 0) tasks.splice(i, 1);
    if (tasks.length === 0) break;
  }
  const reports = kernel.reports.map(({ headline }) => headline);
  return { trace, log, reports, balances: pnotify.balances(), tainted: kernel.taint };
}

/** Makes one call. */
function act(kernel: Kernel, tasks: Task[], { random, step }: { random: Random; step: number }) {
  const task = tasks[random.below(tasks.length)];
  const what = random.below(6);
  if (what < 2) tasks.push(kernel.fork(task));
  else if (what === 2) tasks.push(kernel.createThread(task));
  else if (what === 3) kernel.exec(task, `/bin/p${step}`);
  else if (step > 20) kernel.exit(task, step);
}

Deno.test("fork(), exec() and exit() do the same with checks and without", () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 300; seed++) {
    const [checked, unchecked] = [live(seed, true), live(seed, false)];
    assertEquals(unchecked, checked, `seed ${seed}`);
    for (const line of checked.log) seen.add(line.replace(/ .*/, ""));
    if (checked.tainted.includes("D")) seen.add("a fault");
  }
  // Otherwise the comparison would say little.
  for (
    const what of [
      "m0.fork",
      "m1.clone",
      "m0.canExec",
      "m3.exec",
      "m3.exit",
      "create",
      "inherit",
      "destroy",
      "Cannot",
      "a fault",
    ]
  ) {
    assert(seen.has(what), `${what} happened`);
  }
});

Deno.test("fork() leaves nobody responsible behind when a hook of a kernel without checks throws", () => {
  const { kernel, pnotify } = boot({ debug: false });
  const events = defineEvents({
    name: "broken",
    fork: () => {
      throw new TypeError("a mistake");
    },
  });
  pnotify.track(kernel.init, events);
  const error = (() => {
    try {
      kernel.fork(kernel.init);
    } catch (error) {
      return error;
    }
  })();
  assert(error instanceof KernelError && error.code === "EFAULT");
  assertEquals([kernel.context.module, kernel.init.lockCount], [null, 0]);
  assertEquals(pnotify.subscriptionCount(events), 1);
});

Deno.test("exit() of a kernel without checks blames the hook that threw when it had taken itself off", () => {
  const { kernel, pnotify } = boot({ debug: false });
  const heard: string[] = [];
  const broken = defineEvents({
    name: "broken",
    fork: () => PNOTIFY_OK,
    exit: (task, subscriber) => {
      pnotify.unsubscribe(task, subscriber);
      throw new TypeError("a mistake");
    },
  });
  const sound = defineEvents({
    name: "sound",
    fork: () => PNOTIFY_OK,
    exit: () => void heard.push("sound"),
  });
  const shell = kernel.fork(kernel.init);
  for (const events of [broken, sound]) pnotify.track(shell, events);
  kernel.exit(shell);
  assertEquals(heard, ["sound"]);
  assertEquals(kernel.reports.map(({ headline }) => headline.includes("broken")), [true]);
  assertEquals([kernel.context.module, shell.subscribers, shell.lockCount], [null, null, 0]);
});
