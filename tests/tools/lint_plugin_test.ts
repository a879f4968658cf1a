import { assert, assertEquals } from "@std/assert";
import plugin, { pluginFor } from "../../tools/lint/plugin.ts";

const house = pluginFor("/house");

/** One file that a rule looks at, and what it must say about it: nothing when `found` is left out. */
interface Case {
  /** The rest of the test's name. */
  readonly when: string;
  /** Where the file lies. */
  readonly path?: string;
  readonly source: string;
  /** What each message says was tried, `Cannot ...`, without the reason. */
  readonly found?: readonly string[];
}

function messages(rule: string, path: string, source: string): string[] {
  return Deno.lint.runPlugin(house, `/house/${path}`, source)
    .filter((diagnostic) => diagnostic.id === `pnotify/${rule}`)
    .map((diagnostic) => diagnostic.message);
}

function testRule(rule: string, cases: readonly Case[]): void {
  for (const { when, path = "kernel/fork.ts", source, found = [] } of cases) {
    const [first = "nothing", ...others] = found.map((tried) => tried.replace(/^Cannot \w+ /, ""));
    const does = `reports ${first}${others.length === 0 ? "" : ` and ${others.length} more`}`;
    Deno.test(`pnotify/${rule} ${does} when ${when}`, () => {
      const tried = messages(rule, path, source).map((message) =>
        message.slice(0, message.indexOf(` in ${path}: `))
      );
      assertEquals(tried, [...found]);
    });
  }
}

/** The whole message once for each rule: layer, what was found, what is wanted. */
function testMessage(rule: string, path: string, source: string, message: string): void {
  Deno.test(`pnotify/${rule} reports layer, find and wish when ${path} breaks it`, () => {
    assertEquals(messages(rule, path, source), [message]);
  });
}

function lines(count: number): string {
  return "  step();\n".repeat(count);
}

// layers

testMessage(
  "layers",
  "kernel/fork.ts",
  'import { Registry } from "../pnotify/registry.ts";',
  'Cannot import "../pnotify/registry.ts" in kernel/fork.ts: pnotify/registry.ts is in layer ' +
    "pnotify, layer kernel may import only kernel",
);

const imports = (...specifiers: string[]) =>
  specifiers.map((specifier, index) => `import { a as a${index} } from "${specifier}";`).join("\n");

