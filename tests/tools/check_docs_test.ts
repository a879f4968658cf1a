import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  checkAll,
  findGaps,
  formatGap,
  readDocumentation,
  symbolsFromC,
} from "../../tools/check_docs.ts";
import { makeFolder } from "../sandbox/folder.ts";
import { checkComments, findCommentFaults, weigh } from "../../tools/doc_weight.ts";

const example = `@example
\`\`\`ts
import { thing } from "@pnotify/pnotify";
assertEquals(thing(1), 2);
\`\`\``;

/** The gaps in a module of this text, as the Deno that runs the test documents it. */
async function gapsOf(text: string, ...fromC: string[]): Promise<string[]> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, text);
    return (await checkAll([file], new Set(fromC))).map(({ line, name, missing }) =>
      `${line} ${name}: ${missing.join(", ")}`
    );
  } finally {
    await Deno.remove(file);
  }
}

function comment(text: string): string {
  return `/**\n${text.split("\n").map((line) => ` * ${line}`).join("\n")}\n */`;
}

const described = comment(`Adds one.\n\n@param n The number.\n@returns The next.\n${example}`);

Deno.test("checkAll() is content with a function that is documented", async () => {
  const text = `${described}\nexport function thing(n: number): number {\n  return n + 1;\n}\n`;
  assertEquals(await gapsOf(text), []);
});

Deno.test("checkAll() lists all that a function lacks, with its line", async () => {
  const text = "\nexport function thing(n: number, ...rest: string[]): number {\n  return n;\n}\n";
  assertEquals(await gapsOf(text), [
    "2 thing: a summary, @param n, @param rest, @returns, @example",
  ]);
});

Deno.test("checkAll() wants no return of what returns nothing", async () => {
  const text = `${comment(`Waits.\n${example}`)}
export function thing(): void {}
${comment(`Waits for a thing.\n${example.replace("thing(1)", "thingLater()")}`)}
export function thingLater(): Promise<void> {
  return Promise.resolve();
}
`;
  assertEquals(await gapsOf(text), []);
});

Deno.test("checkAll() wants the return of a promise of something", async () => {
  const text = `${comment(`Waits.\n${example}`)}
export function thing(): Promise<number> {
  return Promise.resolve(1);
}
`;
  assertEquals(await gapsOf(text), ["9 thing: @returns"]);
});

for (
  const [what, fault, code] of [
    [
      "asserts nothing",
      "asserts nothing",
      '```ts\nimport { thing } from "@pnotify/pnotify";\nthing(1);\n```',
    ],
    ["imports nothing", "does not import the library", "```ts\nassertEquals(thing(1), 2);\n```"],
    [
      "is not run",
      "is not run: it is not marked as `ts` alone",
      '```ts ignore\nimport { thing } from "@pnotify/pnotify";\nassertEquals(thing(1), 2);\n```',
    ],
  ]
) {
  Deno.test(`checkAll() takes an example that ${what} for none, and says so`, async () => {
    const doc = comment(`Adds one.\n\n@param n The number.\n@returns The next.\n@example\n${code}`);
    const text = `${doc}\nexport function thing(n: number): number {\n  return n + 1;\n}\n`;
    assertEquals((await gapsOf(text)).map((gap) => gap.replace(/^\d+ /, "")), [
      `thing: @example (there is one that ${fault})`,
    ]);
  });
}

Deno.test("checkAll() says when the example is in another entry", async () => {
  using folder = makeFolder({
    "here.ts": "/** Waits. */\nexport function thing(): void {}\n",
    "there.ts": `${comment(`Waits.\n${example.replace("thing(1)", "[other(), thing()]")}`)}
export function other(): void {}
`,
  });
  const paths = ["here.ts", "there.ts"].map((name) => `${folder.path}/${name}`);
  assertEquals((await checkAll(paths)).map(({ name, missing }) => [name, missing]), [
    ["thing", ["@example (there is one in another entry, none in this)"]],
  ]);
});

Deno.test("checkAll() refuses a summary that says nothing", async () => {
  const text = `${comment(`A thing.\n${example}`)}
export class Thing {
  /** Makes one. */
  constructor() {}
}
`;
  assertEquals(await gapsOf(text), [
    '11 Thing.constructor: a summary that says more than "Makes one."',
  ]);
});

