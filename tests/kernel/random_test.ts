import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { boot, Random } from "../../mod.ts";

const draw = (random: Random, count = 20) => Array.from({ length: count }, () => random.next());

Deno.test("Random follows from its seed", () => {
  assertEquals(draw(new Random(7)), draw(new Random(7)));
  assertNotEquals(draw(new Random(7)), draw(new Random(8)));
});

Deno.test("Random goes on from its state", () => {
  const first = new Random(7);
  draw(first);
  const second = new Random(0);
  second.state = first.state;
  assertEquals(draw(first), draw(second));
});

Deno.test("next() gives 32 bits, every one of which is sometimes set and sometimes not", () => {
  const values = draw(new Random(1), 200);
  assert(values.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32));
  for (let bit = 0; bit < 32; bit++) {
    const set = values.filter((value) => (value >>> bit) & 1).length;
    assert(set > 60 && set < 140, `bit ${bit} is set in ${set} of 200`);
  }
});

Deno.test("below() gives every value below the bound", () => {
  const random = new Random(3);
  const seen = new Set(Array.from({ length: 200 }, () => random.below(6)));
  assertEquals([...seen].sort(), [0, 1, 2, 3, 4, 5]);
  assertEquals(random.below(1), 0);
});

Deno.test("boot() seeds the kernel's randomness, with 0 by default", () => {
  assertEquals(boot().kernel.random.next(), new Random(0).next());
  assertEquals(boot({ seed: 9 }).kernel.random.next(), new Random(9).next());
});