testRule("layers", [
  { when: "kernel imports kernel", source: imports("./task.ts", "../kernel/pid.ts") },
  {
    when: "kernel imports every other layer",
    source: imports("../modules/job.ts", "../replay/map.ts", "../runner/main.ts", "../mod.ts"),
    found: [
      'Cannot import "../modules/job.ts"',
      'Cannot import "../replay/map.ts"',
      'Cannot import "../runner/main.ts"',
      'Cannot import "../mod.ts"',
    ],
  },
  {
    when: "pnotify imports kernel and itself",
    path: "pnotify/registry.ts",
    source: imports("../kernel/task.ts", "./events.ts"),
  },
  {
    when: "pnotify imports a module",
    path: "pnotify/registry.ts",
    source: imports("../modules/job.ts"),
    found: ['Cannot import "../modules/job.ts"'],
  },
  {
    when: "a module imports kernel, pnotify and another module",
    path: "modules/csa.ts",
    source: imports("../kernel/mod.ts", "../pnotify/mod.ts", "./job.ts"),
  },
  {
    when: "a module imports replay",
    path: "modules/csa.ts",
    source: imports("../replay/map.ts"),
    found: ['Cannot import "../replay/map.ts"'],
  },
  {
    when: "replay imports kernel and pnotify",
    path: "replay/map.ts",
    source: imports("../kernel/mod.ts", "../pnotify/mod.ts", "./formats/perf.ts"),
  },
  {
    when: "replay imports a module",
    path: "replay/map.ts",
    source: imports("../modules/job.ts"),
    found: ['Cannot import "../modules/job.ts"'],
  },
  {
    when: "runner imports everything before it",
    path: "runner/main.ts",
    source: imports(
      "../kernel/mod.ts",
      "../pnotify/mod.ts",
      "../modules/job.ts",
      "../replay/map.ts",
      "../mod.ts",
      "../deno.json",
      "yaml",
    ),
  },
  {
    when: "mod.ts imports kernel and pnotify",
    path: "mod.ts",
    source: imports("./kernel/mod.ts", "./pnotify/mod.ts"),
  },
  {
    when: "mod.ts imports a module",
    path: "mod.ts",
    source: imports("./modules/job.ts"),
    found: ['Cannot import "./modules/job.ts"'],
  },
  {
    when: "runner imports tests, bench and tools",
    path: "runner/main.ts",
    source: imports("../tests/a.ts", "../bench/a.ts", "../tools/a.ts"),
    found: [
      'Cannot import "../tests/a.ts"',
      'Cannot import "../bench/a.ts"',
      'Cannot import "../tools/a.ts"',
    ],
  },
  {
    when: "a folder without a layer imports a test",
    path: "docs/page.ts",
    source: imports("../tests/a.ts"),
    found: ['Cannot import "../tests/a.ts"'],
  },
  {
    when: "a test imports anything",
    path: "tests/kernel/fork_test.ts",
    source: imports("../../tools/lint/house.ts", "../../bench/chain.ts", "@std/assert"),
  },
  {
    when: "a benchmark imports anything but tests",
    path: "bench/lifecycle_bench.ts",
    source: imports("../mod.ts", "../modules/job.ts", "../runner/main.ts", "../tests/model.ts"),
    found: ['Cannot import "../tests/model.ts"'],
  },
  {
    when: "a tool imports a tool and a runner file",
    path: "tools/ok.ts",
    source: imports("./with_std.ts", "./lint/plugin.ts", "../runner/main.ts"),
    found: ['Cannot import "../runner/main.ts"'],
  },
  {
    when: "a tool imports the package by its name",
    path: "tools/ok.ts",
    source: imports("@pnotify/pnotify"),
    found: ['Cannot import "@pnotify/pnotify"'],
  },
  {
    when: "an example imports the package and another example",
    path: "examples/hello/main.ts",
    source: imports("@pnotify/pnotify", "@pnotify/pnotify/kernel", "../shared.ts"),
  },
  {
    when: "an example reaches into the library",
    path: "examples/hello/main.ts",
    source: imports("../../mod.ts", "yaml"),
    found: ['Cannot import "../../mod.ts"', 'Cannot import "yaml"'],
  },
  {
    when: "the import is a re-export",
    source: 'export * from "../pnotify/a.ts";\nexport { b } from "../pnotify/b.ts";',
    found: ['Cannot import "../pnotify/a.ts"', 'Cannot import "../pnotify/b.ts"'],
  },
  {
    when: "the import is dynamic",
    source: 'await import("../pnotify/a.ts"); await import(`../pnotify/b.ts`);',
    found: ['Cannot import "../pnotify/a.ts"', 'Cannot import "../pnotify/b.ts"'],
  },
  {
    when: "the import is of types only",
    source:
      'import type { A } from "../pnotify/a.ts";\nimport { type B } from "../pnotify/b.ts";\n' +
      'type C = import("../pnotify/c.ts").C;\ntype D = typeof import("../pnotify/d.ts");',
    found: [
      'Cannot import "../pnotify/a.ts"',
      'Cannot import "../pnotify/b.ts"',
      'Cannot import "../pnotify/c.ts"',
      'Cannot import "../pnotify/d.ts"',
    ],
  },
  {
    when: "a path goes out and in again",
    source: imports("../kernel/../pnotify/a.ts", ".././pnotify/b.ts"),
    found: ['Cannot import "../kernel/../pnotify/a.ts"', 'Cannot import ".././pnotify/b.ts"'],
  },
  {
    when: "a path leaves the repository",
    source: imports("../../elsewhere/a.ts"),
    found: ['Cannot import "../../elsewhere/a.ts"'],
  },
  {
    when: "what checks modules imports kernel and pnotify",
    path: "check/explore.ts",
    source: imports("../kernel/kernel.ts", "../pnotify/boot.ts", "./schedule.ts"),
  },
  {
    when: "pnotify imports what checks it",
    path: "pnotify/boot.ts",
    source: imports("../check/explore.ts"),
    found: ['Cannot import "../check/explore.ts"'],
  },
  {
    when: "a module imports what checks it",
    path: "modules/widget.ts",
    source: imports("../check/sweep.ts"),
    found: ['Cannot import "../check/sweep.ts"'],
  },
]);

