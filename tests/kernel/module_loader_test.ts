import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  defineEvents,
  defineModule,
  defineSymbol,
  type ErrnoName,
  KernelBug,
  KernelError,
  type KernelModule,
  PNOTIFY,
  PNOTIFY_OK,
  type SymbolOptions,
} from "../../mod.ts";
import { listening, track } from "./modules.ts";
import { bootShell, collect, kinds, type ShellWorld } from "./shell.ts";
import { assertRefused, snapshot } from "./snapshot.ts";

type Plain = Partial<Omit<KernelModule, "name">>;

function plain(name: string, rest: Plain = {}): KernelModule {
  return { name, license: "GPL", load() {}, unload() {}, ...rest };
}

function names({ kernel }: ShellWorld): string[] {
  return kernel.modules.lsmod().map((module) => module.name);
}

/** A module that offers an answer, and one that uses it. */
function pair(options: SymbolOptions = {}) {
  const ANSWER = defineSymbol<number>("answer", options);
  const provider = defineModule({
    name: "provider",
    license: "GPL",
    exports: [ANSWER],
    load: ({ exportSymbol }) => exportSymbol(ANSWER, 42),
    unload() {},
  });
  const seen: number[] = [];
  const user = defineModule({
    name: "user",
    license: "GPL",
    uses: { answer: ANSWER },
    load: ({ answer }) => void seen.push(answer),
    unload() {},
  });
  return { ANSWER, provider, user, seen };
}

Deno.test("insmod() runs load with the environment, and the module is live after that", () => {
  const world = bootShell();
  const { kernel } = world;
  const seen: unknown[] = [];
  const loaded = kernel.modules.insmod(plain("a", {
    load({ kernel, name, params }) {
      seen.push(kernel, name, params, kernel.modules.find("a")!.state, kernel.context.module);
    },
  }));
  assertEquals(seen, [kernel, "a", {}, "loading", "a"]);
  assertEquals([loaded.name, loaded.state, loaded.useCount, loaded.faulty], [
    "a",
    "live",
    0,
    false,
  ]);
  assertEquals([names(world), kernel.context.module], [["a"], null]);
});

Deno.test("rmmod() runs unload with what load returned, and the module is gone after that", () => {
  const world = bootShell();
  const { kernel } = world;
  const seen: unknown[] = [];
  kernel.modules.insmod(plain("a", {
    load: () => "state",
    unload: ({ name }, state) => void seen.push(name, state, kernel.modules.find("a")!.state),
  }));
  kernel.modules.rmmod("a");
  assertEquals([seen, names(world), kernel.modules.find("a")], [["a", "state", "going"], [], null]);
});

Deno.test("insmod() loads a module again after rmmod(), with a state of its own", () => {
  const { kernel } = bootShell();
  let loads = 0;
  const module = plain("a", { load: () => ++loads });
  kernel.modules.insmod(module);
  kernel.modules.rmmod("a");
  kernel.modules.insmod(module);
  assertEquals(loads, 2);
});

Deno.test("insmod() serves two worlds with one module", () => {
  const [a, b] = [bootShell(), bootShell()];
  const module = listening("job", {});
  for (const { kernel, sh } of [a, b]) {
    kernel.modules.insmod(module);
    track(kernel, sh, "job");
  }
  a.kernel.modules.rmmod("job");
  assertEquals([a.sh.subscribers === null, b.sh.subscribers === null], [true, false]);
});

Deno.test("lsmod() lists the modules oldest first", () => {
  const world = bootShell();
  for (const name of ["b", "a", "c"]) world.kernel.modules.insmod(plain(name));
  world.kernel.modules.rmmod("a");
  assertEquals(names(world), ["b", "c"]);
});

Deno.test("insmod() and rmmod() are traced", () => {
  const { kernel } = bootShell();
  const seen = collect(kernel, "module");
  kernel.modules.insmod(plain("a"));
  kernel.modules.rmmod("a");
  assertEquals(seen.map(({ name, state }) => `${name} ${state}`), ["a live", "a going", "a gone"]);
});

