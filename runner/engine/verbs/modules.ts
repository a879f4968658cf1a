import { KernelError } from "../../../kernel/errno.ts";
import { Pending } from "../../../kernel/pending.ts";
import { WouldWait } from "../../../kernel/preempt.ts";
import { KernelBug } from "../../../kernel/report.ts";
import { Task } from "../../../kernel/task.ts";
import type { Scene } from "../scene.ts";
import { BOOLEAN, JSON_VALUE, MODULE, optional, required, STRING } from "../shape.ts";
import { type Args, defineVerb, DONE, type Outcome, type Verb } from "../verb.ts";
import type { Json } from "../plan.ts";
import { shortJson } from "../to_json.ts";

/** A call of a module, as the checker hands it over. */
interface CallPlan {
  readonly module: string;
  readonly method: string;
  readonly with: readonly Json[];
}

type Callable = (...args: unknown[]) => unknown;

function load(scene: Scene, args: Args): Outcome {
  const params = (args.params ?? {}) as object;
  scene.load(String(args.module), { params, force: args.force === true });
  return DONE;
}

/** The function that a module exports under a name, with its object. */
function findCall(scene: Scene, { module, method }: CallPlan): { on: object; call: Callable } {
  const loaded = scene.kernel.modules.find(module);
  if (loaded === null) {
    throw new KernelError("ENOENT", {
      action: "call",
      name: `${module}.${method}`,
      found: `module ${module} is not loaded`,
      wanted: "a loaded module is wanted",
    });
  }
  const offered: string[] = [];
  for (const symbol of loaded.module.exports ?? []) {
    const on = scene.kernel.symbols.find(symbol.name)?.value;
    if (typeof on !== "object" || on === null) continue;
    const names = callNames(on);
    if (names.includes(method)) return { on, call: Reflect.get(on, method) as Callable };
    offered.push(...names);
  }
  throw new KernelError("ENOENT", {
    action: "call",
    name: `${module}.${method}`,
    found: "the module offers no such call",
    wanted: offered.length === 0
      ? "one that exports calls is wanted"
      : `${offered.join(", ")} wanted`,
  });
}

/** The names of the functions that an object offers, its own and those of its class. */
export function callNames(on: object): string[] {
  const names = new Set<string>();
  let owner: object | null = on;
  while (owner !== null && owner !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      const value = Object.getOwnPropertyDescriptor(owner, name)?.value;
      if (name !== "constructor" && typeof value === "function") names.add(name);
    }
    owner = Object.getPrototypeOf(owner);
  }
  return [...names];
}

function call(scene: Scene, args: Args): Outcome {
  const plan = args.call as unknown as CallPlan;
  const { on, call } = findCall(scene, plan);
  const list = plan.with.map((item) => scene.resolve(item));
  const value = callAsModule(scene, plan, () => call.apply(on, list));
  scene.noteOwners();
  if (value instanceof Task) return { value, text: scene.display(value) };
  if (value instanceof Pending) return { value, text: value.done ? "done" : "asleep" };
  return { value, text: value === undefined ? "0" : shortJson(value) };
}

/** Calls a function of a module. The module is responsible for the call: any error but a KernelError is its fault. */
function callAsModule(scene: Scene, { module, method }: CallPlan, call: () => unknown): unknown {
  const { kernel } = scene;
  const { context } = kernel;
  const caller = context.module;
  context.module = module;
  try {
    return call();
  } catch (error) {
    const isMeant = error instanceof KernelError || error instanceof KernelBug ||
      error instanceof WouldWait;
    if (isMeant) throw error;
    kernel.moduleFault(module, { what: method, task: null, cause: error });
    throw new KernelError("EFAULT", {
      action: "call",
      name: `${module}.${method}`,
      found: "it broke down",
      cause: error,
    });
  } finally {
    context.module = caller;
  }
}

/** The module that holds the reference of a scenario. The loader gives references to modules only. */
function holderOf(module: string): string {
  return `user_of_${module}`;
}

function moduleGet(scene: Scene, args: Args): Outcome {
  const name = String(args.module);
  const { modules } = scene.kernel;
  let isLive = false;
  modules.insmod({
    name: holderOf(name),
    license: "GPL",
    load: (env) => {
      const put = env.tryModuleGet(name);
      isLive = put !== null;
      return put;
    },
    unload: (_env, put) => put?.(),
  });
  if (!isLive) modules.rmmod(holderOf(name));
  return { text: isLive ? "0" : "not live" };
}

/** Verbs of kernel modules. */
export const MODULE_VERBS: readonly Verb[] = Object.freeze([
  defineVerb({
    name: "load",
    group: "modules",
    summary: "Load a module (insmod); one that no step loads is there from the start",
    fields: {
      module: required(MODULE, "the module"),
      params: optional(
        { type: "map", keys: STRING, values: JSON_VALUE },
        "values for its parameters, on top of those under modules",
      ),
      force: optional(BOOLEAN, "load it although a module that it needs is faulty"),
    },
    short: "module",
    binds: null,
    example: "load: job",
    describe: ({ module }) => `load(${module})`,
    run: load,
  }),
  defineVerb({
    name: "unload",
    group: "modules",
    summary: "Unload a module (rmmod)",
    fields: { module: required(MODULE, "the module") },
    short: "module",
    binds: null,
    example: "unload: job",
    describe: ({ module }) => `unload(${module})`,
    run: (scene, args) => {
      scene.kernel.modules.rmmod(String(args.module));
      return DONE;
    },
  }),
  defineVerb({
    name: "call",
    group: "modules",
    summary: "Call what a module exports; a list is its arguments, anything else the only one",
    fields: {
      call: required({ type: "call" }, "MODULE.CALL: ARGUMENTS; $name stands for a task or value"),
    },
    short: null,
    whole: "call",
    binds: "value",
    example: "call: { widget.attach: [$sh.pid] }",
    actorOf: (args) => {
      const [first] = (args.call as unknown as CallPlan).with;
      const task = (first as Readonly<Record<string, Json>> | null)?.task;
      return typeof task === "string" ? task : null;
    },
    describe: (args) => {
      const { module, method, with: list } = args.call as unknown as CallPlan;
      return `${module}.${method}(${list.map((item) => shortJson(item)).join(", ")})`;
    },
    run: call,
  }),
  defineVerb({
    name: "module_get",
    group: "modules",
    summary: "Keep a module from being unloaded (try_module_get)",
    fields: { module: required(MODULE, "the module") },
    short: "module",
    binds: null,
    example: "module_get: job",
    run: moduleGet,
  }),
  defineVerb({
    name: "module_put",
    group: "modules",
    summary: "Give back what module_get took",
    fields: { module: required(MODULE, "the module") },
    short: "module",
    binds: null,
    example: "module_put: job",
    run: (scene, args) => {
      scene.kernel.modules.rmmod(holderOf(String(args.module)));
      return DONE;
    },
  }),
]);
