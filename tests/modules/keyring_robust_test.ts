import { assertEquals } from "@std/assert";
import { KernelError } from "../../kernel/errno.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Task } from "../../kernel/task.ts";
import { KEYRING, keyring, type Keyrings } from "../../modules/keyring/mod.ts";
import { withTask } from "../../modules/call.ts";
import type { World } from "../../pnotify/boot.ts";
import { explore } from "../../check/explore.ts";
import { sweepFaults } from "../../check/sweep.ts";

function keysOf(kernel: Kernel): Keyrings {
  return kernel.symbols.find(KEYRING.name)!.value as Keyrings;
}

/** Every key must be had as often as it says. */
function miscounts({ kernel }: World): string[] {
  const symbol = kernel.symbols.find(KEYRING.name);
  if (symbol === null) return [];
  const keys = symbol.value as Keyrings;
  const counts = new Map<number, number>();
  const add = (serial: number) => counts.set(serial, (counts.get(serial) ?? 0) + 1);
  for (const { links } of keys.list()) links.forEach(add);
  const processes = new Set<Task>();
  kernel.forEachTask((task) => {
    try {
      const { thread, process, session } = keys.keyringsOf({ pid: task });
      if (thread !== null) add(thread.serial);
      if (processes.has(task.groupLeader)) return;
      processes.add(task.groupLeader);
      if (process !== null) add(process.serial);
      if (session !== null) add(session.serial);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
    }
  });
  return keys.list().filter(({ serial, usage }) => usage !== (counts.get(serial) ?? 0)).map((
    { serial, usage },
  ) => `key ${serial} is had ${counts.get(serial) ?? 0} times and says ${usage}`);
}

Deno.test("keyring survives the failure of every fallible point", () => {
  const result = sweepFaults(({ kernel }) => {
    kernel.modules.insmod(keyring);
    const keys = keysOf(kernel);
    const shell = kernel.fork(kernel.init);
    keys.add({ task: shell, description: "s" });
    keys.add({ task: shell, description: "p", keyring: "process" });
    const thread = kernel.createThread(shell);
    keys.request({ task: thread, description: "p", keyring: "thread" });
    const child = kernel.fork(thread);
    keys.joinSession({ task: child, name: "login" });
    kernel.exec(child, "/bin/su");
    kernel.exit(child);
    kernel.exit(shell);
  }, { check: miscounts });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.sites.key > 0, true);
});

Deno.test("two threads of a process and its child use one session keyring in every order", () => {
  const result = explore({
    setup({ kernel }) {
      kernel.modules.insmod(keyring);
      const keys = keysOf(kernel);
      const shell = kernel.fork(kernel.init);
      const key = keys.add({ task: shell, description: "k" });
      return { keys, key, shell, thread: kernel.createThread(shell).pid };
    },
    operations: {
      join: ({ state }) => state.keys.joinSession({ task: state.shell }),
      fork: ({ kernel, state }) =>
        withTask(kernel, state.thread, "fork", (task) => kernel.fork(task)),
      unlink: ({ state: { keys, thread, key } }) =>
        keys.unlink({ task: thread, key, keyring: "session" }),
      exit: ({ kernel, state }) =>
        withTask(kernel, state.thread, "exit", (task) => kernel.exitThread(task)),
    },
    predicates: {
      "the key was gone with the old session": ({ outcomes }) => outcomes.unlink === "ENOKEY",
      "the key is still there": ({ state }) =>
        state.keys.list().some(({ serial }) => serial === state.key),
    },
    check: miscounts,
    preemptions: 1,
  });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.complete, true);
  assertEquals(result.predicates["the key was gone with the old session"].verdict, "sometimes");
  assertEquals(result.predicates["the key is still there"].verdict, "sometimes");
});

Deno.test("the two mistakes show in the first schedule that makes them", () => {
  for (const mistake of ["link", "install"]) {
    const result = explore({
      setup({ kernel }) {
        kernel.modules.insmod(keyring, { params: { mistake } });
        const shell = kernel.fork(kernel.init);
        keysOf(kernel).add({ task: shell, description: "k" });
        return { keys: keysOf(kernel), shell };
      },
      operations: {
        request: ({ state: { keys, shell } }) =>
          keys.request({ task: shell, description: "k", keyring: "thread" }),
        get: ({ state: { keys, shell } }) =>
          keys.getKeyring({ task: shell, keyring: "process", create: true }),
      },
      preemptions: 0,
    });
    assertEquals(result.failed > 0, true);
    const [{ schedule, broken }] = result.failures;
    assertEquals(schedule, mistake === "link" ? "request" : "get");
    assertEquals(broken.some((line) => line.startsWith("self-deadlock")), true);
  }
});