Deno.test("insmod() gives parameters their defaults, and takes those that are given", () => {
  const { kernel } = bootShell();
  const seen: unknown[] = [];
  const module = defineModule({
    name: "a",
    license: "GPL",
    params: {
      limit: { type: "number", default: 5, min: 1, max: 10, description: "how many" },
      mode: { type: "string", default: "fast", choices: ["fast", "slow"], description: "how" },
      loud: { type: "boolean", default: false, description: "whether" },
    },
    load: ({ params }) => void seen.push({ ...params }, Object.isFrozen(params)),
    unload() {},
  });
  kernel.modules.insmod(module);
  kernel.modules.rmmod("a");
  kernel.modules.insmod(module, { params: { limit: 10, mode: "slow", loud: true } });
  assertEquals(seen, [
    { limit: 5, mode: "fast", loud: false },
    true,
    { limit: 10, mode: "slow", loud: true },
    true,
  ]);
});

const badParams: [string, Record<string, unknown>, string][] = [
  [
    "an unknown name",
    { size: 1 },
    'it has no parameter "size", one of limit, mode, loud is wanted',
  ],
  ["a string for a number", { limit: "5" }, 'params.limit is "5", a number is wanted'],
  ["NaN", { limit: NaN }, "params.limit is NaN, a number is wanted"],
  ["too little", { limit: 0 }, "params.limit is 0, a number from 1 to 10 is wanted"],
  ["too much", { limit: 11 }, "params.limit is 11, a number from 1 to 10 is wanted"],
  ["no choice", { mode: "warp" }, 'params.mode is "warp", one of fast, slow is wanted'],
  ["a number for a boolean", { loud: 1 }, "params.loud is 1, a boolean is wanted"],
];
for (const [what, params, text] of badParams) {
  Deno.test(`insmod() is refused with EINVAL for a parameter of ${what}`, () => {
    const world = bootShell();
    const module = plain("a", {
      params: {
        limit: { type: "number", default: 5, min: 1, max: 10, description: "how many" },
        mode: { type: "string", default: "fast", choices: ["fast", "slow"], description: "how" },
        loud: { type: "boolean", default: false, description: "whether" },
      },
    });
    const call = () => world.kernel.modules.insmod(module, { params: params as never });
    assertStringIncludes(assertRefused(world, "EINVAL", call).message, text);
  });
}

Deno.test("insmod() is refused with EEXIST when a module of the name is loaded or loading", () => {
  const world = bootShell();
  const { kernel } = world;
  kernel.modules.insmod(plain("a"));
  const error = assertRefused(world, "EEXIST", () => kernel.modules.insmod(plain("a")));
  assertEquals(
    error.message,
    'Cannot load module "a": a module of this name is loaded, a free name is wanted (EEXIST)',
  );
  const nested = plain("b", { load: ({ kernel }) => kernel.modules.insmod(plain("b")) });
  assertRefused(world, "EEXIST", () => kernel.modules.insmod(nested));
});

Deno.test("insmod() finds the symbols that a module uses before any of its code runs", () => {
  const { kernel } = bootShell();
  const { provider, user, seen } = pair();
  kernel.modules.insmod(provider);
  kernel.modules.insmod(user);
  assertEquals([seen, kernel.modules.find("provider")!.users], [[42], ["user"]]);
  assertEquals(kernel.modules.find("provider")!.useCount, 1);
});

Deno.test("insmod() is refused with ENOENT when nobody exports a symbol", () => {
  const world = bootShell();
  const { user, seen } = pair({ cNames: ["get_answer", "put_answer"] });
  const error = assertRefused(world, "ENOENT", () => world.kernel.modules.insmod(user));
  assertEquals(
    error.message,
    'Cannot load module "user": unknown symbol get_answer, put_answer: nobody exports it (ENOENT)',
  );
  assertEquals(seen, []);
});

Deno.test("insmod() is refused with ENOENT when who exports a symbol is still loading", () => {
  const world = bootShell();
  const { ANSWER, user } = pair();
  const provider = plain("provider", {
    exports: [ANSWER],
    load({ kernel, exportSymbol }) {
      exportSymbol(ANSWER, 42);
      kernel.modules.insmod(user);
    },
  });
  assertRefused(world, "ENOENT", () => world.kernel.modules.insmod(provider));
  assertEquals(world.kernel.symbols.find("answer"), null);
});

for (const license of ["GPL", "GPL v2", "GPL-2.0-only", "Dual MIT/GPL", "Dual BSD/GPL"]) {
  Deno.test(`insmod() gives GPL-only symbols to a module under ${license}, untainted`, () => {
    const { kernel } = bootShell();
    kernel.modules.insmod({ ...listening("job", {}), license });
    assertEquals(kernel.taint, "");
  });
}

