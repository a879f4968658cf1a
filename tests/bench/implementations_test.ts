import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { bundleCopy } from "../../bench/bundled_copy.ts";
import {
  canHave,
  compareCounters,
  CONTENDERS,
  entryOf,
  findContender,
  start,
} from "../../bench/implementations.ts";
import { copiedTexts, importCopy } from "../../bench/private_copy.ts";
import type { Installed } from "../../bench/workload.ts";

Deno.test("importCopy() loads a module that nobody else has", async () => {
  type Tasks = { Task: unknown };
  const [one, two] = await Promise.all([
    importCopy<Tasks>("kernel/task.ts"),
    importCopy<Tasks>("kernel/task.ts"),
  ]);
  assertNotEquals(one.Task, two.Task);
});

Deno.test("importCopy() names the file that is missing", async () => {
  await assertRejects(async () => await importCopy("kernel/nothing.ts"), TypeError, "nothing.ts");
});

Deno.test("findContender() names those there are when there is no such one", () => {
  assertThrows(() => findContender("nobody"), TypeError, "pnotify");
});

Deno.test("copiedTexts() gives a file with what it imports, changed, and without what only types come from", () => {
  const texts = copiedTexts("bench/implementations/none.ts", [(text) => `${text}// changed\n`]);
  assert(texts.has("kernel/fork.ts") && texts.has("bench/workload.ts"));
  assert(!texts.has("kernel/callouts.ts"));
  assert([...texts.values()].every((text) => text.endsWith("// changed\n")));
});

Deno.test("bundleCopy() makes a contender of one file that hears what its files hear", async () => {
  const shape = { modules: 2, percent: 100, alive: 10 };
  const contender = findContender("chain_array");
  const url = await bundleCopy(entryOf(contender), contender.transformations);
  const text = await Deno.readTextFile(new URL(url));
  assert(!/^import /m.test(text));
  assert(text.includes("slots = null"), "the bundle is made of the changed texts");
  const worlds = new Map<string, Installed>();
  for (const bundle of [url, url, null]) {
    const { installed, workload } = await start(contender, shape, bundle);
    workload.run(50);
    worlds.set(`chain_array ${worlds.size}`, installed);
  }
  compareCounters(worlds);
  const kernels = [...worlds.values()].map(({ kernel }) => kernel.constructor);
  assertEquals(new Set(kernels).size, 3);
});

for (const modules of [1, 3, 8]) {
  for (const percent of [0, 1, 100]) {
    Deno.test(`contenders hear the same with ${modules} modules at ${percent} %`, async () => {
      const worlds = new Map<string, Installed>();
      for (const contender of CONTENDERS.filter((one) => canHave(one, modules))) {
        const started = await start(contender, { modules, percent, alive: 100 });
        started.workload.run(500);
        worlds.set(contender.name, started.installed);
      }
      compareCounters(worlds);
      const { counters } = worlds.get("pnotify")!;
      const forks = 600 * percent / 100;
      const exits = 500 * percent / 100;
      const heard = counters.map(({ forks, execs, exits }) => ({ forks, execs, exits }));
      assertEquals(heard, counters.map(() => ({ forks, execs: forks, exits })));
    });
  }
}

Deno.test("compareCounters() throws when one has heard something else", async () => {
  const worlds = new Map<string, Installed>();
  for (const name of ["pnotify", "chain_map"]) {
    const shape = { modules: 1, percent: 100, alive: 10 };
    const { installed, workload } = await start(findContender(name), shape);
    workload.run(name === "pnotify" ? 5 : 6);
    worlds.set(name, installed);
  }
  assertThrows(() => compareCounters(worlds), Error, "chain_map");
});
