import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { KernelBug } from "../../kernel/report.ts";
import type { SpecialKeyring } from "../../modules/keyring/mod.ts";
import { assertFails, failAt } from "../semantics/jobs.ts";
import { assertKeysClean, bootKeyrings } from "./keyrings.ts";

const ALL: readonly SpecialKeyring[] = ["thread", "process", "session"];

Deno.test("every task can have keys, also those that are there before the module", () => {
  const world = bootKeyrings();
  const { kernel, keys } = world;
  assertEquals(keys.add({ task: kernel.init, description: "a" }), 1);
  assertEquals(keys.keyringsOf({ pid: 1 }).session?.links, [1]);
  assertKeysClean(world);
});

Deno.test("a fork shares the session keyring, and neither the process nor the thread keyring", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  for (const which of ALL) keys.add({ task: shell, description: which, keyring: which });
  const child = kernel.fork(shell);
  const { thread, process, session } = keys.keyringsOf({ pid: child.pid });
  assertEquals([thread, process], [null, null]);
  assertEquals(session, keys.keyringsOf({ pid: shell.pid }).session);
  keys.add({ task: child, description: "late" });
  keys.request({ task: shell, description: "late" });
  assertKeysClean(world);
});

Deno.test("a thread shares the process and session keyrings, and has a thread keyring of its own", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  for (const which of ALL) keys.add({ task: shell, description: which, keyring: which });
  const thread = kernel.createThread(shell);
  assertFails("ENOKEY", () => keys.request({ task: thread, description: "thread" }));
  keys.request({ task: thread, description: "process" });
  keys.request({ task: thread, description: "session" });
  keys.add({ task: thread, description: "mine", keyring: "process" });
  keys.request({ task: shell, description: "mine" });
  assertKeysClean(world);
});

Deno.test("exec drops the thread and process keyrings, and keeps the session keyring", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  for (const which of ALL) keys.add({ task: shell, description: which, keyring: which });
  kernel.exec(shell, "/bin/su");
  const { thread, process, session } = keys.keyringsOf({ pid: shell.pid });
  assertEquals([thread, process, session?.keys[0].description], [null, null, "session"]);
  assertEquals(keys.list().length, 2);
  assertKeysClean(world);
});

Deno.test("exec by a thread leaves it with the session keyring alone", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  keys.add({ task: shell, description: "p", keyring: "process" });
  keys.add({ task: shell, description: "s" });
  const thread = kernel.createThread(shell);
  kernel.exec(thread, "/bin/sh");
  assertFails("ENOKEY", () => keys.request({ task: thread, description: "p" }));
  keys.request({ task: thread, description: "s" });
  assertKeysClean(world);
});

Deno.test("exit drops a keyring with the last task that has it", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  keys.add({ task: shell, description: "p", keyring: "process" });
  keys.add({ task: shell, description: "s" });
  const thread = kernel.createThread(shell);
  const child = kernel.fork(shell);
  kernel.exitThread(thread);
  assertEquals(keys.list().length, 4);
  kernel.exit(shell);
  assertEquals(keys.list().map(({ description }) => description), ["s", "_ses"]);
  kernel.exit(child);
  assertEquals(keys.list(), []);
  assertKeysClean(world);
});

Deno.test("a fork that fails gives back what the child had inherited", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  keys.add({ task: shell, description: "s" });
  for (const site of ["task", "subscriber", "task-data", "hook keyring.fork"]) {
    failAt(kernel, site);
    for (const make of [() => kernel.fork(shell), () => kernel.createThread(shell)]) {
      try {
        make();
      } catch (error) {
        assertMatch(String(error), /Cannot/);
      }
    }
    kernel.faults = null;
  }
  const usage = keys.list().find(({ type }) => type === "keyring")!.usage;
  // One for the shell, and one for each process that the other half of the tries made.
  const processes = kernel.pids.list().filter((task) => task.parent === shell);
  assertEquals(usage, 1 + processes.filter((task) => task!.isLeader).length);
  assertKeysClean(world);
});

Deno.test("add() gives a key that is there a new payload, and makes a keyring anew", () => {
  const world = bootKeyrings();
  const { keys, shell } = world;
  const key = keys.add({ task: shell, description: "k", payload: "old" });
  assertEquals(keys.add({ task: shell, description: "k", payload: "new" }), key);
  assertEquals(keys.read({ task: shell, key }), "new");
  const ring = keys.add({ task: shell, description: "r", type: "keyring" });
  keys.add({ task: shell, description: "inner", keyring: ring });
  assertEquals(keys.add({ task: shell, description: "r", type: "keyring" }) === ring, false);
  assertFails("ENOKEY", () => keys.request({ task: shell, description: "inner" }));
  assertKeysClean(world);
});

