import { assertEquals } from "@std/assert";
import { documentedFiles, entryFor, examplesIn, nameFiles } from "../../tools/doc_tests.ts";
import { makeFolder } from "../sandbox/folder.ts";

const MARKDOWN = `# A page

\`\`\`ts
one();
two();
\`\`\`

\`\`\`sh
not this
\`\`\`

\`\`\`ts ignore
nor this
\`\`\`

  \`\`\`\`js
  three(\`
\`\`\`);
  \`\`\`\`
`;

Deno.test("examplesIn() finds the programs of a page, each at its lines", () => {
  assertEquals(examplesIn("a.md", MARKDOWN), [
    { file: "a.md", line: 4, ending: "ts", code: "\n\n\none();\ntwo();\n" },
    { file: "a.md", line: 17, ending: "js", code: `${"\n".repeat(16)}  three(\`\n\`\`\`);\n` },
  ]);
});

const PROGRAM = `/* \`\`\`ts
no documentation
\`\`\` */
const a = 1;
  /** A short one. */
export const b = \`
 * \`\`\`ts
 * \`\`\`
\`;
/**
 * Does it.
 *
 * \`\`\`ts
 * if (a) {
 *   b();
 * }
 * \`\`\`
 */
export const c = 1;
`;

Deno.test("examplesIn() finds the examples of documentation comments, without their stars", () => {
  assertEquals(examplesIn("a.ts", PROGRAM), [
    { file: "a.ts", line: 14, ending: "ts", code: `${"\n".repeat(13)}if (a) {\n  b();\n}\n` },
  ]);
});

Deno.test("entryFor() makes a test of each example but of one that holds tests itself", () => {
  const example = { file: "docs/a.md", line: 7, ending: "ts" } as const;
  assertEquals(
    entryFor([{ ...example, code: "run();\n" }]).trimEnd(),
    [
      'Deno.test("docs/a.md:7", async () => void await import("./docs/a.md$7.ts"));',
    ].join("\n"),
  );
  const withTest = { ...example, code: '\nDeno.test("x", () => {});\n' };
  assertEquals(entryFor([withTest]), 'import "./docs/a.md$7.ts";\n');
});

Deno.test("nameFiles() names the file of an example where a message names its module", () => {
  const folder = new URL("file:///tmp/examples_1/");
  assertEquals(
    nameFiles(
      "at file:///tmp/examples_1/docs/a.md$7.ts:9:3\nCheck /tmp/examples_1/b.ts$1.js",
      folder,
    ),
    "at docs/a.md:9:3\nCheck b.ts",
  );
});

Deno.test("documentedFiles() finds pages and programs at any depth, in order", () => {
  using folder = makeFolder({
    "README.md": "",
    "docs/b.md": "",
    "docs/a/c.ts": "",
    "docs/picture.svg": "",
    "more.md": "",
  });
  const files = documentedFiles(["README.md", "docs"], new URL(`file://${folder.path}/`));
  assertEquals(files, ["README.md", "docs/a/c.ts", "docs/b.md"]);
});