// inner-no-packages

testMessage(
  "inner-no-packages",
  "modules/job.ts",
  'import { parse } from "yaml";',
  'Cannot import "yaml" in modules/job.ts: layer modules has no dependencies, a relative path ' +
    'such as "./errno.ts" is wanted',
);

testRule("inner-no-packages", [
  { when: "every import is relative", source: imports("./task.ts", "../pnotify/mod.ts") },
  {
    when: "kernel imports packages, built-ins and URLs",
    source: imports("yaml", "npm:yaml", "jsr:@std/assert", "node:fs", "https://a.example/b.ts"),
    found: [
      'Cannot import "yaml"',
      'Cannot import "npm:yaml"',
      'Cannot import "jsr:@std/assert"',
      'Cannot import "node:fs"',
      'Cannot import "https://a.example/b.ts"',
    ],
  },
  {
    when: "kernel imports an absolute path and an alias",
    source: imports("/kernel/task.ts", "#kernel"),
    found: ['Cannot import "/kernel/task.ts"', 'Cannot import "#kernel"'],
  },
  {
    when: "a package gives types only",
    source: 'import type { A } from "npm:a";\ntype B = import("npm:b").B;',
    found: ['Cannot import "npm:a"', 'Cannot import "npm:b"'],
  },
  {
    when: "a dynamic import computes its specifier",
    path: "replay/map.ts",
    source: "await import(name); await import(`./${name}.ts`);",
    found: ["Cannot import a computed specifier", "Cannot import a computed specifier"],
  },
  { when: "the runner imports a package", path: "runner/main.ts", source: imports("yaml") },
]);

// inner-no-host

testMessage(
  "inner-no-host",
  "kernel/clock.ts",
  "export const now = () => Date.now();",
  'Cannot use "Date" in kernel/clock.ts: in layer kernel it would be a clock or timer of the ' +
    "host, the virtual clock of the kernel is wanted",
);