Deno.test("add() refuses bad options, bad keyrings and too many keys, and leaves nothing", () => {
  const world = bootKeyrings({ quota: 3 });
  const { keys, shell } = world;
  const add = (options: object) => keys.add({ task: shell, description: "k", ...options });
  assertFails("EINVAL", () => add({ description: "" }));
  assertFails("EINVAL", () => add({ type: "rsa" }));
  assertFails("EINVAL", () => add({ keyring: "user" }));
  assertFails("ENOKEY", () => add({ keyring: 99 }));
  const key = add({});
  assertFails("EINVAL", () => add({ keyring: key }));
  // The key would be the third, and the process keyring for it the fourth.
  assertFails("EDQUOT", () => add({ keyring: "process" }));
  assertEquals(keys.list().length, 2);
  failAt(world.kernel, "key");
  assertFails("ENOMEM", () => add({ description: "other" }));
  world.kernel.faults = null;
  assertKeysClean(world);
});

Deno.test("request() looks in the thread, process and session keyrings in this order, and inside", () => {
  const world = bootKeyrings();
  const { keys, shell } = world;
  const [s, p, t] = [...ALL].reverse().map((which) => {
    return keys.add({ task: shell, description: "k", keyring: which });
  });
  const find = () => keys.request({ task: shell, description: "k" });
  assertEquals(find(), t);
  keys.unlink({ task: shell, key: t, keyring: "thread" });
  assertEquals(find(), p);
  keys.unlink({ task: shell, key: p, keyring: "process" });
  assertEquals(find(), s);
  const ring = keys.add({ task: shell, description: "r", type: "keyring", keyring: "process" });
  keys.link({ task: shell, key: s, keyring: ring });
  keys.unlink({ task: shell, key: s, keyring: "session" });
  assertEquals(find(), s);
  assertFails("ENOKEY", () => keys.request({ task: shell, description: "none" }));
  assertKeysClean(world);
});

Deno.test("request() links what it found into a keyring", () => {
  const world = bootKeyrings();
  const { keys, shell } = world;
  const key = keys.add({ task: shell, description: "k" });
  keys.request({ task: shell, description: "k", keyring: "thread" });
  assertEquals(keys.keyringsOf({ pid: shell.pid }).thread?.links, [key]);
  assertKeysClean(world);
});

Deno.test("link() refuses a keyring inside itself, and what is no keyring", () => {
  const world = bootKeyrings();
  const { keys, shell } = world;
  const make = (description: string, keyring: "session" | number = "session") =>
    keys.add({ task: shell, description, type: "keyring", keyring });
  const outer = make("outer");
  const inner = make("inner", outer);
  assertFails("EDEADLK", () => keys.link({ task: shell, key: outer, keyring: inner }));
  assertFails("EDEADLK", () => keys.link({ task: shell, key: inner, keyring: inner }));
  assertFails("EDEADLK", () => keys.link({ task: shell, key: "session", keyring: inner }));
  const key = keys.add({ task: shell, description: "k" });
  assertFails("EINVAL", () => keys.link({ task: shell, key, keyring: key }));
  assertFails("ENOKEY", () => keys.link({ task: shell, key: 99, keyring: "session" }));
  assertFails("ENOKEY", () => keys.link({ task: shell, key: "process", keyring: "session" }));
  keys.link({ task: shell, key, keyring: inner });
  keys.link({ task: shell, key, keyring: inner });
  assertEquals(keys.list().find(({ serial }) => serial === key)?.usage, 2);
  assertKeysClean(world);
});

Deno.test("unlink() takes a key away, which is gone with its last link", () => {
  const world = bootKeyrings();
  const { keys, shell } = world;
  const key = keys.add({ task: shell, description: "k" });
  keys.link({ task: shell, key, keyring: "thread" });
  keys.unlink({ task: shell, key, keyring: "session" });
  assertFails("ENOENT", () => keys.unlink({ task: shell, key, keyring: "session" }));
  assertEquals(keys.request({ task: shell, description: "k" }), key);
  keys.unlink({ task: shell, key, keyring: "thread" });
  assertFails("ENOKEY", () => keys.unlink({ task: shell, key, keyring: "thread" }));
  assertKeysClean(world);
});

Deno.test("many paths to one key are walked once", () => {
  const world = bootKeyrings();
  const { keys, shell } = world;
  let above: number[] = [];
  for (let level = 0; level < 24; level++) {
    const two = ["a", "b"].map((name) =>
      keys.add({ task: shell, description: `${name}${level}`, type: "keyring" })
    );
    for (const keyring of above) {
      for (const key of two) keys.link({ task: shell, key, keyring });
    }
    above = two;
  }
  assertFails("ENOKEY", () => keys.request({ task: shell, description: "none" }));
  keys.treeText({ pid: shell.pid });
  assertKeysClean(world);
});

Deno.test("joinSession() gives the whole process a session keyring, a named one again and again", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  const thread = kernel.createThread(shell);
  const child = kernel.fork(shell);
  const first = keys.joinSession({ task: shell });
  assertEquals(keys.keyringsOf({ pid: thread.pid }).session?.serial, first);
  assertEquals(keys.keyringsOf({ pid: child.pid }).session, null);
  const named = keys.joinSession({ task: shell, name: "login" });
  assertEquals(keys.list().map(({ serial }) => serial), [named]);
  assertEquals(keys.joinSession({ task: child, name: "login" }), named);
  assertEquals(keys.joinSession({ task: child, name: "login" }), named);
  assertEquals(keys.list()[0].usage, 2);
  assertKeysClean(world);
});

