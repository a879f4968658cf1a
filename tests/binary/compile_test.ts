import { assert, assertEquals } from "@std/assert";
import { compileArguments, embeddedFiles } from "../../tools/compile.ts";

Deno.test("compileArguments() grants files and processes, and neither network, native code nor all", () => {
  const args = compileArguments([], "dist/pnotify");
  const granted = args.filter((arg) => arg.startsWith("--allow-")).map((arg) => arg.split("=")[0]);
  assertEquals(granted, ["--allow-read", "--allow-write", "--allow-run", "--allow-env"]);
  assert(!args.includes("-A") && !args.includes("--allow-env"));
});

Deno.test("compileArguments() never lets the program ask, nor make code from strings", () => {
  const args = compileArguments([], "dist/pnotify");
  assert(args.includes("--no-prompt"));
  assert(args.some((arg) => arg.includes("--disallow-code-generation-from-strings")));
  assert(args.some((arg) => /--max-old-space-size=\d+/.test(arg)));
});

Deno.test("compileArguments() embeds what is loaded by its address", () => {
  const args = compileArguments(["worker.js", "library/mod.js"], "dist/pnotify");
  const included = args.filter((_, i) => args[i - 1] === "--include");
  assertEquals(included, ["worker.js", "library/mod.js"]);
});

Deno.test("compileArguments() takes no package: what no lock has seen cannot get in", () => {
  const args = compileArguments([], "dist/pnotify");
  assertEquals(["--no-npm", "--no-remote"].filter((flag) => !args.includes(flag)), []);
});

Deno.test("embeddedFiles() are the worker, and what modules of users import", () => {
  assertEquals(embeddedFiles({ "@a/b": "./library/mod.js" }), ["worker.js", "library/mod.js"]);
});

Deno.test("compileArguments() compiles for another platform when one is named", () => {
  const args = compileArguments([], "out", "aarch64-apple-darwin");
  assertEquals(args.slice(args.indexOf("--target")), [
    "--target",
    "aarch64-apple-darwin",
    "--output",
    "out",
    "main.js",
  ]);
});