for (const license of ["MIT", "Proprietary", "gpl", "GPL-ish"]) {
  Deno.test(`insmod() refuses GPL-only symbols with ENOENT to a module under ${license}`, () => {
    const world = bootShell();
    const module = { ...listening("job", {}), license };
    const error = assertRefused(world, "ENOENT", () => world.kernel.modules.insmod(module));
    assertStringIncludes(error.message, "pnotify_register");
    assertStringIncludes(error.message, `it is GPL-only and the licence is ${license}`);
    assertEquals(world.kernel.taint, "");
  });
}

Deno.test("insmod() taints for a licence, for a module out of tree and for force", () => {
  const { kernel } = bootShell();
  kernel.modules.insmod(plain("a", { license: "Proprietary" }));
  kernel.modules.insmod(plain("b"), { outOfTree: true });
  kernel.modules.insmod(plain("c"), { force: true });
  assertEquals(kernel.taint, "POF");
  assertStringIncludes(kernel.report("asleep", "x").text, "Tainted: POF");
});

Deno.test("insmod() wants what a module depends on to be live", () => {
  const world = bootShell();
  const { kernel } = world;
  const module = plain("b", { depends: ["a"] });
  const error = assertRefused(world, "ENOENT", () => kernel.modules.insmod(module));
  assertEquals(
    error.message,
    'Cannot load module "b": module a is not loaded, it is wanted first (ENOENT)',
  );
  kernel.modules.insmod(plain("a"));
  kernel.modules.insmod(module);
  assertEquals(kernel.modules.find("a")!.users, ["b"]);
  assertRefused(world, "ENOENT", () => kernel.modules.insmod(plain("c", { depends: ["c"] })));
});

Deno.test("rmmod() is refused with EBUSY while another module uses it, and goes through after that", () => {
  const world = bootShell();
  const { kernel } = world;
  const { provider, user } = pair();
  kernel.modules.insmod(provider);
  kernel.modules.insmod(user);
  kernel.modules.insmod(plain("third", { depends: ["provider"] }));
  const error = assertRefused(world, "EBUSY", () => kernel.modules.rmmod("provider"));
  assertStringIncludes(error.message, "it is in use 2 times by user, third");
  kernel.modules.rmmod("user");
  kernel.modules.rmmod("third");
  kernel.modules.rmmod("provider");
  assertEquals([names(world), kernel.symbols.find("answer")], [[], null]);
});

Deno.test("rmmod() is not refused for what is registered or subscribed", () => {
  const { kernel, sh } = bootShell();
  kernel.modules.insmod(listening("job", {}));
  track(kernel, sh, "job");
  assertEquals(kernel.modules.find("job")!.useCount, 0);
  kernel.modules.rmmod("job");
  assertEquals([sh.subscribers, kernel.reports], [null, []]);
});

Deno.test("tryModuleGet() keeps a module from being unloaded until it is let go", () => {
  const world = bootShell();
  const { kernel } = world;
  let put: (() => void) | null = null;
  kernel.modules.insmod(plain("a"));
  kernel.modules.insmod(plain("b", { load: ({ tryModuleGet }) => void (put = tryModuleGet("a")) }));
  assertEquals([kernel.modules.find("a")!.useCount, kernel.modules.find("a")!.users], [1, []]);
  assertRefused(world, "EBUSY", () => kernel.modules.rmmod("a"));
  put!();
  assertEquals(assertThrows(() => put!(), KernelBug).report!.kind, "double-put");
  kernel.modules.rmmod("a");
});

Deno.test("tryModuleGet() is null for a module that is not live", () => {
  const { kernel } = bootShell();
  const seen: unknown[] = [];
  kernel.modules.insmod(plain("a", {
    load: ({ tryModuleGet }) => void seen.push(tryModuleGet("a"), tryModuleGet("nobody")),
    unload: ({ tryModuleGet }) => void seen.push(tryModuleGet("a")),
  }));
  kernel.modules.rmmod("a");
  assertEquals(seen, [null, null, null]);
});

