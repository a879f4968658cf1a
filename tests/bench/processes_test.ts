import { assert, assertEquals, assertRejects } from "@std/assert";
import { measureInTurn } from "../../bench/processes.ts";

const shape = { modules: 1, percent: 100, alive: 10 };
const effort = { rounds: 2, scale: 0.01 };

Deno.test("measureInTurn() gives a figure a round for every entrant", async () => {
  const entrants = [
    { key: "the none", name: "none", shape },
    { key: "the pnotify", name: "pnotify", shape },
    { key: "the files", name: "pnotify", shape, form: "files" as const },
  ];
  const series = await measureInTurn(entrants, effort);
  assertEquals([...series.keys()], ["the none", "the pnotify", "the files"]);
  for (const [key, values] of series) {
    assertEquals(values.length, 2, key);
    assert(values.every((ns) => ns > 0), key);
  }
});

Deno.test("measureInTurn() throws with what the process wrote when one fails", async () => {
  const entrants = [{ key: "somebody", name: "nobody", shape, form: "files" as const }];
  await assertRejects(() => measureInTurn(entrants, effort), Error, 'Cannot measure "nobody"');
});
