import { assert, assertEquals, assertThrows } from "@std/assert";
import { getTaskStruct, KernelBug, putTaskStruct, type Task, TaskReference } from "../../mod.ts";
import { bootShell, kinds, type ShellWorld } from "./shell.ts";

function freed({ kernel, sh }: ShellWorld): Task {
  const child = kernel.fork(sh);
  kernel.exit(child);
  kernel.wait(sh);
  return child;
}

function bugOf(call: () => unknown): string {
  return assertThrows(call, KernelBug).report!.kind;
}

Deno.test("getTask() takes a reference that put() gives back", () => {
  const { kernel, sh } = bootShell();
  const reference = kernel.getTask(3)!;
  assertEquals([reference.task, sh.usage, kernel.references!.size], [sh, 2, 1]);
  reference.put();
  assertEquals([sh.usage, kernel.references!.size], [1, 0]);
});

Deno.test("getTask() is null for a pid that nobody has", () => {
  const world = bootShell();
  const { pid } = freed(world);
  for (const nobody of [pid, 99, -1, NaN]) assertEquals(world.kernel.getTask(nobody), null);
});

Deno.test("getTask() finds a zombie", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertEquals(kernel.getTask(child.pid)?.task, child);
});

Deno.test("put() frees the task when it is reaped already", () => {
  const { kernel, sh } = bootShell();
  const child = kernel.fork(sh);
  const reference = kernel.getTask(child.pid)!;
  kernel.exit(child, 1);
  kernel.wait(sh);
  assertEquals([child.usage, child.state, child.exitCode], [1, "X", 256]);
  reference.put();
  assertEquals(child.usage, 0);
});

Deno.test("put() a second time is a double put, told with where it was taken", () => {
  const world = bootShell();
  const reference = world.kernel.getTask(3)!;
  reference.put();
  const { report } = assertThrows(() => reference.put(), KernelBug);
  assertEquals([report!.kind, report!.taken], ["double-put", reference.taken!]);
  assert(report!.text.includes("taken cpu0 in no call"), report!.text);
  assertEquals([world.sh.usage, kinds(world)], [1, ["double-put"]]);
});

Deno.test("Symbol.dispose gives the reference back once, and none that was put before", () => {
  const { kernel, sh } = bootShell();
  const reference = kernel.getTask(3)!;
  reference[Symbol.dispose]();
  reference[Symbol.dispose]();
  assertEquals(sh.usage, 1);
});

Deno.test("getTaskStruct() and putTaskStruct() count", () => {
  const { sh } = bootShell();
  getTaskStruct(sh);
  assertEquals(sh.usage, 2);
  putTaskStruct(sh);
  assertEquals(sh.usage, 1);
});

Deno.test("TaskReference is taken to a task that is at hand", () => {
  const { sh } = bootShell();
  const reference = new TaskReference(sh);
  assertEquals(sh.usage, 2);
  reference.put();
});

const calls: [string, (world: ShellWorld, task: Task) => unknown][] = [
  ["fork()", ({ kernel }, task) => kernel.fork(task)],
  ["exec()", ({ kernel }, task) => kernel.exec(task, "/bin/true")],
  ["exit()", ({ kernel }, task) => kernel.exit(task)],
  ["wait()", ({ kernel }, task) => kernel.wait(task)],
  ["setuid()", ({ kernel }, task) => kernel.setuid(task, 1)],
  ["charge()", ({ kernel }, task) => kernel.charge(task, { userTime: 1 })],
  ["getTaskStruct()", (_world, task) => getTaskStruct(task)],
  ["putTaskStruct()", (_world, task) => putTaskStruct(task)],
  ["TaskReference()", (_world, task) => new TaskReference(task)],
];

for (const [name, call] of calls) {
  Deno.test(`${name} of a freed task is a use after free`, () => {
    const world = bootShell();
    const child = freed(world);
    assertEquals(bugOf(() => call(world, child)), "use-after-free");
    assert(world.kernel.reports[0].text.includes('"sh[4]": it was freed'));
    assertEquals([child.usage, world.kernel.context.depth], [0, 0]);
  });
}

Deno.test("getTask() lets calls on a task that has ended fail with ESRCH, not as a use after free", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  const reference = kernel.getTask(child.pid)!;
  kernel.exit(child);
  kernel.wait(sh);
  assertThrows(() => kernel.fork(child), Error, "(ESRCH)");
  reference.put();
  assertEquals(kinds(world), []);
});