testRule("inner-no-host", [
  {
    when: "Deno is used as a value and as a type",
    source: 'Deno.exit(1); type Info = Deno.FileInfo; const d = globalThis["Deno"];',
    found: ['Cannot use "Deno"', 'Cannot use "Deno"', 'Cannot use "globalThis"'],
  },
  {
    when: "a Node global is used",
    source: 'process.exit(1); Buffer.from(""); require("fs");',
    found: ['Cannot use "process"', 'Cannot use "Buffer"', 'Cannot use "require"'],
  },
  {
    when: "a browser global is used",
    source: "window.alert; navigator.userAgent;",
    found: ['Cannot use "window"', 'Cannot use "navigator"'],
  },
  {
    when: "a clock or a timer is used",
    source: "new Date(); performance.now(); setTimeout(f); setInterval(f); queueMicrotask(f); " +
      "requestAnimationFrame(f);",
    found: [
      'Cannot use "Date"',
      'Cannot use "performance"',
      'Cannot use "setTimeout"',
      'Cannot use "setInterval"',
      'Cannot use "queueMicrotask"',
      'Cannot use "requestAnimationFrame"',
    ],
  },
  {
    when: "randomness is used",
    source:
      'Math.random(); Math["random"](); const { random } = Math; (Math as M)?.random(); crypto.randomUUID();',
    found: [
      'Cannot use "Math.random"',
      'Cannot use "Math.random"',
      'Cannot use "Math.random"',
      'Cannot use "Math.random"',
      'Cannot use "crypto"',
    ],
  },
  {
    when: "console, fetch and import.meta are used",
    source: "console.log(1); fetch(url); import.meta.url;",
    found: ['Cannot use "console"', 'Cannot use "fetch"', 'Cannot use "import.meta"'],
  },
  {
    when: "text depends on the locale",
    source:
      "names.sort((a, b) => a.localeCompare(b)); count.toLocaleString(); new Intl.Collator();",
    found: [
      'Cannot use "localeCompare"',
      'Cannot use "toLocaleString"',
      'Cannot use "Intl"',
    ],
  },
  {
    when: "a global is handed on, not called",
    source:
      "const clock = { Date, now: performance }; export { setTimeout as later }; f(...[fetch]);",
    found: [
      'Cannot use "Date"',
      'Cannot use "performance"',
      'Cannot use "setTimeout"',
      'Cannot use "fetch"',
    ],
  },
  {
    when: "an ambient declaration pretends that a global is ours",
    source: "declare const process: unknown; process;",
    found: ['Cannot use "process"'],
  },
  {
    when: "a type of the same name is declared and the value used",
    source: "interface Date { day: number } function f(d: Date): Date { return new Date(); }",
    found: ['Cannot use "Date"'],
  },
  {
    when: "the name is in scope in one function and used in another",
    source: "function f(process: Task) { process.pid; } function g() { process.pid; }",
    found: ['Cannot use "process"'],
  },
  {
    when: "nothing near by declares the name",
    source:
      "class A { static { fetch(); } } for (;;) fetch(); try { f(); } catch { fetch(); } export default fetch; const [, a] = b;",
    found: [
      'Cannot use "fetch"',
      'Cannot use "fetch"',
      'Cannot use "fetch"',
      'Cannot use "fetch"',
    ],
  },
  {
    when: "a variable of ours has the name",
    source: `import { fetch } from "./fetch.ts";
      function f({ process }: A, [window]: B, ...self: C) { process.pid; window.x; self.y; fetch(); }
      for (const process of tasks) process.pid;
      for (let location = 0; location < 3; location++) {}
      try { f(); } catch (document) { document; }
      const g = (global = 1) => global;
      switch (a) { case 1: { const crypto = 1; crypto; } }
      class Worker { static { const prompt = 1; prompt; } }
      const h = function confirm() { confirm(); };
      new Worker();`,
  },
  {
    when: "a member, a key, a label or a parameter of a type has the name",
    source: `task.process; task?.Date; const o = { Date: 1, process() {} };
      const { Date: day } = o;
      class A { process = 1; get window() { return this.process; } }
      interface B { process: Task; fetch(self: Task): void; (window: W): void; [crypto: string]: C }
      type F = (process: Task) => void; type G = new (self: T) => A; type H = [location: string];
      location: for (;;) break location;
      export { a as process } from "./a.ts";`,
  },
  { when: "Math is used for arithmetic", source: "Math.max(1, 2); const { min } = Math;" },
  { when: "new.target is used", source: "function F() { return new.target; }" },
  {
    when: "a module has a clock",
    path: "modules/job.ts",
    source: "Date.now();",
    found: ['Cannot use "Date"'],
  },
  {
    when: "mod.ts has a clock",
    path: "mod.ts",
    source: "Date.now();",
    found: ['Cannot use "Date"'],
  },
  { when: "the runner uses its host", path: "runner/main.ts", source: "Deno.exit(Date.now());" },
  { when: "a test uses its host", path: "tests/kernel/a_test.ts", source: "Deno.test(f);" },
]);

// inner-node20

testMessage(
  "inner-node20",
  "pnotify/track.ts",
  "function f() { using guard = lock(); }",
  'Cannot use "using" in pnotify/track.ts: layer pnotify also loads in Node 20, which has none ' +
    "of it, try and finally are wanted",
);