Deno.test("getKeyring() gives the number of a keyring, and makes one when asked to", () => {
  const world = bootKeyrings();
  const { keys, shell } = world;
  const get = (keyring: SpecialKeyring, create = false) =>
    keys.getKeyring({ task: shell, keyring, create });
  assertFails("ENOKEY", () => get("thread"));
  assertFails("EINVAL", () => get("group" as "thread"));
  assertEquals([get("thread", true), get("thread", true), get("thread")], [1, 1, 1]);
  assertKeysClean(world);
});

Deno.test("revoke() makes a key useless wherever it is, for its owner and for the superuser", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  const user = kernel.fork(shell);
  kernel.setuid(user, 1000);
  const key = keys.add({ task: shell, description: "k" });
  const mine = keys.add({ task: user, description: "m", keyring: "process" });
  keys.joinSession({ task: user, name: "own" });
  assertFails("EACCES", () => keys.revoke({ task: user, key }));
  assertFails("EACCES", () => keys.read({ task: user, key }));
  keys.revoke({ task: shell, key: mine });
  assertFails("EKEYREVOKED", () => keys.request({ task: user, description: "m" }));
  assertFails("EKEYREVOKED", () => keys.revoke({ task: user, key: mine }));
  assertFails("EKEYREVOKED", () => keys.read({ task: user, key: mine }));
  keys.revoke({ task: shell, key: "session" });
  assertFails("EKEYREVOKED", () => keys.add({ task: shell, description: "more" }));
  assertFails("ENOKEY", () => keys.request({ task: shell, description: "k" }));
  assertKeysClean(world);
});

Deno.test("treeText() draws a task's keyrings", () => {
  const world = bootKeyrings();
  const { keys, shell } = world;
  const ring = keys.add({ task: shell, description: "mail", type: "keyring" });
  const key = keys.add({ task: shell, description: "ticket", keyring: ring, payload: "hidden" });
  keys.add({ task: shell, description: "k", keyring: "thread" });
  keys.revoke({ task: shell, key });
  assertEquals(
    keys.treeText({ pid: shell.pid }),
    `thread: keyring 5 _tid, uid 0
\`- key 4 k, uid 0
process: -
session: keyring 2 _ses, uid 0
\`- keyring 1 mail, uid 0
   \`- key 3 ticket, uid 0, revoked`,
  );
  assertEquals(JSON.stringify(keys.keyringsOf({ pid: shell.pid })).includes("hidden"), false);
  assertKeysClean(world);
});

Deno.test("a task that has ended has no keyrings, and no call", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  const child = kernel.fork(shell);
  kernel.exit(child);
  assertFails("ENOKEY", () => keys.keyringsOf({ pid: child.pid }));
  assertFails("ESRCH", () => keys.add({ task: child, description: "k" }));
  assertFails("ESRCH", () => keys.treeText({ pid: 99 }));
  assertKeysClean(world);
});

Deno.test("D5 request() with mistake link takes the lock that it should drop, and is caught", () => {
  const { kernel, keys, shell } = bootKeyrings({ mistake: "link" });
  keys.add({ task: shell, description: "k" });
  keys.request({ task: shell, description: "k" });
  assertEquals(kernel.reports, []);
  const request = () => keys.request({ task: shell, description: "k", keyring: "thread" });
  const { message } = assertThrows(request, KernelBug);
  assertMatch(message, /this context holds it for write/);
  assertEquals(kernel.reports.map(({ kind, lock }) => [kind, lock]), [
    ["self-deadlock", "task.subscriberListSem of init[3]"],
    ["lock-leaked", "task.subscriberListSem of init[3]"],
  ]);
});

Deno.test("D5 getKeyring() with mistake install takes the lock that is held, and is caught", () => {
  const { kernel, keys, shell } = bootKeyrings({ mistake: "install" });
  assertFails("ENOKEY", () => keys.getKeyring({ task: shell, keyring: "thread" }));
  assertEquals(kernel.reports, []);
  const get = () => keys.getKeyring({ task: shell, keyring: "thread", create: true });
  assertThrows(get, KernelBug);
  assertEquals(kernel.reports.map(({ kind, lock }) => [kind, lock]), [
    ["self-deadlock", "task.subscriberListSem of init[3]"],
  ]);
});

Deno.test("the locks of keyring are taken as task list, keyring_sem, and the checker is silent", () => {
  const world = bootKeyrings();
  const { kernel, keys, shell } = world;
  const held = new Set<string>();
  kernel.preemption = {
    nested: false,
    blocked() {},
    reached(site) {
      if (site !== "lock") return;
      const names = kernel.context.held.map(({ lock }) => lock.lockClass.name);
      held.add(names.slice(-2).join(" > "));
    },
  };
  keys.add({ task: shell, description: "k" });
  keys.request({ task: shell, description: "k", keyring: "thread" });
  kernel.exit(kernel.fork(shell));
  kernel.preemption = null;
  assertEquals(held.has("task.subscriberListSem > keyring_sem"), true);
  assertEquals([...held].filter((names) => names.startsWith("keyring_sem >")), []);
  assertKeysClean(world);
});