Deno.test("rmmod() is refused with ENOENT for what is not loaded, and with EBUSY on the way in or out", () => {
  const world = bootShell();
  const { kernel } = world;
  assertRefused(world, "ENOENT", () => kernel.modules.rmmod("nobody"));
  const codes: string[] = [];
  const itself = () => {
    codes.push(assertThrows(() => kernel.modules.rmmod("a"), KernelError).code);
  };
  kernel.modules.insmod(plain("a", { load: itself, unload: itself }));
  kernel.modules.rmmod("a");
  assertEquals(codes, ["EBUSY", "EBUSY"]);
});

Deno.test("insmod() passes on the KernelError of load, and nothing of the module stays", () => {
  const world = bootShell();
  const { kernel } = world;
  const { ANSWER } = pair();
  kernel.modules.insmod(plain("other"));
  const before = snapshot({ kernel });
  const call = () =>
    kernel.modules.insmod(defineModule({
      name: "a",
      license: "GPL",
      depends: ["other"],
      uses: { pnotify: PNOTIFY },
      exports: [ANSWER],
      load({ pnotify, exportSymbol, tryModuleGet }) {
        exportSymbol(ANSWER, 42);
        tryModuleGet("other");
        const events = defineEvents({ name: "a", module: "a", fork: () => PNOTIFY_OK });
        pnotify.register(events);
        pnotify.track(world.sh, events);
        throw new KernelError("ENOSPC");
      },
      unload() {},
    }));
  assertEquals(assertThrows(call, KernelError).code, "ENOSPC");
  const counts = { ...before.counts, reports: 2 };
  assertEquals(snapshot({ kernel }), { ...before, counts });
  assertEquals([kernel.symbols.find("answer"), kernel.taint], [null, ""]);
  assertEquals(kinds(world), ["module-leak", "module-leak"]);
});

const faults: [string, () => unknown, string][] = [
  ["throws an Error", () => {
    throw new TypeError("boom");
  }, "TypeError: boom"],
  ["throws a string", () => {
    throw "boom";
  }, "boom"],
  ["is async", () => Promise.reject(new Error("later")), "it returned a Promise"],
];
for (const [what, body, text] of faults) {
  Deno.test(`insmod() fails with EFAULT when load ${what}, and the oops says so`, () => {
    const world = bootShell();
    const call = () => world.kernel.modules.insmod(plain("a", { load: body }));
    const error = assertThrows(call, KernelError);
    assertEquals([error.code, names(world), world.kernel.taint], ["EFAULT", [], "D"]);
    const [report] = world.kernel.reports;
    assertEquals([report.kind, report.module], ["module-fault", "a"]);
    assertStringIncludes(report.text, `oops: module-fault: a.load: ${text}`);
  });

  Deno.test(`rmmod() fails with EFAULT when unload ${what}, and the module is gone all the same`, () => {
    const world = bootShell();
    const { kernel } = world;
    kernel.modules.insmod(plain("a", { unload: body as () => void }));
    const error = assertThrows(() => kernel.modules.rmmod("a"), KernelError);
    assertEquals([error.code, names(world), kernel.taint], ["EFAULT", [], "D"]);
    assertStringIncludes(kernel.reports[0].text, `oops: module-fault: a.unload: ${text}`);
    kernel.modules.insmod(plain("a"));
  });
}

Deno.test("insmod() lets a KernelBug through: the run ends", () => {
  const { kernel } = bootShell();
  const load = () => kernel.tasklistLock.readUnlock();
  assertThrows(() => kernel.modules.insmod(plain("a", { load })), KernelBug);
});

Deno.test("insmod() is refused with EFAULT when it needs a faulty module, unless it is forced", () => {
  const world = bootShell();
  const { kernel } = world;
  const { provider, user } = pair();
  kernel.modules.insmod(provider);
  kernel.modules.markFaulty("provider");
  kernel.modules.markFaulty("nobody");
  for (const module of [user as KernelModule, plain("b", { depends: ["provider"] })]) {
    assertRefused(world, "EFAULT", () => kernel.modules.insmod(module));
  }
  assertEquals(kernel.taint, "");
  kernel.modules.insmod(user, { force: true });
  assertEquals([kernel.modules.find("user")!.state, kernel.taint], ["live", "F"]);
});