testRule("inner-node20", [
  {
    when: "using stands in a block, a loop and with await",
    source: "{ using a = f(); await using b = f(); for (using c of d) {} }",
    found: ['Cannot use "using"', 'Cannot use "await using"', 'Cannot use "using"'],
  },
  {
    when: "a new static function is taken",
    source: `Object.groupBy(a, f); Map.groupBy(a, f); Promise.withResolvers(); Promise.try(f);
      Array.fromAsync(a); RegExp.escape(s); Error.isError(e); Math.sumPrecise(a);
      const { fromBase64 } = Uint8Array;`,
    found: [
      'Cannot use "Object.groupBy"',
      'Cannot use "Map.groupBy"',
      'Cannot use "Promise.withResolvers"',
      'Cannot use "Promise.try"',
      'Cannot use "Array.fromAsync"',
      'Cannot use "RegExp.escape"',
      'Cannot use "Error.isError"',
      'Cannot use "Math.sumPrecise"',
      'Cannot use "Uint8Array.fromBase64"',
    ],
  },
  {
    when: "a new global is used",
    source: `Iterator.from(a); class A extends Iterator {} new DisposableStack();
      new AsyncDisposableStack(); e instanceof SuppressedError; new Float16Array(1);
      Temporal.Now;`,
    found: [
      'Cannot use "Iterator"',
      'Cannot use "Iterator"',
      'Cannot use "DisposableStack"',
      'Cannot use "AsyncDisposableStack"',
      'Cannot use "SuppressedError"',
      'Cannot use "Float16Array"',
      'Cannot use "Temporal"',
    ],
  },
  {
    when: "a new method is called",
    source: `a.union(b); this.pids.isSubsetOf(b); a?.difference(b); a["intersection"](b);
      bytes.toHex(); map.getOrInsert(k, v);`,
    found: [
      'Cannot use the method "union"',
      'Cannot use the method "isSubsetOf"',
      'Cannot use the method "difference"',
      'Cannot use the method "intersection"',
      'Cannot use the method "toHex"',
      'Cannot use the method "getOrInsert"',
    ],
  },
  {
    when: "a method of the same name is ours",
    source: `import * as sets from "./sets.ts"; sets.union(a, b);
      mask.difference(other); this.union(b); super.toHex();
      class Mask { difference(other: Mask): Mask { return other; } }`,
  },
  {
    when: "an iterator helper is called",
    source: "map.values().map(f); this.map?.keys()!.filter(f); text.matchAll(r).toArray(); " +
      "list[Symbol.iterator]().take(3);",
    found: [
      'Cannot use the iterator helper "map"',
      'Cannot use the iterator helper "filter"',
      'Cannot use the iterator helper "toArray"',
      'Cannot use the iterator helper "take"',
    ],
  },
  {
    when: "an array method only looks like an iterator helper",
    source: "Object.values(o).map(f); [...map.values()].map(f); list.map(f); this.values().map(f);",
  },
  {
    when: "an import is deferred or of a source",
    source: 'import defer * as a from "./a.ts";\nimport source b from "./b.wasm";',
    found: ['Cannot use "import defer"', 'Cannot use "import source"'],
  },
  {
    when: "an import is called defer or source",
    source: 'import defer from "./a.ts";\nimport source, { b } from "./b.ts";\n' +
      'import { defer as c } from "./c.ts";\nimport * as source2 from "./d.ts";',
  },
  {
    when: "a regular expression repeats a group name or holds modifiers",
    source: "/(?<year>\\d+)-|(?<year>\\d+)/; /a(?i:b)/; /a(?i-m:b)/; /(?-i:b)/i;",
    found: [
      "Cannot use a group name twice in a regular expression",
      "Cannot use modifiers inside a regular expression",
      "Cannot use modifiers inside a regular expression",
      "Cannot use modifiers inside a regular expression",
    ],
  },
  {
    when: "a regular expression is what Node 20 has",
    source: "/[\\p{L}--a]/v; /(?<a>x)(?<b>y)\\k<a>/; /(?<=a)(?<!b)(?:c)(?=d)(?!e)/; " +
      "/[(?<a>][(?<a>]/; /\\(?<a>\\(?<a>/; /(?<$>a)/d;",
  },
  {
    when: "a library function is as old as Node 20",
    source: "list.toSorted(f).with(0, 1).toReversed().toSpliced(0, 1); text.isWellFormed(); " +
      "list.findLast(f); Object.hasOwn(o, k); structuredClone(o); Symbol.dispose; list.at(-1);",
  },
  {
    when: "Iterator and Disposable are types",
    source: "class A implements Iterator<number> { b?: Iterator<string>; c?: Disposable }",
  },
  {
    when: "the runner uses using",
    path: "runner/main.ts",
    source: "{ using a = f(); a.union(b); }",
  },
]);

