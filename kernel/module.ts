import { KernelError } from "./errno.ts";
import type { Kernel } from "./kernel.ts";
import type { LogLevel } from "./printk.ts";
import type { KernelSymbol } from "./symbol.ts";

/** A parameter of a module (module_param). */
export type ParameterSpec =
  | {
    readonly type: "number";
    readonly default: number;
    readonly min?: number;
    readonly max?: number;
    readonly description: string;
  }
  | {
    readonly type: "string";
    readonly default: string;
    readonly choices?: readonly string[];
    readonly description: string;
  }
  | { readonly type: "boolean"; readonly default: boolean; readonly description: string };

/** The parameters of a module, by name. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** The value of one parameter. */
export type ParameterValue<S extends ParameterSpec> = S["type"] extends "number" ? number
  : S["type"] extends "boolean" ? boolean
  : string;

/** The values of a module's parameters. */
export type ParameterValues<P extends ParameterSpecs> = {
  readonly [K in keyof P]: ParameterValue<P[K]>;
};

/** The symbols that a module uses, under the names by which it finds them in its environment. */
export type UsedSymbols = Readonly<Record<string, KernelSymbol<unknown>>>;

/** What the used symbols stand for. */
export type UsedValues<U extends UsedSymbols> = {
  readonly [K in keyof U]: U[K] extends KernelSymbol<infer T> ? T : never;
};

/**
 * What every module finds in its environment. What it exports goes to the symbol table.
 *
 * @example
 * ```ts
 * import { boot, defineModule, defineSymbol, KernelError, type SymbolTable } from "@pnotify/pnotify";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const NAME = defineSymbol<string>("printer.name");
 * const printer = defineModule({
 *   name: "printer",
 *   license: "GPL",
 *   exports: [NAME],
 *   load({ name, printk, exportSymbol }) {
 *     printk(`${name} is ready`);
 *     exportSymbol(NAME, "lp0");
 *   },
 *   unload() {},
 * });
 * const user = defineModule({
 *   name: "user",
 *   license: "GPL",
 *   load: ({ tryModuleGet }) => tryModuleGet("printer"),
 *   unload: (_env, put) => put?.(),
 * });
 * const { kernel } = boot();
 * kernel.modules.insmod(printer);
 * kernel.modules.insmod(user);
 * const symbols: SymbolTable = kernel.symbols;
 * assertEquals([symbols.get(NAME), symbols.find("printer.name")?.owner], ["lp0", "printer"]);
 * symbols.export(defineSymbol<number>("pages", { gplOnly: true }), { value: 2, owner: null });
 * assertThrows(() => kernel.modules.rmmod("printer"), KernelError, "EBUSY");
 * kernel.modules.rmmod("user");
 * kernel.modules.rmmod("printer");
 * symbols.withdraw("printer");
 * ```
 */
export interface ModuleServices {
  /** The kernel it is loaded into. */
  readonly kernel: Kernel;
  /** The name it is loaded under. */
  readonly name: string;
  /** Prints a line to the kernel log; the level is `info` by default. */
  printk(text: string, level?: LogLevel): void;
  /** Offers a declared symbol (EXPORT_SYMBOL), in `load`. Throws EINVAL for another one, EEXIST for a taken name. */
  exportSymbol<T>(symbol: KernelSymbol<T>, value: T): void;
  /** Keeps another module loaded (try_module_get); returns its module_put, or null when it is not live. */
  tryModuleGet(name: string): (() => void) | null;
}

/** What a module may use: services, its parameters, and the symbols that it named. Nothing else. */
export type ModuleEnvironment<
  P extends ParameterSpecs = ParameterSpecs,
  U extends UsedSymbols = UsedSymbols,
> = ModuleServices & { readonly params: ParameterValues<P> } & UsedValues<U>;

/**
 * A kernel module as its author describes it.
 *
 * @example
 * ```ts
 * import { boot, type KernelModule } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const counter: KernelModule = {
 *   name: "counter",
 *   license: "GPL",
 *   load: ({ printk }) => printk("counting"),
 *   unload: ({ printk }) => printk("counted"),
 * };
 * const { kernel } = boot();
 * kernel.modules.insmod(counter);
 * kernel.modules.rmmod("counter");
 * assertEquals(kernel.log.records().map(({ text }) => text), ["counting", "counted"]);
 * ```
 */
export interface KernelModule<
  P extends ParameterSpecs = ParameterSpecs,
  U extends UsedSymbols = UsedSymbols,
  S = unknown,
> {
  /** The name it is known by: letters, digits and underscores. */
  readonly name: string;
  /** Its licence (MODULE_LICENSE); anything not GPL-compatible taints the kernel and gets no GPL-only symbol. */
  readonly license: string;
  /** What it does, in one line (MODULE_DESCRIPTION). */
  readonly description?: string;
  /** Who wrote it (MODULE_AUTHOR). */
  readonly author?: string;
  /** The symbols that it uses. All are found before `load` runs. */
  readonly uses?: U;
  /** The symbols that it offers. `load` exports each. */
  readonly exports?: readonly KernelSymbol<unknown>[];
  /** Its parameters. */
  readonly params?: P;
  /** Modules that must be live before it. Those whose symbols it uses need not be named. */
  readonly depends?: readonly string[];
  /** Sets it up (module_init); returns what `unload` needs. A KernelError means that it is not loaded. */
  load(env: ModuleEnvironment<P, U>): S;
  /** Takes it down (module_exit): unregisters what `load` registered. The state is what `load` returned. */
  unload(env: ModuleEnvironment<P, U>, state: S): void;
}

