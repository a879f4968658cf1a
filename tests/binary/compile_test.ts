import { assert, assertEquals } from "@std/assert";
import { compileArguments, embeddedFiles } from "../../tools/compile.ts";

function grantedFor(target: string | null): string[] {
  const args = compileArguments([], "dist/pnotify", target);
  assert(!args.includes("-A") && !args.includes("--allow-env"));
  return args.filter((arg) => arg.startsWith("--allow-")).map((arg) => arg.split("=")[0]);
}

Deno.test("compileArguments() grants files and processes, and neither network, system nor all", () => {
  const wanted = ["--allow-read", "--allow-write", "--allow-run", "--allow-env"];
  assertEquals(grantedFor("x86_64-apple-darwin"), wanted);
  assertEquals(grantedFor(null).filter((flag) => flag !== "--allow-ffi"), wanted);
});

Deno.test("compileArguments() grants native code where the program can trace", () => {
  const grants = (target: string | null) => grantedFor(target).includes("--allow-ffi");
  assertEquals(grants(null), Deno.build.os === "linux");
  assertEquals(["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].map(grants), [true, true]);
  assertEquals(["aarch64-apple-darwin", "x86_64-pc-windows-msvc"].map(grants), [false, false]);
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

Deno.test("embeddedFiles() are the workers, and what modules of users import", () => {
  const files = embeddedFiles({ "@a/b": "./library/mod.js" });
  assertEquals(files, ["live/worker.js", "sandbox/worker.js", "library/mod.js"]);
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
