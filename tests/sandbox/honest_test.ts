import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { runSandboxed } from "../../runner/sandbox/mod.ts";
import { fileModule, planOf } from "./plan.ts";

const WANTED: Readonly<Record<string, string>> = {
  "a subclass of Error assigns name and message": "Refusal: no! true 3",
  "a subclass sets the name on its prototype": "Shorter: x",
  "an error is made in the old way": "OldError: old true",
  "an object is given toString and valueOf": "shown 42 4",
  "a function is given toString and call": "own 1",
  "a map is given a get of its own": "9",
  "an array is subclassed": "List 7 mine",
  "Object.assign copies toString": "copied",
  "a promise is subclassed": "Later",
  "an iterator is put on a prototype": "1,2",
  "a date is made and subclassed": "2020 5 true",
  "a regular expression is used": "a2b412",
  "a value is cloned": "true",
  "a global is made": "1",
  "a kernel error is thrown and caught": "EPERM",
  "the stack names this file": "at the stack names this file (honest.js:109:N)",
  "words of modules stand in strings and comments": `null import("x") from 'y' 3 true`,
  "the frames of a loop are limited": "3",
};

Deno.test("runSandboxed() lets honest code use the language as it is", async () => {
  const path = new URL("modules/honest.js", import.meta.url).pathname;
  const plan = planOf([fileModule("honest", path, "honest.js")]);
  const outcome = await runSandboxed({ kind: "run", plan });
  assert(outcome.kind === "result");
  assertStrictEquals(outcome.result.status, "passed");
  const lines = outcome.result.log.map(({ text }) => text);
  assertEquals(lines, Object.entries(WANTED).map(([title, result]) => `${title}: ${result}`));
});
