import { assertEquals, assertRejects } from "@std/assert";
import { readImports, rewriteModule } from "../../runner/sandbox/imports.ts";
import { dataUrl } from "../../runner/sandbox/data_url.ts";
import { Source } from "../../runner/scenario/source.ts";

async function rewritten(text: string): Promise<string> {
  const imports = await readImports({ source: new Source("a.js", text), text });
  return rewriteModule(text, imports, imports.map(() => "data:,"), "a.js").split("\n//# ")[0];
}

/** Texts in which a lexer takes a division for a regular expression, and overlooks what is in it. */
const MISLEADING = [
  `const x = function () {} / import("node:fs") / 1;`,
  `const x = class {} / import("node:fs") / 1;`,
  `const x = new class {} / import("node:fs") / 1;`,
  `const x = async function* () {} / import("node:fs") / 1;`,
  `const x = function () {} / import.meta.url / 1;`,
];

for (const text of MISLEADING) {
  Deno.test(`rewriteModule() makes a syntax error of ${text}`, async () => {
    const url = dataUrl(await rewritten(text));
    await assertRejects(() => import(url));
  });
}

Deno.test("rewriteModule() leaves no import or from that loads anything but what was found", async () => {
  const text = `// import "x" from "y"
const a = "import('x')", b = 'from "y"', c = /import(.*)from "x"/, from = 1;
from / 2; const o = { import: 1, from: "x" }; o.import; importantThing; $import; import_;`;
  const result = await rewritten(text + "\nconst importantThing = 1, $import = 2, import_ = 3;");
  assertEquals(result.match(/(?<![\w$])import(?![\w$])/g), null);
  assertEquals(result.match(/\bfrom(?=\s*["'])/g), null);
});

Deno.test("rewriteModule() keeps the meaning of strings and properties", async () => {
  const text = `const o = { import: 1, from: "x" };
export default [o.import, o.from, "import", 'from "x"', /^import from "x"$/.test('import from "x"')];`;
  const { default: found } = await import(dataUrl(await rewritten(text)));
  assertEquals(found, [1, "x", "import", 'from "x"', true]);
});

Deno.test("rewriteModule() lets no comment name a source map", async () => {
  const result = await rewritten("//# sourceMappingURL=file:///etc/passwd\n//@ sourceURL=b.js");
  assertEquals(result.match(/[#@]\s*source/g), null);
});

Deno.test("rewriteModule() keeps the lines behind an import of several lines", async () => {
  const result = await rewritten(`import {\n  a,\n  b,\n} from "./x.js";\nlast();`);
  assertEquals(result.split("\n").indexOf("last();"), 4);
});