// erasable-only

testMessage(
  "erasable-only",
  "kernel/task.ts",
  "enum State { Running }",
  "Cannot use an enum in kernel/task.ts: in layer kernel stripping the types must leave " +
    "JavaScript, a frozen table or a union of literals is wanted",
);

testRule("erasable-only", [
  {
    when: "an enum has code",
    source: "enum A { B } const enum C { D } export enum E { F }",
    found: ["Cannot use an enum", "Cannot use an enum", "Cannot use an enum"],
  },
  {
    when: "a namespace has code",
    source: "namespace A { export const b = 1; } namespace B.C { f(); }",
    found: ["Cannot use a namespace", "Cannot use a namespace"],
  },
  {
    when: "a constructor declares fields",
    source: "class A { constructor(private b: number, readonly c = 1) {} }",
    found: ["Cannot use a parameter property", "Cannot use a parameter property"],
  },
  {
    when: "a class has decorators and accessor fields",
    source: "@a class B { accessor e = 1; @c() d() {} }",
    found: ["Cannot use an accessor field", "Cannot use a decorator", "Cannot use a decorator"],
  },
  {
    when: "an import or export has an equals sign",
    source: 'import a = require("a"); import b = a.b; export = b;',
    found: ['Cannot use "import ... ="', 'Cannot use "import ... ="', 'Cannot use "export ="'],
  },
  {
    when: "a type stands in angle brackets",
    source: "const a = <number> b;",
    found: ["Cannot use a type in angle brackets"],
  },
  {
    when: "all of the types can be erased",
    source:
      `declare global { interface A {} } declare enum B { C } declare namespace D { const e: 1 }
      abstract class F<T> { declare g: T; private readonly h = 1; abstract i(): void;
      constructor(j: number) {} } const k = l as unknown as F<1>; m!.n; o satisfies P;
      function q(this: R, s?: T): s is U; type V = import("./w.ts").X;`,
  },
  { when: "the runner has an enum", path: "runner/main.ts", source: "enum A { B }" },
]);

// kernel-sync

testMessage(
  "kernel-sync",
  "kernel/wait.ts",
  "export async function wait() {}",
  "Cannot use an async function in kernel/wait.ts: every call in layer kernel runs to " +
    "completion, a plain function or Pending is wanted",
);

testRule("kernel-sync", [
  {
    when: "functions of every form are async",
    path: "pnotify/registry.ts",
    source: "async function f() {} const g = async () => {}; const h = async function () {}; " +
      "class A { async b() {} } const o = { async c() {} };",
    found: [
      "Cannot use an async function",
      "Cannot use an async function",
      "Cannot use an async function",
      "Cannot use an async function",
      "Cannot use an async function",
    ],
  },
  {
    when: "functions of every form are generators",
    source:
      "function* f() {} const g = function* () {}; class A { *b() {} *[Symbol.iterator]() {} }",
    found: [
      "Cannot use a generator",
      "Cannot use a generator",
      "Cannot use a generator",
      "Cannot use a generator",
    ],
  },
  {
    when: "the file itself waits",
    source: 'await f(); for await (const a of b) {} await import("./a.ts");',
    found: [
      'Cannot use "await"',
      'Cannot use "for await"',
      'Cannot use "await"',
      'Cannot use "import()"',
    ],
  },
  {
    when: "a promise is made or named",
    source:
      "new Promise(f); Promise.resolve(1); function g(): Promise<void> {} type A = PromiseLike<1>;",
    found: [
      'Cannot use "Promise"',
      'Cannot use "Promise"',
      'Cannot use "Promise"',
      'Cannot use "PromiseLike"',
    ],
  },
  {
    when: "everything is a plain function",
    source: "function f(a: Iterable<number>) { for (const b of a) g(b); } const h = () => f([]); " +
      "type Promised = { then?: unknown };",
  },
  { when: "a module is async", path: "modules/job.ts", source: "async function f() {}" },
]);

