import { assertEquals } from "@std/assert";
import { fnv1a, FNV_OFFSET_BASIS, mixBits } from "../../kernel/hash.ts";

Deno.test("fnv1a() gives the published hashes", () => {
  const hashes = ["", "a", "foobar"].map((text) => fnv1a(FNV_OFFSET_BASIS, text));
  assertEquals(hashes, [0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
});

Deno.test("fnv1a() of two texts in turn is that of the whole text", () => {
  assertEquals(fnv1a(fnv1a(FNV_OFFSET_BASIS, "foo"), "bar"), fnv1a(FNV_OFFSET_BASIS, "foobar"));
});

Deno.test("mixBits() gives what fmix32 of MurmurHash3 gives", () => {
  assertEquals([0, 1, 0xffff_ffff].map(mixBits), [0, 0x514e28b7, 0x81f16f39]);
});
