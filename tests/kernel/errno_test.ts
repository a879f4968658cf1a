import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { Errno, type ErrnoName, errnoName, KernelError, strerror } from "../../mod.ts";

Deno.test("KernelError words action, name, what is and what was wanted, and ends with the errno", () => {
  const error = new KernelError("EBUSY", {
    action: "register module",
    name: "job",
    found: "the name is taken",
    wanted: "a free name is wanted",
  });
  assertEquals(
    error.message,
    'Cannot register module "job": the name is taken, a free name is wanted (EBUSY)',
  );
  assertEquals([error.code, error.errno, error.name], ["EBUSY", 16, "KernelError"]);
  assertInstanceOf(error, Error);
});

Deno.test("KernelError leaves out what there is not", () => {
  const error = new KernelError("ENOMEM", { action: "fork", found: "there is no memory" });
  assertEquals(error.message, "Cannot fork: there is no memory (ENOMEM)");
});

Deno.test("KernelError says what its number means when nothing else is known", () => {
  assertEquals(new KernelError("EAGAIN").message, "Resource temporarily unavailable (EAGAIN)");
  assertEquals(new KernelError("EAGAIN", "The text of a module").message, "The text of a module");
});

Deno.test("KernelError keeps its cause and its parts", () => {
  const cause = new Error("boom");
  const details = { action: "load", found: "it threw", cause };
  const error = new KernelError("EFAULT", details);
  assertStrictEquals(error.cause, cause);
  assertStrictEquals(error.details, details);
});

Deno.test("errnoName() and Errno are each other's inverse, and every errno has a meaning", () => {
  for (const name of Object.keys(Errno) as ErrnoName[]) {
    assertEquals(errnoName(Errno[name]), name);
    assertEquals(strerror(name).length > 3, true);
  }
  assertEquals([errnoName(0), errnoName(9999)], [null, null]);
});
