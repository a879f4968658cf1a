import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { checkAll, findGaps, formatGap, readDocumentation } from "../../tools/check_docs.ts";

const example = `@example
\`\`\`ts
import { thing } from "@pnotify/pnotify";
assertEquals(thing(1), 2);
\`\`\``;

/** The gaps in a module of this text, as the Deno that runs the test documents it. */
async function gapsOf(text: string): Promise<string[]> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, text);
    return (await checkAll([file])).map(({ line, name, missing }) =>
      `${line} ${name}: ${missing.join(", ")}`
    );
  } finally {
    await Deno.remove(file);
  }
}

/** A comment whose first line also says where the thing comes from. */
function comment(text: string): string {
  return commentWithoutOrigin(text.replace(/(?=\n|$)/, " Origin: our own."));
}

function commentWithoutOrigin(text: string): string {
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
    "2 thing: a summary, @param n, @param rest, @returns, its origin, @example",
  ]);
});

Deno.test("checkAll() wants no return of what returns nothing", async () => {
  const text = `${comment(`Waits.\n${example}`)}
export function thing(): void {}
${comment(`Waits for a thing.\n${example}`)}
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
  const [what, code] of [
    ["asserts nothing", '```ts\nimport { thing } from "@pnotify/pnotify";\nthing(1);\n```'],
    ["imports nothing", "```ts\nassertEquals(thing(1), 2);\n```"],
    [
      "is not run",
      '```ts ignore\nimport { thing } from "@pnotify/pnotify";\nassertEquals(thing(1), 2);\n```',
    ],
  ]
) {
  Deno.test(`checkAll() takes an example that ${what} for none`, async () => {
    const doc = comment(`Adds one.\n\n@param n The number.\n@returns The next.\n@example\n${code}`);
    const text = `${doc}\nexport function thing(n: number): number {\n  return n + 1;\n}\n`;
    assertEquals((await gapsOf(text)).map((gap) => gap.replace(/^\d+ /, "")), ["thing: @example"]);
  });
}

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

Deno.test("checkAll() takes the example of a class for that of a method that is called in it", async () => {
  const text = `${calling}
export class Thing {
  /** Doubles a number.
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
  assertEquals(await gapsOf(text), ["20 Thing.clear: @example"]);
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

for (
  const [what, summary] of [
    ["a number of the contract", "Adds one (A27)."],
    ["the seed", "Adds one, as the seed says."],
    ["a C name", "Adds one (get_task_struct)."],
  ]
) {
  Deno.test(`checkAll() takes ${what} for the origin`, async () => {
    const doc = commentWithoutOrigin(
      `${summary}\n\n@param n The number.\n@returns The next.\n${example}`,
    );
    const text = `${doc}\nexport function thing(n: number): number {\n  return n + 1;\n}\n`;
    assertEquals(await gapsOf(text), []);
  });
}

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
  const gaps = [first, second].map((json) => readDocumentation(json).flatMap(findGaps));
  assertEquals(gaps[0], gaps[1]);
  assertEquals(gaps[0].map(formatGap), ["file:///a.ts:8 thing: @param n, its origin, @example"]);
});

Deno.test("readDocumentation() throws for a format that it does not know", () => {
  assertThrows(() => readDocumentation({ version: 3, nodes: {} }), TypeError, "its format is 3");
});

Deno.test("formatGap() gives one line", () => {
  const gap = { file: "kernel/pid.ts", line: 7, name: "find", missing: ["a summary", "@returns"] };
  assertStrictEquals(formatGap(gap), "kernel/pid.ts:7 find: a summary, @returns");
});
