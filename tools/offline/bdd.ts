/**
 * Stand-in for `@std/testing/bdd`: `describe` and `it` over `Deno.test`. A suite is one test, and
 * what is in it are steps of that test.
 *
 * @module
 */

type Hook<T> = (this: T) => void | Promise<void>;
type Body<T> = (this: T, t: Deno.TestContext) => void | Promise<void>;
type HookName = "beforeAll" | "afterAll" | "beforeEach" | "afterEach";
type Context = Record<string, unknown>;

/** A test case. */
export interface ItDefinition<T> extends Omit<Deno.TestDefinition, "fn"> {
  /** What it does. */
  fn: Body<T>;
}

/** A suite of test cases. */
export interface DescribeDefinition<T> extends Omit<Deno.TestDefinition, "fn"> {
  /** Registers the cases. */
  fn?: () => void | undefined;
  /** Runs once, before the first case. */
  beforeAll?: Hook<T> | Hook<T>[];
  /** Runs once, after the last case. */
  afterAll?: Hook<T> | Hook<T>[];
  /** Runs before each case. */
  beforeEach?: Hook<T> | Hook<T>[];
  /** Runs after each case. */
  afterEach?: Hook<T> | Hook<T>[];
}

/** A registered suite. */
export interface TestSuite<T> {
  /** Tells suites apart. */
  symbol: symbol;
}

/** What {@linkcode it} accepts. */
export type ItArgs<T> =
  | [options: ItDefinition<T>]
  | [name: string, options: Omit<ItDefinition<T>, "name">]
  | [name: string, fn: Body<T>]
  | [fn: Body<T>]
  | [name: string, options: Omit<ItDefinition<T>, "fn" | "name">, fn: Body<T>]
  | [options: Omit<ItDefinition<T>, "fn">, fn: Body<T>];

/** What {@linkcode describe} accepts. */
export type DescribeArgs<T> =
  | [options: DescribeDefinition<T>]
  | [name: string]
  | [name: string, options: Omit<DescribeDefinition<T>, "name">]
  | [name: string, fn: () => void | undefined]
  | [fn: () => void | undefined]
  | [
    name: string,
    options: Omit<DescribeDefinition<T>, "fn" | "name">,
    fn: () => void | undefined,
  ]
  | [options: Omit<DescribeDefinition<T>, "fn">, fn: () => void | undefined];

interface Case {
  kind: "case";
  options: Partial<Deno.TestDefinition>;
  body: Body<Context>;
}

interface Suite {
  kind: "suite";
  options: Partial<Deno.TestDefinition>;
  hooks: Record<HookName, Hook<Context>[]>;
  parts: (Case | Suite)[];
}

/** The suite whose cases are being registered. */
let open: Suite | null = null;
let anyRegistered = false;
let running = 0;

function parse(args: readonly unknown[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const arg of args) {
    if (typeof arg === "string") options.name = arg;
    else if (typeof arg === "function") options.fn = arg;
    else Object.assign(options, arg);
  }
  if (options.name === undefined && typeof options.fn === "function") {
    options.name = options.fn.name;
  }
  return options;
}

function register(part: Case | Suite): void {
  if (open) {
    open.parts.push(part);
    return;
  }
  Deno.test({
    ...part.options,
    name: part.options.name!,
    only: isOnly(part),
    fn: (t) => countRunning(() => runPart(part, [], {}, t)),
  });
}

async function countRunning(run: () => Promise<void>): Promise<void> {
  running++;
  try {
    await run();
  } finally {
    running--;
  }
}

/** A part is singled out by its own mark, or by that of something in it. */
function isOnly(part: Case | Suite): boolean {
  return part.options.only === true || part.kind === "suite" && part.parts.some(isOnly);
}

async function runPart(
  part: Case | Suite,
  around: Suite[],
  context: Context,
  t: Deno.TestContext,
): Promise<void> {
  if (part.kind === "case") return await runCase(part, around, context, t);
  await callAll(part.hooks.beforeAll, context);
  try {
    const chosen = part.parts.some(isOnly) ? part.parts.filter(isOnly) : part.parts;
    for (const inner of chosen) {
      const { name = "", ignore, sanitizeExit, sanitizeOps, sanitizeResources } = inner.options;
      await t.step({
        name,
        ...defined({ ignore, sanitizeExit, sanitizeOps, sanitizeResources }),
        fn: (step) => runPart(inner, [...around, part], { ...context }, step),
      });
    }
  } finally {
    await callAll(part.hooks.afterAll, context);
  }
}

async function runCase(
  part: Case,
  around: Suite[],
  context: Context,
  t: Deno.TestContext,
): Promise<void> {
  const [outermost, ...inner] = around;
  if (!outermost) return await part.body.call(context, t);
  await callAll(outermost.hooks.beforeEach, context);
  try {
    await runCase(part, inner, context, t);
  } finally {
    await callAll(outermost.hooks.afterEach, context);
  }
}

