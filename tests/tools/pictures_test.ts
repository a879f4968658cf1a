import { assert, assertEquals, assertThrows } from "@std/assert";
import { drawAll, pictures } from "../../tools/pictures.ts";
import { piecesOf, terminalSvg } from "../../tools/terminal_svg.ts";

const PLAIN = { color: null, bold: false, dim: false };

Deno.test("piecesOf() takes control codes for looks, and spaces for columns", () => {
  assertEquals(piecesOf("\x1b[1mab\x1b[22m c  d"), [
    { ...PLAIN, bold: true, column: 0, text: "ab" },
    { ...PLAIN, column: 3, text: "c" },
    { ...PLAIN, column: 6, text: "d" },
  ]);
});

Deno.test("piecesOf() keeps single spaces inside a piece", () => {
  assertEquals(piecesOf("  one two"), [{ ...PLAIN, column: 2, text: "one two" }]);
});

Deno.test("piecesOf() gives a line of spaces no piece", () => {
  assertEquals(piecesOf("   "), []);
});

Deno.test("piecesOf() refuses a code that the program does not use", () => {
  assertThrows(() => piecesOf("\x1b[45mx"), TypeError, 'Cannot draw code "45"');
});

Deno.test("terminalSvg() escapes what would be markup", () => {
  const svg = terminalSvg(["a <b> & c"], "x < y");
  assert(svg.includes(">a &lt;b&gt; &amp; c</text>"));
  assert(svg.includes("<title>x &lt; y</title>"));
});

Deno.test("terminalSvg() is as wide as the longest line, and as high as there are lines", () => {
  assert(terminalSvg(["abc", "abcdefghij"], "").includes('width="112" height="68"'));
});

Deno.test("drawAll() draws every picture, and the same twice", async () => {
  const first = await drawAll();
  assertEquals([...first.keys()], pictures.map(({ file }) => file));
  assertEquals(await drawAll(), first);
});
