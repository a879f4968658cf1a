// deno-lint-ignore-file
// Starts and ends processes, and loads native code.
import { attempts } from "./attack_support.js";

export default attempts({
  command: () => new Deno.Command("sh", { args: ["-c", "touch @CANARY@/made.txt"] }).outputSync(),
  kill: () => Deno.kill(Deno.pid, "SIGKILL"),
  parent: () => process.kill(process.ppid, "SIGKILL"),
  abort: () => process.abort(),
  exit: () => Deno.exit(0),
  close: () => self.close(),
  signal: () => Deno.addSignalListener("SIGINT", () => {}),
  native: () => Deno.dlopen("libc.so.6", {}),
  worker: () => new Worker("data:text/javascript,"),
  environment: () => Deno.env.toObject(),
  variables: () => process.env.HOME,
});
