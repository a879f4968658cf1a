import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { shippedScenarios } from "../../runner/execute/files.ts";
import { makeFolder } from "../sandbox/folder.ts";
import { binary, compiled, fromSource, testBinary } from "./program.ts";

if (binary === null) {
  console.error("tests/binary: skipped, as PNOTIFY_BINARY names no binary (deno task compile)");
}

const MODULE = `import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
import { KernelError } from "@pnotify/pnotify/kernel";
import { hello } from "./words/hello.EXT";
export default defineModule({
  name: "mine",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ name, pnotify, printk }) {
    const events = defineEvents({
      name,
      module: name,
      fork() {
        throw new KernelError("EAGAIN", { action: "fork", found: "it is late" });
      },
      exec: (task) => printk(hello(task.comm)),
    });
    pnotify.register(events);
    return { pnotify, events };
  },
  unload(_env, { pnotify, events }) {
    pnotify.unregister(events);
  },
});
`;

const SCENARIO = `scenario: A module from anywhere
tasks: [init, init/sh]
modules: { mine: ./mine.EXT }
steps:
  - subscribe: { task: sh, module: mine }
  - exec: { task: sh, path: /bin/sh }
  - fork: { parent: sh }
    fails: EAGAIN
expect:
  - log: hello sh
`;

const HELLO = {
  ts: "export function hello(name: string): string { return `hello ${name}`; }\n",
  js: "export const hello = (name) => `hello ${name}`;\n",
};

testBinary("the binary tells its version from an empty folder", async () => {
  using folder = makeFolder({});
  const { status, out, err } = await compiled.run(["--version"], folder.path);
  assertEquals([status, err], [0, ""]);
  assertMatch(out, /^pnotify \d+\.\d+\.\d+/);
});

testBinary("the binary lists what the program lists when it runs from source", async () => {
  using folder = makeFolder({});
  const args = ["list", "--format", "json"];
  const [inside, source] = await Promise.all([
    compiled.run(args, folder.path),
    fromSource.run(args),
  ]);
  assertEquals(inside, source);
});

testBinary("the binary passes all shipped scenarios from an empty folder", async () => {
  using folder = makeFolder({});
  const names = shippedScenarios().map(({ name }) => name);
  const { status, out, err } = await compiled.run(["run", ...names, "--quiet"], folder.path);
  assertEquals([status, err], [0, ""]);
  assertMatch(out, /(\d+) scenarios, \1 passed, 0 failed/);
});

testBinary("the binary gives the bytes that the program gives from source", async () => {
  using folder = makeFolder({});
  const args = ["run", "demo", "veto", "race", "--format", "json"];
  const [inside, source] = await Promise.all([
    compiled.run(args, folder.path),
    fromSource.run(args),
  ]);
  assertEquals(inside, source);
});

for (const ending of ["ts", "js"] as const) {
  testBinary(
    `the binary runs a module in .${ending} that imports the library by name`,
    async () => {
      using folder = makeFolder({
        [`mine.${ending}`]: MODULE.replace("EXT", ending),
        [`words/hello.${ending}`]: HELLO[ending],
        "case.yaml": SCENARIO.replace("EXT", ending),
      });
      using elsewhere = makeFolder({});
      const ran = await compiled.run(
        ["run", `${folder.path}/case.yaml`, "--quiet"],
        elsewhere.path,
      );
      assertEquals([ran.status, ran.err], [0, ""]);
    },
  );
}

testBinary("the binary describes a module file", async () => {
  using folder = makeFolder({ "mine.ts": MODULE.replace("EXT", "ts"), "words/hello.ts": HELLO.ts });
  const { status, out } = await compiled.run(["modinfo", "./mine.ts"], folder.path);
  assertEquals(status, 0);
  assertStringIncludes(out, "mine: fork, exec");
});

const FAULTY = `import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";
import { fail } from "./deep/fail.ts";
export default defineModule({
  name: "faulty",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ name, kernel, pnotify }) {
    const events = defineEvents({
      name,
      module: name,
      init: () => PNOTIFY_OK,
      fork: () => fail({ why: "no" }),
      exec() {
        kernel.tasklistLock.readUnlock();
      },
    });
    pnotify.register(events);
    return { pnotify, events };
  },
  unload: (_env, { pnotify, events }) => pnotify.unregister(events),
});
`;

