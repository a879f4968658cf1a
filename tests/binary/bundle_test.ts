import { assert, assertEquals, assertMatch } from "@std/assert";
import { bundle, programBundle, withoutMetadata, writeBundle } from "../../tools/bundle.ts";
import { embeddedFiles } from "../../tools/compile.ts";
import { workerUrl } from "../../runner/worker_url.ts";
import { writeLock } from "../../tools/lock.ts";
import { filePath, readConfig, root } from "../../tools/with_std.ts";
import { makeFolder } from "../sandbox/folder.ts";

let made: ReturnType<typeof programBundle> | null = null;

/** The program's bundle, made once. */
function program(): ReturnType<typeof programBundle> {
  return made ??= programBundle();
}

const library = JSON.stringify(new URL("mod.ts", root).href);

/** Bundles one module, given as text, into one file. */
async function bundleText(text: string, minify = false): Promise<string> {
  using folder = makeFolder({ "entry.ts": text });
  const url = new URL(`file://${folder.path}/entry.ts`).href;
  const files = await bundle({ entries: { entry: url }, minify, splitting: false });
  assertEquals([...files.keys()], ["entry.js"]);
  return files.get("entry.js")!.text;
}

/** The bytes that one name of the library comes to in somebody's bundle. */
async function sizeOf(name: string): Promise<number> {
  const text = await bundleText(`import { ${name} } from ${library};\nconsole.log(${name});`, true);
  return new TextEncoder().encode(text).length;
}

async function assertSize(name: string, most: number): Promise<void> {
  const bytes = await sizeOf(name);
  const why =
    "look for statements of a file that esbuild cannot drop: calls and reads at top level";
  assert(
    bytes <= most,
    `${name} alone comes to ${bytes} bytes, at most ${most} are wanted: ${why}`,
  );
}