Deno.test("exportSymbol() is refused with EINVAL for what is not declared, and after load", () => {
  const world = bootShell();
  const { kernel } = world;
  const { ANSWER } = pair();
  const OTHER = defineSymbol<number>("other");
  let late: () => void = () => {};
  const load: KernelModule["load"] = ({ exportSymbol }) => exportSymbol(OTHER, 1);
  assertRefused(
    world,
    "EINVAL",
    () => kernel.modules.insmod(plain("a", { exports: [ANSWER], load })),
  );
  kernel.modules.insmod(plain("b", {
    exports: [ANSWER],
    load({ exportSymbol }) {
      exportSymbol(ANSWER, 1);
      late = () => exportSymbol(ANSWER, 2);
    },
  }));
  assertRefused(world, "EINVAL", late);
  assertEquals(kernel.symbols.get(ANSWER), 1);
});

Deno.test("insmod() is refused with EINVAL when load did not export what is declared", () => {
  const world = bootShell();
  const { ANSWER } = pair();
  const error = assertRefused(
    world,
    "EINVAL",
    () => world.kernel.modules.insmod(plain("a", { exports: [ANSWER] })),
  );
  assertStringIncludes(error.message, "load did not export answer, which it declares");
});

Deno.test("insmod() is refused with EEXIST when a symbol of the name is exported already", () => {
  const world = bootShell();
  const { kernel } = world;
  const { ANSWER, provider } = pair();
  kernel.modules.insmod(provider);
  const module = plain("a", {
    exports: [ANSWER],
    load: ({ exportSymbol }) => exportSymbol(ANSWER, 1),
  });
  const error = assertRefused(world, "EEXIST", () => kernel.modules.insmod(module));
  assertStringIncludes(error.message, "provider exports one of this name");
  assertEquals(kernel.symbols.get(ANSWER), 42);
});

Deno.test("printk() of a module logs as the kernel does", () => {
  const { kernel } = bootShell();
  kernel.modules.insmod(plain("a", { load: ({ printk }) => printk("hello", "warning") }));
  const record = kernel.log.records().at(-1)!;
  assertEquals([record.text, record.level], ["hello", "warning"]);
});

const good = plain("a");
const badModules: [string, unknown, string][] = [
  ["no name", { ...good, name: undefined }, 'name is "undefined"'],
  ["an empty name", { ...good, name: "" }, 'name is ""'],
  ["a name with a dash", { ...good, name: "a-b" }, 'name is "a-b"'],
  ["a name of 57 characters", { ...good, name: "a".repeat(57) }, "up to 56 letters"],
  ["no licence", { ...good, license: "" }, "license is missing"],
  ["no load", { ...good, load: undefined }, "load is of type undefined"],
  ["no unload", { ...good, unload: 5 }, "unload is of type number"],
  ["depends that is no list", { ...good, depends: "b" }, "depends is of type string"],
  ["exports that is no list", { ...good, exports: {} }, "exports is of type object"],
  ["a use under a reserved name", { ...good, uses: { kernel: PNOTIFY } }, "uses.kernel has a name"],
  ["a use of no symbol", { ...good, uses: { x: {} } }, "uses.x is no symbol"],
  ["a parameter of no type", { ...good, params: { x: {} } }, "params.x has no type"],
  ["a parameter of null", { ...good, params: { x: null } }, "params.x has no type"],
  [
    "a default of the wrong type",
    { ...good, params: { x: { type: "number", default: "5" } } },
    'params.x is "5", a number is wanted',
  ],
  [
    "a default out of bounds",
    { ...good, params: { x: { type: "number", default: 5, max: 4 } } },
    "params.x is 5",
  ],
  ["nothing at all", null, 'name is "undefined"'],
];
for (const [what, module, text] of badModules) {
  Deno.test(`defineModule() and insmod() refuse ${what} with EINVAL, naming the field`, () => {
    const world = bootShell();
    const description = module as KernelModule;
    const error = assertThrows(() => defineModule(description), KernelError);
    assertEquals(error.code, "EINVAL" satisfies ErrnoName);
    assertStringIncludes(error.message, text);
    assertRefused(world, "EINVAL", () => world.kernel.modules.insmod(description));
  });
}

Deno.test("defineModule() freezes a copy and takes a name of 56 characters", () => {
  const description = plain("a".repeat(56));
  const module = defineModule(description);
  assert(Object.isFrozen(module) && !Object.isFrozen(description));
  assertEquals(module.name.length, 56);
});
