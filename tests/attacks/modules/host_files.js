// deno-lint-ignore-file
// Reads, writes and lists files.
import { attempts } from "./attack_support.js";

export default attempts({
  read: () => Deno.readTextFileSync("@CANARY@/secret.txt"),
  write: () => Deno.writeTextFileSync("@CANARY@/made.txt", "x"),
  list: () => [...Deno.readDirSync("@CANARY@")],
  make: () => Deno.mkdirSync("@CANARY@/made"),
  link: () => Deno.symlinkSync("@CANARY@/secret.txt", "@CANARY@/made_link"),
  remove: () => Deno.removeSync("@CANARY@/secret.txt"),
  cwd: () => Deno.cwd(),
  binding: () => process.binding("fs"),
  builtin: () => process.getBuiltinModule("node:fs"),
  required: () => require("node:fs"),
});