/** Registers a test of a bundle. On Deno 2.4 the process of esbuild ends a little after esbuild.stop() says so. */
function testBundle(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

testBundle(
  "a constant of the library bundles to 3 kB at most",
  () => assertSize("PNOTIFY_OK", 3000),
);

testBundle("boot() bundles to less than 81 kB", () => assertSize("boot", 80_999));

testBundle(
  "bundle() resolves as Deno does: by the import map, and types leave no trace",
  async () => {
    const text = await bundleText(`import { parseArgs } from "@std/cli/parse-args";
import type { Kernel } from ${library};
import config from ${JSON.stringify(new URL("deno.json", root).href)} with { type: "json" };
export const kernel: Kernel | null = null;
console.log(parseArgs([]), config.name);`);
    assert(!/^import /m.test(text), text.slice(0, 200));
    assert(text.includes(`name: "${readConfig().name}"`));
    assert(!text.includes("createKernel") && !text.includes("copyProcess"));
  },
);

testBundle("bundle() tells what cannot be found", async () => {
  let message = "";
  await bundleText(`import "./missing.ts";`).catch((error) => message = error.message);
  assert(/Cannot bundle.*missing\.ts/.test(message), message);
});

testBundle(
  "the program's bundle holds every module once, so that all entries share one library",
  async () => {
    const { files } = await program();
    const places = new Map<string, string[]>();
    for (const { name, modules } of files.values()) {
      for (const path of modules.filter((path) => !path.startsWith("npm:"))) {
        places.set(path, [...places.get(path) ?? [], name]);
      }
    }
    assertEquals([...places].filter(([, names]) => names.length > 1), []);
    assert(places.has("kernel/kernel.ts") && places.has("runner/sandbox/worker.ts"));
  },
);

testBundle("the program's bundle says nothing of the machine that made it", async () => {
  const { files } = await program();
  const telling = [...files.values()].filter(({ text }) => text.includes(filePath(root)));
  assertEquals(telling.map(({ name }) => name), []);
});

testBundle("the program's bundle has the entries that modules of users can name", async () => {
  const { files, config } = await program();
  const embedded = embeddedFiles(config.imports);
  const { name, exports } = readConfig();
  const wanted = Object.keys(exports).filter((entry) => !["./cli", "./scenario"].includes(entry))
    .map((entry) => name + entry.slice(1));
  assertEquals(Object.keys(config.imports).sort(), wanted.sort());
  for (const file of Object.values(config.imports)) {
    assert(files.has(file.slice(2)), file);
    assert(embedded.includes(file.slice(2)), file);
  }
});

testBundle("the program's bundle has its workers where workerUrl() looks for them", async () => {
  const { files, config } = await program();
  const embedded = embeddedFiles(config.imports);
  const holder = [...files.values()].find(({ modules }) =>
    modules.includes("runner/worker_url.ts")
  );
  const bundled = new URL(`file:///bundle/${holder!.name}`);
  const [ending] = /\.\w+$/.exec(bundled.href)!;
  for (const folder of ["sandbox", "live"] as const) {
    const path = filePath(workerUrl(folder)).slice(filePath(root).length);
    const name = `${folder}/worker.js`;
    assertEquals(path, `runner/${folder}/worker.ts`);
    assert(files.get(name)?.modules.includes(path), name);
    assert(embedded.includes(name), name);
    assertEquals(new URL(`./${folder}/worker${ending}`, bundled).href, `file:///bundle/${name}`);
  }
});

/** What takes time to load, and what most command lines do without. */
const HEAVY: Readonly<Record<string, RegExp>> = {
  "the YAML parser": /^npm:yaml$/,
  "the stripper of types": /^npm:sucrase$/,
  "the lexer": /^npm:es-module-lexer$/,
  "the kernel": /^kernel\//,
  "the explorer": /^check\//,
  "the replay": /^replay\//,
  "the engine": /^runner\/engine\//,
  "the shipped scenarios": /^scenarios\//,
  "the tracer": /^live\//,
  "the live run": /^runner\/live\//,
  "the other commands":
    /^runner\/cli\/(?:check|completions|demo|help|list|live_command|modinfo|new|record_command|replay_command|run|schema)\.ts$/,
};

/** Runs the program's bundle without the files that hold some of its modules. */
async function runWithout(
  heavy: Readonly<Record<string, RegExp>>,
  args: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  const bundled = await program();
  using folder = makeFolder({});
  await writeBundle(bundled, folder.path);
  const removed = new Set<string>();
  for (const [what, pattern] of Object.entries(heavy)) {
    const holders = [...bundled.files.values()]
      .filter(({ modules }) => modules.some((path) => pattern.test(path)));
    assert(holders.length > 0, `${what} is nowhere in the bundle`);
    for (const { name } of holders) removed.add(name);
  }
  for (const name of removed) Deno.removeSync(`${folder.path}/${name}`);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "main.js", ...args],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

testBundle("pnotify version runs without anything that takes time to load", async () => {
  const { code, out, err } = await runWithout(HEAVY, ["version"]);
  assertEquals(code, 0, err);
  assertMatch(out, /^pnotify \d+\.\d+\.\d+\n$/);
});

/** What a scenario without lanes, recordings and files of modules does without. */
const HEAVY_FOR_SOME: Readonly<Record<string, RegExp>> = {
  "the stripper of types": /^npm:sucrase$/,
  "the lexer": /^npm:es-module-lexer$/,
  "the explorer": /^check\/explore\.ts$/,
  "the exploring of lanes": /^runner\/engine\/exploring\.ts$/,
  "the replay": /^replay\/replay\.ts$/,
  "the parsers of recordings": /^replay\/(?:strace|ftrace|events_reader)\.ts$/,
  "the replay of a step": /^runner\/engine\/replay_into\.ts$/,
};

/** What a live run alone does with. */
const LIVE: Readonly<Record<string, RegExp>> = {
  "the tracer": /^live\//,
  "the live run": /^runner\/live\//,
  "the command": /^runner\/cli\/live_command\.ts$/,
};

testBundle("pnotify run loads the explorer and the replay for those who need them", async () => {
  const plain = await runWithout(HEAVY_FOR_SOME, ["run", "veto"]);
  assertEquals(plain.code, 0, plain.err);
  for (const scenario of ["race", "replay"]) {
    const { code, err } = await runWithout(HEAVY_FOR_SOME, ["run", scenario]);
    assertEquals(code, 3, scenario);
    assertMatch(err, /Module not found/);
  }
});

testBundle("pnotify run, replay and list load nothing of a live run", async () => {
  const recording = filePath(new URL("tests/data/recordings/make/strace.txt", root));
  const commands = [["run", "veto"], ["list"], ["replay", recording]];
  for (const args of commands) {
    const { code, err } = await runWithout(LIVE, args);
    assertEquals(code, 0, `${args[0]}: ${err}`);
  }
});

for (const splitting of [false, true]) {
  const form = splitting ? "a bundle in chunks" : "one bundled file";
  testBundle(`report() names the line of the user's code when the library is ${form}`, async () => {
    const entries = splitting ? ["mod.ts", "check/mod.ts"] : ["mod.ts"];
    const files = await bundle({
      entries: Object.fromEntries(
        entries.map((path) => [path.slice(0, -3), new URL(path, root).href]),
      ),
      splitting,
    });
    assertEquals([...files.keys()].some((name) => name.startsWith("chunk-")), splitting);
    using folder = makeFolder(
      Object.fromEntries([...files.values()].map(({ name, text }) => [name, text])),
    );
    const { Kernel } = await import(
      `file://${folder.path}/mod.js`
    ) as typeof import("../../mod.ts");
    const kernel = new Kernel({ debug: { stacks: "reports" } });
    kernel.findTask(1);
    kernel.moduleFault("bad", { what: "fork", task: null, cause: new TypeError("boom") });
    const places = kernel.reports.map(({ place }) => place.stack ?? "");
    assertEquals(places.map((line) => line.includes("bundle_test.ts")), [true, true], places[0]);
  });
}

Deno.test("withoutMetadata() leaves a cached module as it was served", () => {
  const served = '{ "a": "// denoCacheMetadata={}" }\n';
  assertEquals(withoutMetadata(served), served);
  assertEquals(withoutMetadata(`${served}\n// denoCacheMetadata={"headers":{}}`), served);
});

/** Runs a script that bundles by a lock: the stand-ins, with which this may run, are in no lock. */
async function bundleByLock(folder: string, entry: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", `--config=${filePath(root)}deno.json`, "bundle.ts", entry],
    cwd: folder,
    env: { PNOTIFY_STD: "jsr", NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

testBundle("bundle() takes the packages that the lock names, and refuses another", async () => {
  using folder = makeFolder({
    "deno.json": Deno.readTextFileSync(new URL("deno.json", root)),
    "locked.ts": 'import { parse } from "yaml";\nconsole.log(parse("a: 1"));\n',
    "missing.ts": 'import { init } from "es-module-lexer";\nawait init;\n',
    "bundle.ts": `
import { bundle } from ${JSON.stringify(new URL("tools/bundle.ts", root).href)};
const entry = new URL(Deno.args[0], import.meta.url).href;
const lock = Deno.cwd() + "/deno.lock";
const files = await bundle({ entries: { entry }, lock, splitting: false });
console.log("modules:", files.get("entry.js")!.modules.join(" "));
`,
  });
  await writeLock({ folder: new URL(`file://${folder.path}/`), entries: ["locked.ts"] });
  assertMatch(await bundleByLock(folder.path, "locked.ts"), /^modules: .*npm:yaml/);
  const refusal = await bundleByLock(folder.path, "missing.ts");
  assertMatch(refusal, /Cannot bundle by "deno.lock": .*\.github\/workflows\/lock\.yml/);
});
