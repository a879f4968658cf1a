import { assert, assertEquals, assertMatch } from "@std/assert";
import type { SandboxProgram } from "../../runner/sandbox/deno_command.ts";
import { runSandboxed, SANDBOX_COMMAND } from "../../runner/sandbox/mod.ts";
import { STEP_HOOK } from "../../runner/sandbox/watchdog.ts";
import { programBundle, writeBundle } from "../../tools/bundle.ts";
import { binary } from "../binary/program.ts";
import { fileModule, planOf } from "../sandbox/plan.ts";
import { breachIn, Range } from "./range.ts";

/** The walls that are taken out of a build: a text of the program, and one that is no longer. */
const OUT: readonly (readonly [RegExp, string])[] = [
  // The scrubbed realm: everything that Deno put there stays.
  [/scrubGlobals\(world, \{[^}]*\}, folders\)/g, `globalThis.${STEP_HOOK} = watchdog.hook`],
  // The worker without permissions: it has what its process has left.
  [/deno: \{ permissions: "none" \}/g, 'deno:{permissions:"inherit"}'],
];

/** Takes the walls out of texts, or of a program that is their bytes. Each must stand there once. */
class Breach {
  readonly #counts = OUT.map(() => 0);

  text(text: string): string {
    return OUT.reduce(
      (before, [wall, instead], i) =>
        before.replace(wall, (part) => {
          this.#counts[i]++;
          return instead.padEnd(part.length);
        }),
      text,
    );
  }

  bytes(bytes: Uint8Array): void {
    // A character of this encoding is a byte.
    const text = new TextDecoder("latin1").decode(bytes);
    for (const [i, [wall, instead]] of OUT.entries()) {
      for (const { 0: part, index } of text.matchAll(wall)) {
        this.#counts[i]++;
        bytes.set(new TextEncoder().encode(instead.padEnd(part.length)), index);
      }
    }
  }

  check(): void {
    assertEquals(this.#counts, OUT.map(() => 1), "the walls are not where they were");
  }
}

/** The bundle without those walls, run by a Deno that grants what the compiled program has. */
async function breachedBundle(folder: string): Promise<SandboxProgram> {
  const { files, config } = await programBundle();
  const breach = new Breach();
  const texts = [...files].map(([name, file]) =>
    [name, { ...file, text: breach.text(file.text) }] as const
  );
  breach.check();
  await writeBundle({ files: new Map(texts), config }, folder);
  const granted = ["read", "write", "run", "ffi", "env"].map((name) => `--allow-${name}`);
  const flags = ["--quiet", "--no-prompt", "--no-lock", ...granted];
  return [Deno.execPath(), "run", ...flags, `${folder}/main.js`, SANDBOX_COMMAND];
}

/** The compiled program without those walls. */
async function breachedBinary(folder: string): Promise<SandboxProgram> {
  const bytes = await Deno.readFile(binary!);
  const breach = new Breach();
  breach.bytes(bytes);
  breach.check();
  const path = `${folder}/breached`;
  await Deno.writeFile(path, bytes, { mode: 0o755 });
  return [path, SANDBOX_COMMAND];
}

/** What the module says of each way that it tried. */
async function attackNatively(range: Range, program: SandboxProgram): Promise<Map<string, string>> {
  const module = fileModule("native_code", range.path("native_code.js"), "modules/native_code.js");
  const limits = { stepMs: 60_000, loadMs: 60_000, totalMs: 600_000 };
  const outcome = await runSandboxed({ kind: "run", plan: planOf([module]), limits, program });
  assert(outcome.kind === "result", JSON.stringify(outcome));
  assertEquals(breachIn(JSON.stringify(outcome), range), null);
  return new Map(outcome.result.log.map(({ text }) => {
    const [, way = "", end = ""] = /^(\w+): (.*)$/s.exec(text) ?? [];
    return [way, end];
  }));
}

const builds = [
  { name: "the bundle", ignore: false, breached: breachedBundle },
  { name: "the binary", ignore: binary === null, breached: breachedBinary },
];

for (const { name, ignore, breached } of builds) {
  Deno.test({
    name: `a process without FFI holds where realm and worker do not, in ${name}`,
    ignore: ignore || Deno.build.os !== "linux",
    // On Deno 2.4 the process of esbuild ends a little after esbuild.stop() says so.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "breached_" });
      const range = new Range();
      try {
        const ends = await attackNatively(range, await breached(folder));
        for (const way of ["dlopen", "nothing", "elsewhere", "pointer", "memory", "callback"]) {
          assertMatch(ends.get(way) ?? "", /^NotCapable: Requires ffi access/, way);
        }
        assertEquals(ends.get("query"), "nothing");
        assertEquals(ends.get("request"), "nothing");
        assertEquals(ends.get("thread"), "Error: the thread was refused");
      } finally {
        range.remove();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
