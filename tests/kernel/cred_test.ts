import { assertEquals, assertStrictEquals } from "@std/assert";
import { CAP_FULL_SET, Capability, type CapabilityName, capable, PF_SUPERPRIV } from "../../mod.ts";
import { bootShell, collect, watch } from "./shell.ts";
import { assertRefused, checkWorld } from "./snapshot.ts";

Deno.test("capable() is true for what a task has, and marks it as privileged", () => {
  const { sh } = bootShell();
  assertEquals(sh.flags & PF_SUPERPRIV, 0);
  assertEquals(capable(sh, "CAP_KILL"), true);
  assertEquals(sh.flags & PF_SUPERPRIV, PF_SUPERPRIV);
});

Deno.test("capable() is false for what a task has given up, and marks nothing", () => {
  const { kernel, sh } = bootShell();
  kernel.dropCapabilities(sh, ["CAP_KILL"]);
  assertEquals([capable(sh, "CAP_KILL"), sh.flags & PF_SUPERPRIV], [false, 0]);
});

Deno.test("fork() does not pass on that a task used a privilege, to a process or a thread", () => {
  const { kernel, sh } = bootShell();
  capable(sh, "CAP_KILL");
  assertEquals(kernel.fork(sh).flags & PF_SUPERPRIV, 0);
  assertEquals(kernel.createThread(sh).flags & PF_SUPERPRIV, 0);
});

Deno.test("setuid() gives up every capability when root becomes somebody else", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  assertEquals(sh.credentials.capabilities, CAP_FULL_SET);
  kernel.setuid(sh, 1000);
  assertEquals([sh.uid, sh.gid, sh.credentials.capabilities], [1000, 0, 0]);
  checkWorld(world);
});

Deno.test("setuid() keeps the capabilities of one who was not root", () => {
  const { kernel, sh } = bootShell();
  const capabilities = Capability.CAP_SETUID | Capability.CAP_KILL;
  sh.credentials = { ...sh.credentials, user: kernel.user(5), capabilities };
  kernel.setuid(sh, 6);
  assertEquals([sh.uid, sh.credentials.capabilities], [6, capabilities]);
});

Deno.test("setuid() moves the task from one user's count to the other's, one thread at a time", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const thread = kernel.createThread(sh);
  kernel.setuid(thread, 1000);
  assertEquals([sh.uid, thread.uid, kernel.user(1000).tasks], [0, 1000, 1]);
  checkWorld(world);
  kernel.exitThread(thread);
  assertEquals(kernel.user(1000).tasks, 0);
});

Deno.test("setuid() and setgid() to what the task has need no capability, and change nothing", () => {
  const { kernel, sh } = bootShell();
  kernel.setuid(sh, 1000);
  const { credentials } = sh;
  kernel.setuid(sh, 1000);
  kernel.setgid(sh, 0);
  assertStrictEquals(sh.credentials, credentials);
});

Deno.test("setuid() and setgid() are refused with EPERM without the capability", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  kernel.setuid(sh, 1000);
  const error = assertRefused(world, "EPERM", () => kernel.setuid(sh, 0));
  assertEquals(
    error.message,
    'Cannot set the user of "sh[3]": uid 1000 has no CAP_SETUID, CAP_SETUID is wanted (EPERM)',
  );
  assertRefused(world, "EPERM", () => kernel.setgid(sh, 5));
});

Deno.test("setuid() and setgid() are refused with EINVAL for what is no id", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const id of [-1, 1.5, NaN, 2 ** 32 - 1]) {
    assertRefused(world, "EINVAL", () => kernel.setuid(sh, id));
    assertRefused(world, "EINVAL", () => kernel.setgid(sh, id));
  }
});

Deno.test("setgid() changes the group and nothing else", () => {
  const { kernel, sh } = bootShell();
  kernel.setgid(sh, 100);
  assertEquals([sh.uid, sh.gid, sh.credentials.capabilities], [0, 100, CAP_FULL_SET]);
});

Deno.test("dropCapabilities() gives up what it names, in this task only", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.dropCapabilities(child, ["CAP_KILL", "CAP_SETUID"]);
  assertEquals([capable(child, "CAP_SETUID"), capable(child, "CAP_SETGID")], [false, true]);
  assertEquals(capable(sh, "CAP_SETUID"), true);
  assertEquals(capable(kernel.fork(child), "CAP_KILL"), false);
});

Deno.test("dropCapabilities() changes nothing when all of it is given up already", () => {
  const { kernel, sh } = bootShell();
  kernel.dropCapabilities(sh, ["CAP_KILL"]);
  const { credentials } = sh;
  kernel.dropCapabilities(sh, ["CAP_KILL"]);
  kernel.dropCapabilities(sh, []);
  assertStrictEquals(sh.credentials, credentials);
});

Deno.test("dropCapabilities() is refused with EINVAL for what is no capability, and gives up none", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  for (const name of ["CAP_FLY", "toString"]) {
    const names = ["CAP_KILL", name] as CapabilityName[];
    assertRefused(world, "EINVAL", () => kernel.dropCapabilities(sh, names));
  }
});

Deno.test("setuid(), setgid() and dropCapabilities() are refused with ESRCH when the task has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertRefused(world, "ESRCH", () => kernel.setuid(child, 5));
  assertRefused(world, "ESRCH", () => kernel.setgid(child, 5));
  assertRefused(world, "ESRCH", () => kernel.dropCapabilities(child, ["CAP_KILL"]));
});

Deno.test("setuid() is traced and heard of once, with the credentials before; a refusal is not", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const traced = collect(kernel, "credentials");
  const heard: number[][] = [];
  watch(world, {
    credentials: (task, _subscriber, before) => void heard.push([before.user.uid, task.uid]),
  });
  kernel.setuid(sh, 1000);
  kernel.setuid(sh, 1000);
  assertRefused(world, "EPERM", () => kernel.setuid(sh, 0));
  assertEquals(traced.map(({ pid, uid, gid }) => [pid, uid, gid]), [[3, 1000, 0]]);
  assertEquals(heard, [[0, 1000]]);
});