const calling = comment(`A thing.

@example
\`\`\`ts
import { Thing } from "@pnotify/pnotify";
assertEquals(new Thing().twice(1), 2);
\`\`\``);

const methods = `  /** Doubles a number.
   *
   * @param n The number.
   * @returns Twice the number.
   */
  twice(n: number): number {
    return 2 * n;
  }
  /** Empties it. */
  clear(): void {}
  /** Its size. */
  get size(): number {
    return 0;
  }
  private hidden(n: number): number {
    return n;
  }
}
`;

Deno.test("checkAll() takes the example of a class for each method that is called in it", async () => {
  assertEquals(await gapsOf(`${calling}\nexport class Thing {\n${methods}`), [
    "20 Thing.clear: @example",
  ]);
});

Deno.test("checkAll() takes any example of the entry point that calls a method", async () => {
  const other = comment(`Waits.\n${example.replace("thing(1)", "thing().clear()")}`);
  const text = `${calling}\nexport class Thing {\n${methods}${other}
export function thing(): Thing {
  return new Thing();
}
`;
  assertEquals(await gapsOf(text), ["37 thing: @returns"]);
});

Deno.test("checkAll() takes a class that is named in another example for shown, not one that is only imported", async () => {
  const other = (used: string) =>
    comment(`Waits.\n${example.replace("thing(1)", `[thing(), ${used}]`)}`)
      .replace("{ thing }", "{ Thing, thing }");
  const text = (used: string) =>
    `/** A thing. */\nexport class Thing {}\n${other(used)}\nexport function thing(): void {}\n`;
  assertEquals(await gapsOf(text("new Thing()")), []);
  assertEquals(await gapsOf(text("1")), ["2 Thing: @example"]);
});

Deno.test("checkAll() takes a function that is called in another example for shown", async () => {
  const text = `${comment(`Waits.\n${example.replace("thing(1)", "thing(other())")}`)}
export function thing(): void {}
/** Waits for more. */
export function other(): void {}
/** Waits for thing. */
export function thin(): void {}
`;
  assertEquals(await gapsOf(text), ["13 thin: @example"]);
});

Deno.test("checkAll() asks for the examples of an interface's methods, not for those of data", async () => {
  const text = `/** Data. */
export interface Data {
  /** A number. */
  readonly n: number;
}
/** A service. */
export interface Service {
  /** Starts it. */
  start(): void;
}
`;
  assertEquals(await gapsOf(text), ["9 Service.start: @example"]);
});

Deno.test("checkAll() wants one line about a method of an interface, and the errno of its error", async () => {
  const text = (doc: string) =>
    `${comment(`A service.\n${example.replace("thing(1)", "service.add(1)")}`)}
export interface Service {
  ${doc}
  add(n: number): number;
}
`;
  assertEquals(await gapsOf(text("/** Adds one. */")), []);
  assertEquals(await gapsOf(text("")), ["11 Service.add: a summary"]);
  assertEquals(await gapsOf(text("/** Adds one. @throws {KernelError} Never. */")), []);
  assertEquals(await gapsOf(text("/** Adds one.\n * @throws {KernelError} Always. */")), [
    "12 Service.add: an errno in @throws",
  ]);
});

Deno.test("checkAll() takes an object that implements an interface for an example of it", async () => {
  const text = `${
    comment(`A service.

@example
\`\`\`ts
import type { Service } from "@pnotify/pnotify";
const service: Service = { start: () => {} };
assertEquals(service.start.length, 0);
\`\`\``)
  }
export interface Service {
  /** Starts it. */
  start(): void;
  /** Stops it. */
  stop(): void;
}
`;
  assertEquals(await gapsOf(text), ["15 Service.stop: @example"]);
});

Deno.test("checkAll() wants a constant in some example of its entry point", async () => {
  const text = `${
    comment(example.replace("thing(1)", "USED").replace("@example", "One.\n\n@example"))
  }
export const USED = 1;
/** Two. */
export const UNUSED = 2;
`;
  assertEquals(await gapsOf(text), ["12 UNUSED: @example"]);
});

Deno.test("checkAll() asks each signature of an overloaded function, and not its body", async () => {
  const text = `${described}
