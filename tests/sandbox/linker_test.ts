import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type LinkedModule, type LinkLimits, linkModule } from "../../runner/sandbox/linker.ts";
import { LIBRARY } from "../../runner/sandbox/library.ts";
import type { Refusal } from "../../runner/sandbox/refusal.ts";
import { type Folder, makeFolder } from "./folder.ts";

type Files = Readonly<Record<string, string>>;

async function linked(files: Files, entry: string): Promise<LinkedModule> {
  using folder = makeFolder(files);
  const module = await linkModule(`${folder.path}/${entry}`, entry);
  assert(!("kind" in module), JSON.stringify(module));
  return module;
}

async function refusal(
  files: Files,
  entry: string,
  { limits, prepare }: { limits?: Partial<LinkLimits>; prepare?: (folder: Folder) => void } = {},
): Promise<Refusal> {
  using folder = makeFolder(files);
  prepare?.(folder);
  const module = await linkModule(`${folder.path}/${entry}`, entry, limits);
  assert("kind" in module, "it was linked");
  return module;
}

/** Imports what was linked, here: it needs nothing but its URL. */
async function load(module: LinkedModule): Promise<Record<string, unknown>> {
  return await import(module.files.at(-1)!.url);
}

Deno.test("LIBRARY names the entry points of the package, without those of the runner", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const library = Object.entries<string>(config.exports)
    .filter(([, file]) => !file.startsWith("./runner/"));
  const names = library.map(([path]) => config.name + path.slice(1));
  assertEquals([...LIBRARY.keys()].sort(), names.sort());
});

Deno.test("linkModule() makes one module of a tree of files", async () => {
  const module = await linked({
    "main.js":
      `import { two } from "./lib/two.js";\nimport one from "./one.js";\nexport const sum = one + two();`,
    "one.js": "export default 1;",
    "lib/two.js": `import one from "../one.js";\nexport function two() { return one + 1; }`,
  }, "main.js");
  assertEquals(module.files.map(({ file }) => file), ["one.js", "lib/two.js", "main.js"]);
  assertEquals((await load(module)).sum, 3);
});

Deno.test("linkModule() loads a file that is imported twice once", async () => {
  const module = await linked({
    "main.js":
      `import { box as a } from "./a.js";\nimport { box as b } from "./b.js";\nexport const same = a === b;`,
    "a.js": `export { box } from "./box.js";`,
    "b.js": `export { box } from "./box.js";`,
    "box.js": "export const box = {};",
  }, "main.js");
  assertEquals((await load(module)).same, true);
});

Deno.test("linkModule() keeps bindings alive", async () => {
  const module = await linked({
    "main.js":
      `import * as counter from "./counter.js";\ncounter.add();\nexport const count = counter.count;`,
    "counter.js": "export let count = 0;\nexport function add() { count++; }",
  }, "main.js");
  assertEquals((await load(module)).count, 1);
});

Deno.test("linkModule() gives every form of import what it names", async () => {
  const module = await linked({
    "main.js": `import main, { a as b, c, } from "./all.js";
import other, * as all from "./all.js";
import "./all.js";
import {
  a, // the first
  /* the third */ c as d
} from "./all.js";
export * from "./all.js";
export * as space from "./all.js";
export { a as again, default as main } from "./all.js";
export const seen = [main, b, c, other, all.a, a, d];`,
    "all.js": `export default 0;\nexport const a = 1;\nexport const c = 3;`,
  }, "main.js");
  const { seen, a, again, main, space } = await load(module);
  assertEquals([seen, a, again, main], [[0, 1, 3, 0, 1, 1, 3], 1, 1, 0]);
  assertEquals((space as { c: number }).c, 3);
});

Deno.test("linkModule() takes types out and leaves every line where it is", async () => {
  const module = await linked({
    "main.ts": `import type { Gone } from "./types.ts";
import { type Also, value } from "./types.ts";
interface Point {
  x: number;
}
enum Color { red = 1, green }
class Holder {
  constructor(readonly point: Point, private also?: Also) {}
}
export const at = (): string => new Error("here").stack!;
export const made = [new Holder({ x: value }).point.x, Color.green, <Gone | null> null];`,
    "types.ts":
      `export interface Gone { a: 1 }\nexport type Also = string;\nexport const value: number = 5;`,
  }, "main.ts");
  const { made, at } = await load(module);
  assertEquals(made, [5, 2, null]);
  assertStringIncludes((at as () => string)(), "main.ts:10:");
});

