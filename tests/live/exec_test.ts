import { assertEquals, assertThrows } from "@std/assert";
import type { ErrnoName } from "../../kernel/errno.ts";
import { architectureOf } from "../../live/architecture.ts";
import { Driver } from "../../live/driver.ts";
import { filterFor } from "../../live/filter.ts";
import { readInherited } from "../../live/launch.ts";
import { LaunchError } from "../../live/launch_error.ts";
import { Libc } from "../../live/libc.ts";
import { openParts } from "../../live/parts.ts";
import { Tracer } from "../../live/tracer.ts";
import type { RecordedEvent } from "../../replay/mod.ts";
import { program, testLive, testProgram } from "./support.ts";

/** What a traced command came to. */
interface Traced {
  readonly status: number;
  readonly out: string;
  /** The programs that were asked about before they ran. */
  readonly asked: readonly string[];
  /** What was refused. */
  readonly refused: readonly string[];
}

/** A rule: the errno with which a path is refused, or null. */
type Rule = (path: string) => ErrnoName | null;

/**
 * Traces a command in this thread, with a rule for what may run.
 *
 * @param command The command. Its output goes to a file.
 * @param rule Is asked early, and again where what runs is something else.
 */
function trace(command: readonly string[], rule: Rule): Traced {
  const libc = new Libc();
  const parts = openParts(libc, architectureOf(Deno.build.arch)!);
  const output = Deno.makeTempFileSync();
  const asked: string[] = [];
  const refused: string[] = [];
  const model = {
    asksExec: true,
    mayExec: ({ path }: { path: string | null }) => (asked.push(path!), rule(path!)),
    take(event: RecordedEvent): ErrnoName | null {
      if (event.type === "refused") refused.push(`${event.path} ${event.errno}`);
      return event.type === "exec" && !event.permitted ? rule(event.path!) : null;
    },
  };
  const tracer = new Tracer(parts, new Driver(parts, model, { figures: false, filter: true }));
  const encoder = new TextEncoder();
  const words = ["sh", "-c", 'out=$1; shift; exec "$@" >"$out"', "sh", output, ...command];
  tracer.launch({
    command: words.map((word) => encoder.encode(word)),
    environment: ["PATH=/usr/bin:/bin"].map((entry) => encoder.encode(entry)),
    filter: filterFor(parts.registers.architecture, { exec: true }),
    inherited: readInherited(libc),
  });
  const status = tracer.run(() => {});
  const out = Deno.readTextFileSync(output);
  Deno.removeSync(output);
  return { status, out, asked, refused };
}

const noEcho: Rule = (path) => path.endsWith("/echo") ? "EACCES" : null;

testProgram("a refused exec gives the module's errno, whichever way it was made", async () => {
  const { out, refused, status } = trace([await program("fexec")], noEcho);
  assertEquals(out.split("\n"), [
    "execve EACCES",
    "relative EACCES",
    "descriptor EACCES",
    "folder EACCES",
    "link EACCES",
    "missing ENOENT",
    "",
  ]);
  assertEquals(refused.length, 5);
  assertEquals(status, 0);
});

testProgram("a path that another thread changes does not get a program past a rule", async () => {
  const { out, status } = trace([await program("race_exec")], noEcho);
  assertEquals([out, status], ["", 0]);
});

testLive("a command that a module refuses does not run", () => {
  assertThrows(() => trace(["true"], () => "EPERM"), LaunchError, "a module refuses it");
  return Promise.resolve();
});

testLive("the interpreter of a script is asked about, too", async () => {
  const folder = await Deno.makeTempDir();
  const script = `${folder}/script`;
  await Deno.writeTextFile(script, "#!/bin/sh\necho ran\n", { mode: 0o755 });
  const shellPath = await Deno.realPath("/bin/sh");
  const { out, asked } = trace(["env", script], () => null);
  assertEquals(out, "ran\n");
  assertEquals(asked.slice(-2), [await Deno.realPath(script), shellPath]);
  let isFirst = true;
  const noShell: Rule = (path) => {
    if (path !== shellPath || isFirst) {
      isFirst = false;
      return null;
    }
    return "EPERM";
  };
  assertEquals(trace(["env", script], noShell).out, "");
  await Deno.remove(folder, { recursive: true });
});

testLive("a search through PATH asks only about what is there", () => {
  const { asked } = trace(["env", "PATH=/no/such:/nor/this:/usr/bin:/bin", "true"], () => null);
  assertEquals(asked.filter((path) => path.startsWith("/no")), []);
  return Promise.resolve();
});
