import { assert, assertEquals } from "@std/assert";
import { defineSymbol, PNOTIFY } from "../../mod.ts";
import { bootShell } from "./shell.ts";
import { assertRefused } from "./snapshot.ts";

const ANSWER = defineSymbol<number>("answer");

Deno.test("defineSymbol() is open to all and named in C as it is here, unless told otherwise", () => {
  assertEquals([ANSWER.gplOnly, ANSWER.cNames], [false, ["answer"]]);
  const other = defineSymbol("x", { gplOnly: true, cNames: ["a", "b"] });
  assertEquals([other.gplOnly, other.cNames], [true, ["a", "b"]]);
  assert(Object.isFrozen(other) && Object.isFrozen(other.cNames));
});

Deno.test("export() offers a value, and find() and get() give it", () => {
  const { kernel } = bootShell();
  kernel.symbols.export(ANSWER, { value: 42, owner: "a" });
  assertEquals(kernel.symbols.find("answer"), { symbol: ANSWER, value: 42, owner: "a" });
  assertEquals(kernel.symbols.get(ANSWER), 42);
});

Deno.test("export() is refused with EEXIST when the name is taken", () => {
  const world = bootShell();
  const { kernel } = world;
  kernel.symbols.export(ANSWER, { value: 42, owner: null });
  const error = assertRefused(
    world,
    "EEXIST",
    () => kernel.symbols.export(ANSWER, { value: 1, owner: "a" }),
  );
  assertEquals(
    error.message,
    'Cannot export symbol "answer": the kernel exports one of this name, a free name is wanted (EEXIST)',
  );
  assertEquals(kernel.symbols.get(ANSWER), 42);
});

Deno.test("get() is refused with ENOENT, and find() is null, when nobody exports it", () => {
  const world = bootShell();
  assertRefused(world, "ENOENT", () => world.kernel.symbols.get(ANSWER));
  assertEquals(world.kernel.symbols.find("answer"), null);
});

Deno.test("withdraw() takes back what one owner offered, and nothing else", () => {
  const { kernel, pnotify } = bootShell();
  kernel.symbols.export(ANSWER, { value: 42, owner: "a" });
  kernel.symbols.export(defineSymbol("other"), { value: 1, owner: "b" });
  kernel.symbols.withdraw("a");
  assertEquals([kernel.symbols.find("answer"), kernel.symbols.find("other")?.value], [null, 1]);
  assertEquals(kernel.symbols.get(PNOTIFY), pnotify);
});