Deno.test("linkModule() survives names and texts of all kinds", async () => {
  const text = "ünïcode \\u2028 % # ? \" ' ` \\\\ 🙂 \\n </script>";
  const module = await linked({
    "a b%20c#d.js": `export const text = '${text.replace("'", "\\'")}'; // # sourceURL`,
  }, "a b%20c#d.js");
  assertEquals((await load(module)).text, "ünïcode \u2028 % # ? \" ' ` \\ 🙂 \n </script>");
});

Deno.test("linkModule() is not slowed down by a long chain of imports", async () => {
  const files: Record<string, string> = { "f0.js": "export const depth = 0;" };
  for (let i = 1; i < 40; i++) {
    files[`f${i}.js`] = `import { depth as below } from "./f${
      i - 1
    }.js";\nexport const depth = below + 1;`;
  }
  const module = await linked(files, "f39.js");
  assert(module.files.at(-1)!.url.length < 100_000);
  assertEquals((await load(module)).depth, 39);
});

const REFUSED: readonly {
  readonly title: string;
  readonly text: string;
  readonly wanted: Partial<Refusal>;
}[] = [
  {
    title: "a builtin module",
    text: `// first\nimport fs from "node:fs";\nfs;`,
    wanted: { rule: "import", line: 2, column: 17, length: 7, text: `import fs from "node:fs";` },
  },
  {
    title: "a package",
    text: `import pad from "npm:left-pad";\npad;`,
    wanted: { rule: "import", line: 1, column: 18 },
  },
  {
    title: "a near miss of the library's name",
    text: `import { boot } from "@pnotify/pnotfy";\nboot;`,
    wanted: { rule: "import", label: `did you mean "@pnotify/pnotify"?` },
  },
  {
    title: "a near miss of a name in the library",
    text: `import { defineEvent } from "@pnotify/pnotify";\ndefineEvent();`,
    wanted: { rule: "export", column: 10, label: `did you mean "defineEvents"?` },
  },
  {
    title: "a near miss of a file",
    text: `import "./helpr.js";`,
    wanted: { rule: "file", column: 9, label: `did you mean "helper.js"?` },
  },
  {
    title: "a file without its ending",
    text: `import "./helper";`,
    wanted: { rule: "file", label: `did you mean "helper.js"?` },
  },
  {
    title: "a folder above",
    text: `import "../helper.js";`,
    wanted: {
      rule: "import",
      column: 9,
      title: `Cannot import "../helper.js": it leads out of the folder of the module`,
    },
  },
  {
    title: "import()",
    text: `const a = 1;\n  await import("./helper.js");`,
    wanted: { rule: "dynamic-import", line: 2, column: 9 },
  },
  {
    title: "import.meta",
    text: `console.log(import.meta.url);`,
    wanted: { rule: "import-meta", column: 13 },
  },
  {
    title: "an attribute",
    text: `import data from "./helper.js" with { type: "json" };`,
    wanted: { rule: "import", line: 1 },
  },
  { title: "a broken text", text: "import { from", wanted: { rule: "syntax", line: 1 } },
];

for (const { title, text, wanted } of REFUSED) {
  for (const ending of ["js", "ts"]) {
    if (ending === "ts" && (title === "a broken text" || title === "an attribute")) continue;
    Deno.test(`linkModule() refuses ${title} in .${ending}, at its place`, async () => {
      // Types go first, and a type with it, so that columns differ from those of what is linked.
      const body = ending === "ts" ? `${text}\nexport type T = 1;` : text;
      const files = { [`mod/main.${ending}`]: body, "mod/helper.js": "", "helper.js": "" };
      const found = await refusal(files, `mod/main.${ending}`);
      const keys = Object.keys(wanted) as (keyof Refusal)[];
      assertEquals(Object.fromEntries(keys.map((key) => [key, found[key]])), { ...wanted });
      assertEquals(found.file, `mod/main.${ending}`);
    });
  }
}

Deno.test("linkModule() names a mistake in an imported file by that file", async () => {
  const files = { "main.js": `import "./lib/a.js";`, "lib/a.js": `\n\nimport "os";` };
  const { file, line, column } = await refusal(files, "main.js");
  assertEquals({ file, line, column }, { file: "lib/a.js", line: 3, column: 9 });
});