async function callAll(hooks: Hook<Context>[], context: Context): Promise<void> {
  for (const hook of hooks) await hook.call(context);
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** Registers a test case. */
export interface It {
  <T>(...args: ItArgs<T>): void;
  /** Registers a test case, and skips those without this mark. */
  only<T>(...args: ItArgs<T>): void;
  /** Registers a test case that is not run. */
  ignore<T>(...args: ItArgs<T>): void;
  /** The same as `ignore`. */
  skip<T>(...args: ItArgs<T>): void;
}

/** Registers a test case. */
export const it: It = Object.assign(caseAdder({}), {
  only: caseAdder({ only: true }),
  ignore: caseAdder({ ignore: true }),
  skip: caseAdder({ ignore: true }),
});

/** The same as {@linkcode it}. */
export const test: It = it;

function caseAdder(marks: Partial<Deno.TestDefinition>): <T>(...args: ItArgs<T>) => void {
  return (...args) => addCase(args, marks);
}

function addCase(args: readonly unknown[], marks: Partial<Deno.TestDefinition>): void {
  refuseWhileRunning("test cases");
  const { fn, ...options } = parse(args);
  anyRegistered = true;
  register({
    kind: "case",
    options: defined({ ...options, ...marks }),
    body: fn as Body<Context>,
  });
}

/** Registers a suite. */
export interface Describe {
  <T>(...args: DescribeArgs<T>): TestSuite<T>;
  /** Registers a suite, and skips those without this mark. */
  only<T>(...args: DescribeArgs<T>): TestSuite<T>;
  /** Registers a suite that is not run. */
  ignore<T>(...args: DescribeArgs<T>): TestSuite<T>;
  /** The same as `ignore`. */
  skip<T>(...args: DescribeArgs<T>): TestSuite<T>;
}

/** Registers a suite. */
export const describe: Describe = Object.assign(suiteAdder({}), {
  only: suiteAdder({ only: true }),
  ignore: suiteAdder({ ignore: true }),
  skip: suiteAdder({ ignore: true }),
});

function suiteAdder(
  marks: Partial<Deno.TestDefinition>,
): <T>(...args: DescribeArgs<T>) => TestSuite<T> {
  return (...args) => addSuite(args, marks);
}

function addSuite<T>(
  args: readonly unknown[],
  marks: Partial<Deno.TestDefinition>,
): TestSuite<T> {
  refuseWhileRunning("test suites");
  const { fn, beforeAll, afterAll, beforeEach, afterEach, ...options } = parse(args);
  anyRegistered = true;
  const suite = newSuite({ ...options, ...marks });
  const hooks = { beforeAll, afterAll, beforeEach, afterEach };
  for (const name of ["beforeAll", "afterAll", "beforeEach", "afterEach"] as const) {
    suite.hooks[name].push(...[hooks[name] ?? []].flat() as Hook<Context>[]);
  }
  if (typeof fn === "function" && !suite.options.ignore) fill(suite, fn as () => unknown);
  register(suite);
  return { symbol: Symbol() };
}

function newSuite(options: Partial<Deno.TestDefinition>): Suite {
  return {
    kind: "suite",
    options: defined(options),
    hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] },
    parts: [],
  };
}

function fill(suite: Suite, fn: () => unknown): void {
  const outer = open;
  open = suite;
  try {
    if (fn() instanceof Promise) {
      throw new Error(
        'Returning a Promise from "describe" is not supported: tests must be defined synchronously',
      );
    }
  } finally {
    open = outer;
  }
}

function refuseWhileRunning(what: string): void {
  if (running === 0) return;
  throw new Error(
    `Cannot register new ${what} after already registered test cases start running`,
  );
}

/** Runs once, before the first case of the suite. */
export function beforeAll<T>(fn: Hook<T>): void {
  addHook("beforeAll", fn as Hook<unknown>);
}

/** Runs once, after the last case of the suite. */
export function afterAll<T>(fn: Hook<T>): void {
  addHook("afterAll", fn as Hook<unknown>);
}

/** Runs before each case of the suite, and of the suites in it. */
export function beforeEach<T>(fn: Hook<T>): void {
  addHook("beforeEach", fn as Hook<unknown>);
}

/** Runs after each case of the suite, and of the suites in it. */
export function afterEach<T>(fn: Hook<T>): void {
  addHook("afterEach", fn as Hook<unknown>);
}

/** The same as {@linkcode beforeAll}. */
export const before: typeof beforeAll = beforeAll;

/** The same as {@linkcode afterAll}. */
export const after: typeof afterAll = afterAll;

function addHook(name: HookName, fn: Hook<unknown>): void {
  if (!open) {
    if (anyRegistered) throw new Error("Cannot add global hooks after a global test is registered");
    // A hook outside every suite makes the whole file one suite, registered while still empty.
    const file = newSuite({ name: "global" });
    register(file);
    open = file;
  }
  open.hooks[name].push(fn as Hook<Context>);
}