// function-length

testMessage(
  "function-length",
  "replay/map.ts",
  `function map() {\n${lines(69)}}`,
  'Cannot keep function "map" in replay/map.ts: it has 71 lines, layer replay wants at most 70',
);

testRule("function-length", [
  { when: "a function has 70 lines", source: `function copyProcess() {\n${lines(68)}}` },
  {
    when: "a method, an arrow and a member have 71 lines",
    source: `class A { fork() {\n${lines(69)}} #exec() {\n${lines(69)}} }
      const exit = () => {\n${lines(69)}};
      const o = { wait: function () {\n${lines(69)}} };`,
    found: [
      'Cannot keep function "fork"',
      'Cannot keep function "#exec"',
      'Cannot keep function "exit"',
      'Cannot keep function "wait"',
    ],
  },
  {
    when: "a function without a name has 71 lines",
    path: "runner/main.ts",
    source: `call(() => {\n${lines(69)}});`,
    found: ['Cannot keep function "anonymous"'],
  },
  { when: "a test has 71 lines", path: "tests/a_test.ts", source: `function f() {\n${lines(69)}}` },
  { when: "a benchmark has 71 lines", path: "bench/a.ts", source: `function f() {\n${lines(69)}}` },
]);

// error-text

testMessage(
  "error-text",
  "kernel/fork.ts",
  'throw new KernelError("EAGAIN", "Cannot fork: the limit is reached.");',
  'Cannot accept error text "Cannot fork: the limit is reached." in kernel/fork.ts: an end ' +
    "without a period is wanted in layer kernel",
);

testRule("error-text", [
  {
    when: "a message is as the house wants it",
    source: 'new KernelError("EPERM", "Cannot kill: it is init\'s task (EPERM)"); ' +
      'new KernelBug("Lock dropped twice"); new KernelError("EPERM"); new KernelBug(text); ' +
      'new KernelBug(`${lock} is held`); new KernelBug("Cannot go on...");',
  },
  {
    when: "a message ends with a period",
    source: 'new KernelBug("Lock dropped."); new KernelBug(`Lock ${name} dropped. `); ' +
      'new KernelBug("Lock " + name + " dropped.");',
    found: [
      'Cannot accept error text "Lock dropped."',
      'Cannot accept error text "Lock ${} dropped. "',
      'Cannot accept error text "Lock ${} dropped."',
    ],
  },
  {
    when: "a message has a contraction",
    source:
      'new KernelBug("Cannot fork: it isn\'t alive"); new KernelBug("Cannot fork: they’re dead");',
    found: [
      'Cannot accept error text "Cannot fork: it isn\'t alive"',
      'Cannot accept error text "Cannot fork: they’re dead"',
    ],
  },
  {
    when: "a message begins in lower case",
    source: 'new KernelError("ESRCH", "no such task"); new KernelBug(`lock ${name}`);',
    found: [
      'Cannot accept error text "no such task"',
      'Cannot accept error text "lock ${}"',
    ],
  },
  {
    when: "the parts of a message are as the house wants them",
    source: 'new KernelError("EBUSY", { action: "register module", name: "Job.", ' +
      'found: "the name is taken", wanted: "a free name is wanted" });',
  },
  {
    when: "a part of a message is not",
    source: 'new KernelError("EBUSY", { action: "Register module", found: "it isn\'t free", ' +
      "wanted: `a name but ${name}.` });",
    found: [
      'Cannot accept error text "Register module"',
      'Cannot accept error text "it isn\'t free"',
      'Cannot accept error text "a name but ${}."',
    ],
  },
  {
    when: "a built-in error has a bad message",
    path: "runner/main.ts",
    source: 'new Error("no file."); new TypeError("A file isn\'t there"); new RangeError("Good");',
    found: [
      'Cannot accept error text "no file."',
      'Cannot accept error text "A file isn\'t there"',
    ],
  },
  { when: "a class of another name has a bad text", source: 'new Report("no file.");' },
  { when: "a test has a bad text", path: "tests/a_test.ts", source: 'new Error("boom.");' },
]);

