import { assertEquals, assertThrows } from "@std/assert";
import { KernelBug } from "../../mod.ts";
import { bootShell, kinds } from "./shell.ts";

Deno.test("RwSemaphore has many readers or one writer", () => {
  const { kernel } = bootShell();
  const sem = kernel.createSemaphore("table_sem");
  assertEquals([sem.isHeld("read"), sem.isHeld("write")], [false, false]);
  sem.downRead();
  assertEquals([sem.isHeld("read"), sem.isHeld("write")], [true, false]);
  sem.upRead();
  sem.downWrite();
  assertEquals([sem.isHeld("read"), sem.isHeld("write")], [true, true]);
  sem.upWrite();
  assertEquals(sem.isHeld("read"), false);
});

for (const mode of ["read", "write"] as const) {
  Deno.test(`RwSemaphore.${mode}() holds it until the guard is disposed of, and no longer`, () => {
    const { kernel } = bootShell();
    const sem = kernel.createSemaphore("table_sem");
    const guard = sem[mode]();
    assertEquals(sem.isHeld(mode), true);
    guard[Symbol.dispose]();
    assertEquals(sem.isHeld("read"), false);
    guard[Symbol.dispose]();
    assertEquals(kernel.reports, []);
  });
}

for (const mode of ["Read", "Write"] as const) {
  Deno.test(`RwSemaphore.while${mode}() holds it during the call, also when that throws`, () => {
    const { kernel } = bootShell();
    const sem = kernel.createSemaphore("table_sem");
    const lower = mode === "Read" ? "read" : "write";
    assertEquals(sem[`while${mode}`](() => sem.isHeld(lower)), true);
    assertEquals(sem.isHeld("read"), false);
    assertThrows(() => sem[`while${mode}`](() => assertEquals(1, 2)));
    assertEquals(sem.isHeld("read"), false);
    assertEquals(kernel.reports, []);
  });
}

Deno.test("RwSemaphore of a task is one and the same at each look", () => {
  const { sh } = bootShell();
  sh.subscriberListSem.downWrite();
  assertEquals(sh.subscriberListSem.isHeld("write"), true);
  sh.subscriberListSem.upWrite();
  assertEquals(sh.subscriberListSem.name, "task.subscriberListSem of sh[3]");
});

const misuse: [
  string,
  (sem: Record<"downRead" | "downWrite" | "upRead" | "upWrite", () => void>) => void,
][] = [
  ["taken for write twice", (sem) => (sem.downWrite(), sem.downWrite())],
  ["taken for read by its writer", (sem) => (sem.downWrite(), sem.downRead())],
  ["taken for write by its reader", (sem) => (sem.downRead(), sem.downWrite())],
  ["dropped for read by nobody", (sem) => sem.upRead()],
  ["dropped for write by nobody", (sem) => sem.upWrite()],
  ["dropped for write by its reader", (sem) => (sem.downRead(), sem.upWrite())],
  ["dropped for read by its writer", (sem) => (sem.downWrite(), sem.upRead())],
];
for (const [what, call] of misuse) {
  for (const debug of [true, false]) {
    Deno.test(`RwSemaphore ends the run when it is ${what}, ${debug ? "with" : "without"} checks`, () => {
      const { kernel } = bootShell({ debug });
      const sem = kernel.createSemaphore("table_sem");
      const bug = assertThrows(() => call(sem), KernelBug, "table_sem");
      assertEquals(bug.report === null, !debug);
    });
  }
}

Deno.test("RwSemaphore is not made by its name, but checked by it", () => {
  const { kernel } = bootShell();
  const [a, b] = [kernel.createSemaphore("same"), kernel.createSemaphore("same")];
  a.downWrite();
  assertEquals(b.isHeld("read"), false);
  b.downWrite();
  assertEquals(kinds({ kernel }), ["lock-inversion"]);
});

Deno.test("RwLock lets a reader take it again, and nobody else in", () => {
  const { kernel } = bootShell();
  const lock = kernel.tasklistLock;
  lock.readLock();
  lock.readLock();
  assertThrows(() => lock.writeLock(), KernelBug);
  lock.readUnlock();
  lock.readUnlock();
  lock.writeLock();
  assertThrows(() => lock.readLock(), KernelBug);
  lock.writeUnlock();
  assertEquals([lock.state.lockCount, lock.name], [0, "tasklistLock"]);
});
