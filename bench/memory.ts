/**
 * Measures what a live process and a subscription cost in memory, and lists the fields of `Task`:
 *
 *     deno run -A --v8-flags=--expose-gc bench/memory.ts [--tasks=200000]
 *
 * @module
 */
import { Kernel } from "../kernel/kernel.ts";
import { bundleFile } from "./bundled_copy.ts";
import { measureMemory } from "./memory_worlds.ts";
import { formatTable } from "./table.ts";

/** The bytes of a number that is no small integer. */
const BOX = 16;
/** The bytes of a field, a pointer or small integer, in V8 without pointer compression. */
const SLOT = 8;
/** Map, properties and elements come before an object's fields. */
const HEADER = 3 * SLOT;

/** What each field of an object costs, its own entry only: what it points to is shared or counted elsewhere. */
export function listFields(object: object): { name: string; bytes: number }[] {
  const fields = Object.entries(object).map(([name, value]) => {
    const boxed = typeof value === "number" && value !== (value | 0);
    return { name, bytes: boxed ? SLOT + BOX : SLOT };
  });
  return [{ name: "(header)", bytes: HEADER }, ...fields];
}

if (import.meta.main) {
  const tasks = Number(Deno.args[0]?.replace("--tasks=", "") ?? 200_000);
  const bundled: typeof import("./memory_worlds.ts") = await import(
    await bundleFile("bench/memory_worlds.ts")
  );
  const bundle = bundled.measureMemory(tasks);
  const files = measureMemory(tasks);
  const row = (what: string, field: keyof typeof files, most: number) => [
    what,
    ...[bundle, files].map((memory) => memory[field].toFixed(0)),
    String(most),
  ];
  console.log(formatTable(["what", "bytes, bundle", "bytes, files", "at most"], [
    row("a live process that nobody subscribed to", "process", 289),
    row("a subscription with its data", "subscription", 88),
  ]));
  const kernel = new Kernel({ debug: false });
  kernel.clock.advance(60e9);
  const fields = listFields(kernel.fork(kernel.init));
  const sum = fields.reduce((all, { bytes }) => all + bytes, 0);
  console.log("\nFields of Task:\n");
  console.log(formatTable(
    ["field", "bytes"],
    [...fields.map(({ name, bytes }) => [name, String(bytes)]), ["all", String(sum)]],
  ));
}