Deno.test("linkModule() refuses a cycle and shows its way round", async () => {
  const files = {
    "a.js": `import "./b.js";`,
    "b.js": `import "./c.js";`,
    "c.js": `import "./a.js";`,
  };
  const { rule, file, notes } = await refusal(files, "a.js");
  assertEquals({ rule, file, notes }, {
    rule: "cycle",
    file: "c.js",
    notes: ["a.js -> b.js -> c.js -> a.js"],
  });
});

Deno.test("linkModule() refuses a link that leads out of the folder", async () => {
  const { rule, line } = await refusal(
    { "m/main.js": `import "./link.js";`, "out.js": "" },
    "m/main.js",
    {
      prepare: ({ path }) => Deno.symlinkSync("../out.js", `${path}/m/link.js`),
    },
  );
  assertEquals({ rule, line }, { rule: "import", line: 1 });
});

Deno.test("linkModule() follows a link that stays in the folder", async () => {
  using folder = makeFolder({
    "m/main.js": `export { a } from "./link.js";`,
    "m/real.js": "export const a = 1;",
  });
  Deno.symlinkSync("real.js", `${folder.path}/m/link.js`);
  const module = await linkModule(`${folder.path}/m/main.js`, "main.js");
  assert(!("kind" in module));
  assertEquals((await load(module)).a, 1);
});

Deno.test("linkModule() refuses what is too large or too much", async () => {
  const files = { "main.js": `import "./a.js";\n`, "a.js": "// 123456789" };
  assertEquals((await refusal(files, "main.js", { limits: { fileSize: 5 } })).rule, "size");
  assertEquals((await refusal(files, "main.js", { limits: { files: 1 } })).rule, "size");
  assertEquals((await refusal(files, "main.js", { limits: { linkedSize: 50 } })).rule, "size");
});

/** Texts that are short for what they would become, or take for ever to read. */
const BOMBS: Readonly<Record<string, readonly [string, string]>> = {
  "an import repeated without end": ["js", `import "./big.js";\n`.repeat(20_000)],
  "a list of imports without end": ["js", `import { a${", a".repeat(200_000)} } from "./gone.js";`],
  "spaces without end": ["js", `import a ${" ".repeat(900_000)}! from "./big.js";`],
  "a name without end": ["js", `import { ${"a".repeat(900_000)} } from "@pnotify/pnotify";`],
  "a path without end": ["js", `import "./${"a".repeat(900_000)}.js";`],
  "exports without end": ["js", `import a from "./gone.js"; export { a${", a".repeat(300_000)} };`],
  "import.meta without end": ["js", "import.meta;".repeat(80_000)],
  "brackets without end": ["ts", `export default ${"(".repeat(200_000)};`],
  "angle brackets without end": ["ts", `export default ${"f<".repeat(200_000)};`],
};

const HONEST = new URL("modules/honest.js", import.meta.url);

for (const [title, [ending, text]] of Object.entries(BOMBS)) {
  Deno.test(`linkModule() refuses ${title}`, async () => {
    const files = { [`main.${ending}`]: text, "big.js": `// ${"x".repeat(100_000)}` };
    const found = await refusal(files, `main.${ending}`);
    assert(found.title.length + found.label.length < 1000);
    // Nothing is left of it: honest text is still read.
    const honest = await linkModule(HONEST.pathname, "honest.js");
    assert(!("kind" in honest), JSON.stringify(honest));
  });
}

Deno.test("linkModule() refuses imports that double at every step", async () => {
  const files: Record<string, string> = { "f0.js": "export {};" };
  for (let i = 1; i < 50; i++) files[`f${i}.js`] = `import "./f${i - 1}.js";\n`.repeat(2);
  assertEquals((await refusal(files, "f49.js")).rule, "size");
});

Deno.test("linkModule() refuses an entry that is no module, or is not there", async () => {
  assertEquals((await refusal({ "secret.txt": "x" }, "secret.txt")).rule, "file");
  assertEquals((await refusal({}, "missing.js")).rule, "file");
  assertEquals((await refusal({ "folder.js/x": "" }, "folder.js")).rule, "file");
});

Deno.test("linkModule() refuses a link to what is no module", async () => {
  const found = await refusal({ "secret.txt": "x" }, "main.js", {
    prepare: ({ path }) => Deno.symlinkSync("secret.txt", `${path}/main.js`),
  });
  assertEquals([found.rule, found.text], ["file", ""]);
});