testBinary(
  "the binary names the line of a module that threw, and of one that misused the kernel",
  async () => {
    using folder = makeFolder({
      "faulty.ts": FAULTY,
      "deep/fail.ts": `interface Reason { why: string }
export function fail({ why }: Reason): never {
  throw new TypeError(why);
}
`,
      "case.yaml": `scenario: A module breaks down
tasks: [init, init/sh]
modules: { faulty: ./faulty.ts }
steps:
  - fork: { parent: sh, as: child }
    fails: EFAULT
  - exec: { task: sh, path: /bin/sh }
`,
    });
    const args = ["run", "case.yaml", "--format", "json"];
    const [inside, source] = await Promise.all([
      compiled.run(args, folder.path),
      fromSource.run(args, folder.path),
    ]);
    assertEquals(inside, source);
    const { scenarios } = JSON.parse(inside.out);
    const places = scenarios[0].reports.map((report: { place: { stack?: string } }) =>
      report.place.stack
    );
    assertEquals(places, ["at fail (deep/fail.ts:3:9)", "at exec (faulty.ts:14:29)"]);
  },
);

testBinary(
  "the binary gives modules the library that it runs them with, by every name",
  async () => {
    using folder = makeFolder({
      "same.js": `import * as root from "@pnotify/pnotify";
import * as check from "@pnotify/pnotify/check";
import * as kernels from "@pnotify/pnotify/kernel";
import * as notify from "@pnotify/pnotify/pnotify";
import * as csa from "@pnotify/pnotify/modules/csa";
import * as job from "@pnotify/pnotify/modules/job";
import * as replay from "@pnotify/pnotify/replay";
export default root.defineModule({
  name: "same",
  license: "GPL",
  uses: { pnotify: root.PNOTIFY },
  load({ kernel, pnotify, printk }) {
    const same = [
      kernel instanceof root.Kernel,
      kernel instanceof kernels.Kernel,
      kernel.init instanceof kernels.Task,
      pnotify instanceof root.Pnotify,
      pnotify instanceof notify.Pnotify,
      root.PNOTIFY === notify.PNOTIFY,
      root.explore === check.explore,
      kernel.symbols.get(job.JOB) !== undefined,
      typeof csa.csa.load === "function",
      typeof replay.Replay === "function",
    ];
    printk("same: " + same.join());
  },
  unload() {},
});
`,
      "case.yaml": `scenario: One library
modules: { job: { use: job }, same: ./same.js }
steps: []
expect:
  - log: "same: true,true,true,true,true,true,true,true,true,true"
`,
    });
    const { status, out, err } = await compiled.run(["run", "case.yaml"], folder.path);
    assertEquals([status, err], [0, ""], out);
  },
);

testBinary("the binary holds no packages but what is bundled of them", async () => {
  const text = new TextDecoder("latin1").decode(await Deno.readFile(binary!));
  for (const name of ["yaml", "sucrase", "fast-check", "@std/assert", "@std/testing"]) {
    const found = text.includes(`node_modules/localhost/${name}/`);
    assert(!found, `${name} is in it`);
  }
});

testBinary(
  "the binary has neither network nor the system, and never asks",
  async () => {
    // What it was compiled with stands in it as JSON, at its end: the base may hold that of another program.
    const text = new TextDecoder("latin1").decode(await Deno.readFile(binary!));
    const flags = [...text.matchAll(/"permissions":(\{[^{}]*\})/g)].at(-1)?.[1];
    assert(flags !== undefined, "no permissions were found in it");
    const { allow_net, allow_ffi, allow_sys, allow_all, prompt } = JSON.parse(flags);
    assertEquals(
      { allow_net, allow_ffi, allow_sys, allow_all, prompt },
      { allow_net: null, allow_ffi: [], allow_sys: null, allow_all: false, prompt: false },
    );
  },
);

const ERRORS = new URL("../golden/errors/", import.meta.url);

testBinary("the binary tells of every mistake as its golden text has it", async () => {
  const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
  const names = [...Deno.readDirSync(ERRORS)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml")).sort();
  const differ: string[] = [];
  const check = async (name: string) => {
    const path = decodeURIComponent(new URL(name, ERRORS).pathname);
    const { status, err } = await compiled.run(["run", path, "--no-trace", "--no-tree"]);
    const text = `${err.replaceAll(root, "")}status ${status}\n`;
    const wanted = await Deno.readTextFile(new URL(name.replace(/yaml$/, "txt"), ERRORS));
    if (text.replace(/unseed [0-9a-f]{8}/g, "unseed ........") !== wanted) differ.push(name);
  };
  // A few at a time, as each is a process.
  const queue = [...names];
  const worker = async () => {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) await check(name);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  assertEquals(differ, []);
  assert(names.length >= 40);
});