// no-module-state

testMessage(
  "no-module-state",
  "kernel/pid.ts",
  "let nextPid = 1;",
  'Cannot keep "nextPid" in kernel/pid.ts: it is a variable that every kernel would share, in ' +
    "layer kernel a frozen constant or a field of the kernel is wanted",
);

testRule("no-module-state", [
  {
    when: "a module has variables",
    source: "let a = 1; var b; export let c: number;",
    found: ['Cannot keep "a"', 'Cannot keep "b"', 'Cannot keep "c"'],
  },
  {
    when: "a module has collections to fill",
    source: "const a = new Map<string, number>(); export const b = new Set(); " +
      "const c = new WeakMap(), d = new WeakSet(); const e: Task[] = []; const f = {}; " +
      "const g = new Array(8); const h = {} as Table; const i = Object.create(null);",
    found: ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map((name) => `Cannot keep "${name}"`),
  },
  {
    when: "a class has static state",
    path: "pnotify/registry.ts",
    source: "class A { static next = 1; static readonly all = new Map(); static #last = []; }",
    found: ['Cannot keep "next"', 'Cannot keep "all"', 'Cannot keep "#last"'],
  },
  {
    when: "constants cannot change",
    source: 'const a = 1; const b = new Map([["x", 1]]); const c = Object.freeze({}); ' +
      "const d = [] as const; const e: readonly Task[] = []; const f: Readonly<Table> = {}; " +
      "const g: ReadonlyMap<A, B> = new Map(); const h = [1, 2]; const i = { j: 1 }; " +
      "const k = {} as Readonly<Table>; class A { static readonly l = 1; static m() {} n = []; " +
      "static readonly o: number; }",
  },
  {
    when: "state lives inside a function or a class",
    source: "function f() { let a = 1; const b = new Map(); } class A { c = new Map(); }",
  },
  { when: "a variable is only declared", source: "declare let a: number; declare var b: number;" },
  { when: "the runner has a variable", path: "runner/main.ts", source: "let a = 1;" },
]);

// the plugin itself

Deno.test("pluginFor() is silent when the file lies outside the root", () => {
  const source = 'import { a } from "npm:a"; let b = Date.now();';
  assertEquals(Deno.lint.runPlugin(house, "/elsewhere/kernel/fork.ts", source), []);
  assertEquals(Deno.lint.runPlugin(house, "/household/kernel/fork.ts", source), []);
});

for (
  const [form, root, filename] of [
    ["a path with a slash at the end", "/house/", "/house/kernel/fork.ts"],
    ["a file URL", new URL("file:///my%20house/"), "/my house/kernel/fork.ts"],
    ["a Windows path", "c:\\house", "C:\\house\\kernel\\fork.ts"],
    ["a Windows file URL", "file:///C:/house/", "c:\\house\\kernel\\fork.ts"],
    ["a path and the file a URL", "/house", "file:///house/kernel/fork.ts"],
  ] as const
) {
  Deno.test(`pluginFor() finds the layer when the root is ${form}`, () => {
    const ids = Deno.lint.runPlugin(pluginFor(root), filename, "let a = 1;").map(({ id }) => id);
    assertEquals(ids, ["pnotify/no-module-state"]);
  });
}

Deno.test("plugin finds the layer when the file lies in this repository", () => {
  const file = new URL("../../kernel/fork.ts", import.meta.url);
  const [diagnostic, ...others] = Deno.lint.runPlugin(plugin, file.href, "let a = 1;");
  assertEquals(diagnostic.id, "pnotify/no-module-state");
  assertEquals(others, []);
});

Deno.test("plugin has a test for every rule", async () => {
  const tests = await Deno.readTextFile(new URL(import.meta.url));
  for (const rule of Object.keys(plugin.rules)) {
    assert(tests.includes(`testRule("${rule}", [`), `Cannot find tests of rule "${rule}"`);
  }
});