export function thing(n: number): number;
/** Adds a letter. */
export function thing(n: string): string;
export function thing(n: number | string): number | string {
  return n;
}
`;
  assertEquals(await gapsOf(text), ["14 thing: @param n, @returns"]);
});

const origins = [
  ["a number of the contract", "Adds one (A27)."],
  ["the seed", "Adds one, as the seed says."],
  ["a C name", "Adds one (get_task_struct)."],
  ["a paragraph", "Adds one.\n\nOrigin: `strerror(3)`."],
];

function adding(summary: string): string {
  const doc = comment(`${summary}\n\n@param n The number.\n@returns The next.\n${example}`);
  return `${doc}\nexport function thing(n: number): number {\n  return n + 1;\n}\n`;
}

for (const [what, summary] of origins) {
  Deno.test(`checkAll() takes ${what} for the origin of what comes from C`, async () => {
    assertEquals(await gapsOf(adding(summary), "thing"), []);
  });
}

Deno.test("checkAll() wants the origin of what comes from C, and of nothing else", async () => {
  assertEquals(await gapsOf(adding("Adds one."), "thing"), ["12 thing: its origin"]);
  assertEquals(await gapsOf(adding("Adds one."), "other"), []);
});

Deno.test("checkAll() takes the origin of a class for that of its methods", async () => {
  const text = (summary: string) =>
    `${calling.replace("A thing.", summary)}\nexport class Thing {\n${methods}`;
  assertEquals(await gapsOf(text("A thing."), "Thing.twice", "Thing.clear"), [
    "16 Thing.twice: its origin",
    "20 Thing.clear: @example, its origin",
  ]);
  assertEquals(await gapsOf(text("A thing (get_thing)."), "Thing", "Thing.twice", "Thing.clear"), [
    "20 Thing.clear: @example",
  ]);
});

Deno.test("symbolsFromC() reads the last column of the glossary, methods by their class", () => {
  const table = `# Glossary

The \`table\`:

| Linux          | PAGG | here                                    |
| -------------- | ---- | --------------------------------------- |
| \`copy_process\` |      | \`copyProcess\`, \`rwLock.readLock(pid)\` |
`;
  assertEquals([...symbolsFromC(table)], ["copyProcess", "RwLock.readLock"]);
});

Deno.test("symbolsFromC() names functions, classes and methods of the library", async () => {
  const glossary = await Deno.readTextFile(new URL("../../docs/glossary.md", import.meta.url));
  const symbols = symbolsFromC(glossary);
  for (const name of ["Pnotify.register", "Kernel.fork", "defineEvents", "RwSemaphore"]) {
    assertStrictEquals(symbols.has(name), true, name);
  }
});

Deno.test("checkAll() wants options in place of a third argument", async () => {
  const doc = comment(
    `Adds.\n\n@param a One.\n@param b Two.\n@param c Three.\n@returns All.\n${example}`,
  );
  const text = (third: string) =>
    `${doc.replace("@param c", `@param ${third}`)}
export function thing(a: number, b: number, ${third}: { c: number }): number {
  return a + b + ${third}.c;
}
`;
  assertEquals(await gapsOf(text("options")), []);
  assertEquals(await gapsOf(text("rest")), ["14 thing: options: it takes 3 arguments"]);
});

Deno.test("checkAll() leaves alone what is marked as internal", async () => {
  const text = `${calling}
export class Thing {
  /**
   * @internal
   */
  constructor(a: number, b: number, c: number) {
    this.twice(a + b + c);
  }
  /**
   * Doubles a number.
   *
   * @param n The number.
   * @returns Twice the number.
   */
  twice(n: number): number {
    return 2 * n;
  }
}
`;
  assertEquals(await gapsOf(text), []);
});

Deno.test("checkAll() wants the errno of a KernelError, and of no other", async () => {
  const text = (error: string) =>
    `${comment(`Fails.\n\n@throws {${error}} Always.\n${example}`)}
export function thing(): void {}
`;
  assertEquals(await gapsOf(text("KernelError")), ["11 thing: an errno in @throws"]);
  assertEquals(await gapsOf(text("KernelError").replace("Always", "EPERM always")), []);
  assertEquals(await gapsOf(text("TypeError")), []);
});

Deno.test("checkAll() throws when there is nothing to be checked", async () => {
  await assertRejects(() => gapsOf("const secret = 1;\nsecret;\n"), Error, "exports nothing");
});