const RESERVED: readonly string[] = /* @__PURE__ */ Object.freeze([
  "kernel",
  "name",
  "params",
  "printk",
  "exportSymbol",
  "tryModuleGet",
]);

function refuse(name: string, field: string, found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", {
    action: "define module",
    name,
    found: `${field} ${found}`,
    wanted,
  });
}

/**
 * Describes a kernel module: module_init(), module_exit() and MODULE_LICENSE() in one. Types follow from the description:
 * `env` has the named symbols and the parameters, and `unload` gets what `load` returned. A module serves any number of
 * kernels, so `load` makes its state.
 *
 * @param module The description.
 * @returns The module, checked and frozen.
 * @throws {KernelError} EINVAL naming the field that is wrong.
 * @example
 * ```ts
 * import { boot, defineModule } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const hello = defineModule({
 *   name: "hello",
 *   license: "GPL",
 *   params: { whom: { type: "string", default: "world", description: "whom to greet" } },
 *   load(env) {
 *     env.printk(`hello ${env.params.whom}`);
 *   },
 *   unload() {},
 * });
 * const { kernel } = boot();
 * kernel.modules.insmod(hello, { params: { whom: "you" } });
 * assertEquals(kernel.log.records().at(-1)?.text, "hello you");
 * ```
 */
export function defineModule<
  const P extends ParameterSpecs = Record<never, never>,
  const U extends UsedSymbols = Record<never, never>,
  S = void,
>(module: KernelModule<P, U, S>): KernelModule<P, U, S> {
  checkModule(module as unknown as KernelModule);
  return Object.freeze({ ...module });
}

/** Whether module code returned a promise. It also handles a later rejection of that promise. */
export function isPromise(answer: unknown): boolean {
  if (answer === undefined || answer === null) return false;
  const { then } = Object(answer) as { then?: unknown };
  if (typeof then !== "function") return false;
  then.call(answer, undefined, () => {});
  return true;
}

/** Checks a description. It may come from code that no compiler checked. */
export function checkModule(module: KernelModule): void {
  const name = String(module?.name);
  if (typeof module?.name !== "string" || !/^[A-Za-z_][A-Za-z0-9_]{0,55}$/.test(name)) {
    throw refuse(
      name,
      "name",
      `is "${name}"`,
      "up to 56 letters, digits and underscores are wanted",
    );
  }
  if (typeof module.license !== "string" || module.license === "") {
    throw refuse(name, "license", "is missing", "a licence such as GPL is wanted");
  }
  for (const field of ["load", "unload"] as const) {
    if (typeof module[field] !== "function") {
      throw refuse(name, field, `is of type ${typeof module[field]}`, "a function is wanted");
    }
  }
  for (const field of ["depends", "exports"] as const) {
    if (module[field] === undefined || Array.isArray(module[field])) continue;
    throw refuse(name, field, `is of type ${typeof module[field]}`, "a list is wanted");
  }
  for (const key of Object.keys(module.uses ?? {})) {
    if (RESERVED.includes(key)) {
      throw refuse(name, `uses.${key}`, "has a name of the environment", "another name is wanted");
    }
    if (typeof module.uses![key]?.name !== "string") {
      throw refuse(name, `uses.${key}`, "is no symbol", "what defineSymbol returned is wanted");
    }
  }
  for (const [key, spec] of Object.entries(module.params ?? {})) {
    checkValue(name, key, spec, spec?.default);
  }
}

/** Checks the value of one parameter. */
export function checkValue(name: string, key: string, spec: ParameterSpec, value: unknown): void {
  const found = typeof value === "string" ? `is "${value}"` : `is ${String(value)}`;
  if (!["number", "string", "boolean"].includes(spec?.type)) {
    throw refuse(name, `params.${key}`, "has no type", "number, string or boolean is wanted");
  }
  if (typeof value !== spec.type || Number.isNaN(value)) {
    throw refuse(name, `params.${key}`, found, `a ${spec.type} is wanted`);
  }
  if (
    spec.type === "string" && spec.choices !== undefined && !spec.choices.includes(value as string)
  ) {
    throw refuse(name, `params.${key}`, found, `one of ${spec.choices.join(", ")} is wanted`);
  }
  if (spec.type !== "number") return;
  const number = value as number;
  if (number < (spec.min ?? -Infinity) || number > (spec.max ?? Infinity)) {
    throw refuse(
      name,
      `params.${key}`,
      found,
      `a number from ${spec.min ?? -Infinity} to ${spec.max ?? Infinity} is wanted`,
    );
  }
}