const jsDoc = { doc: "Adds one.", tags: [] };
const filename = "file:///a.ts";
const params = [{ kind: "assign", left: { kind: "identifier", name: "n" } }];
const declared = { declarationKind: "export", kind: "function", jsDoc };

Deno.test("findGaps() sees the same in both formats of deno doc", () => {
  const first = {
    version: 1,
    nodes: [
      { name: "", kind: "moduleDoc", declarationKind: "export", location: { filename, line: 1 } },
      {
        ...declared,
        name: "thing",
        location: { filename, line: 8 },
        functionDef: {
          params,
          returnType: { repr: "Promise", typeRef: { typeParams: [{ repr: "void" }] } },
        },
      },
    ],
  };
  const second = {
    version: 2,
    nodes: {
      [filename]: {
        symbols: [{
          name: "thing",
          declarations: [{
            ...declared,
            location: { filename, line: 7 },
            def: {
              params,
              returnType: { repr: "Promise", value: { typeParams: [{ repr: "void" }] } },
            },
          }],
        }],
      },
    },
  };
  const gaps = [first, second].map((json) =>
    readDocumentation(json).flatMap((module) => findGaps(module))
  );
  assertEquals(gaps[0], gaps[1]);
  assertEquals(gaps[0].map(formatGap), ["file:///a.ts:8 thing: @param n, @example"]);
});

Deno.test("readDocumentation() throws for a format that it does not know", () => {
  assertThrows(() => readDocumentation({ version: 3, nodes: {} }), TypeError, "its format is 3");
});

Deno.test("formatGap() gives one line", () => {
  const gap = { file: "kernel/pid.ts", line: 7, name: "find", missing: ["a summary", "@returns"] };
  assertStrictEquals(formatGap(gap), "kernel/pid.ts:7 find: a summary, @returns");
});

Deno.test("weigh() counts every line of a comment, and none that is blank", () => {
  const source = `/**
 * Adds one.
 *
 * @internal
 */
export function thing(n: number): number {

  // Why.
  return n + 1; // Not counted: it lies behind code.
}
/** One line. */
/* And
another. */
`;
  const { documentation, code, comments } = weigh(source);
  assertEquals([documentation, code], [9, 3]);
  assertEquals(comments[0], { line: 1, lines: ["", "Adds one.", "", "@internal", ""] });
  assertEquals(comments.slice(1), [
    { line: 8, lines: ["Why."] },
    { line: 11, lines: ["One line."] },
    { line: 12, lines: ["And", "another."] },
  ]);
});

Deno.test("findCommentFaults() refuses as much documentation as code, in a light folder", () => {
  const source = "// Why.\nconst one = 1;\n";
  assertEquals(findCommentFaults("kernel/pid.ts", source), [
    'Cannot keep the documentation of "kernel/pid.ts": it has 1 lines for 1 lines of code, ' +
    "fewer than the code are wanted",
  ]);
  assertEquals(findCommentFaults("kernel/pid.ts", `${source}const two = 2;\n`), []);
  assertEquals(findCommentFaults("bench/pid.ts", source), []);
});

const code = "const one = 1;\n".repeat(20);

Deno.test("findCommentFaults() refuses an example of what is internal", () => {
  const internal = comment(`Adds one.\n\n@internal\n${example}`);
  assertEquals(findCommentFaults("kernel/pid.ts", code + internal), [
    'Cannot keep the example at "kernel/pid.ts:21": its symbol is internal, no example is wanted',
  ]);
  const apart = `${comment("Adds one.\n\n@internal")}\n${comment(`Adds two.\n\n${example}`)}`;
  assertEquals(findCommentFaults("kernel/pid.ts", code + apart), []);
});

Deno.test("findCommentFaults() refuses an origin that says nothing", () => {
  assertEquals(findCommentFaults("a.ts", comment("Adds one.\n\nOrigin: our own.")), [
    'Cannot keep the origin at "a.ts:1": it says nothing, a C name or no origin is wanted',
  ]);
  assertEquals(
    findCommentFaults("a.ts", comment("Adds one.\n\nOrigin: our own, after WARN().")).length,
    1,
  );
  assertEquals(findCommentFaults("a.ts", comment("Adds one.\n\nOrigin: WARN().")), []);
});

Deno.test("checkComments() finds nothing in the library", () => {
  assertEquals(checkComments(), []);
});
