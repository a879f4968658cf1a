import { KernelError } from "./errno.ts";
import {
  checkModule,
  checkValue,
  isPromise,
  type KernelModule,
  type ModuleEnvironment,
  type ParameterSpecs,
  type ParameterValues,
  type UsedSymbols,
} from "./module.ts";
import { WouldWait } from "./preempt.ts";
import { formatTaken, KernelBug, type Place } from "./report.ts";
import type { ExportedSymbol, KernelSymbol } from "./symbol.ts";
import type { KernelWorld } from "./world.ts";

/** The state of a module: MODULE_STATE_COMING, LIVE, GOING. */
export type ModuleState = "loading" | "live" | "going";

/** A loaded module, as `lsmod` shows it. */
export interface LoadedModule {
  /** Its name. */
  readonly name: string;
  /** Its description. */
  readonly module: KernelModule;
  /** Its state. */
  readonly state: ModuleState;
  /** The number of its uses: by modules that depend on it or use its symbols, and through tryModuleGet. */
  readonly useCount: number;
  /** The modules that use it, by name. */
  readonly users: readonly string[];
  /** Whether one of its hooks broke the rules. */
  readonly faulty: boolean;
}

/** The options of a load. */
export interface InsmodOptions<P extends ParameterSpecs = ParameterSpecs> {
  /** Values for its parameters; the others get their defaults. */
  readonly params?: Partial<ParameterValues<P>>;
  /** Whether it is not shipped with the kernel: taints with O. */
  readonly outOfTree?: boolean;
  /** Whether it is loaded although a module that it needs is faulty: taints with F. */
  readonly force?: boolean;
}

/** What a module left behind. */
export interface Leftover {
  /** What it is. */
  readonly what: string;
  /** Where the module took it, while checks are on. */
  readonly taken?: Place;
}

/**
 * Removes what a module left behind after its `unload`, and says what that was.
 *
 * @example A service that lends pages
 * ```ts
 * import { boot, KernelBug } from "@pnotify/pnotify";
 * import { widget } from "@pnotify/pnotify/modules/widget";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * const { modules } = kernel;
 * modules.addReaper((module) => [{ what: `a page of ${module}` }]);
 * kernel.addShutdownCheck(() => void kernel.report("module-leak", "a page was left"));
 * modules.insmod(widget, { outOfTree: true });
 * modules.markFaulty("widget");
 * modules.rmmod("widget");
 * kernel.moduleFault("job", { what: "exit", task: kernel.init, cause: new TypeError("no job") });
 * assertThrows(() => kernel.bug("asleep", "nobody gives pages back"), KernelBug);
 * kernel.addTaint("F");
 * const kinds = kernel.shutdown().map(({ kind }) => kind);
 * assertEquals(kinds, ["module-leak", "module-fault", "asleep", "module-leak"]);
 * assertEquals([kernel.taint, modules.find("widget")], ["ODF", null]);
 * ```
 */
export type ModuleReaper = (name: string) => Leftover[];

/** Licences that may use GPL-only symbols (license_is_gpl_compatible). */
const GPL_COMPATIBLE: readonly string[] = /* @__PURE__ */ Object.freeze([
  "GPL",
  "GPL v2",
  "GPL-2.0",
  "GPL-2.0-only",
  "GPL-2.0-or-later",
  "GPL and additional rights",
  "Dual BSD/GPL",
  "Dual MIT/GPL",
  "Dual MPL/GPL",
]);

/** A reference that one module took to another. */
interface Borrowed {
  readonly target: ModuleRecord;
  readonly taken: Place;
}

class ModuleRecord implements LoadedModule {
  readonly module: KernelModule;
  state: ModuleState = "loading";
  faulty = false;
  readonly users: string[] = [];
  /** The modules that this one uses. */
  readonly providers: ModuleRecord[] = [];
  /** References to it taken through tryModuleGet. */
  gets = 0;
  /** References that it took itself. */
  readonly borrowed = new Set<Borrowed>();
  env!: ModuleEnvironment;
  moduleState: unknown = undefined;

  constructor(module: KernelModule) {
    this.module = module;
  }

  get name(): string {
    return this.module.name;
  }

  get useCount(): number {
    return this.users.length + this.gets;
  }
}

/**
 * Loads and unloads kernel modules (load_module, delete_module), and counts which module uses which.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { testModule } from "@pnotify/pnotify/modules/test_module";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(testModule);
 * assertEquals(kernel.modules.lsmod().map((module) => module.name), ["test_module"]);
 * kernel.modules.rmmod("test_module");
 * ```
 */
export class ModuleLoader {
  readonly #kernel: KernelWorld;
  readonly #loaded = new Map<string, ModuleRecord>();
  readonly #reapers: ModuleReaper[] = [];

  /**
   * Makes a loader without modules. Each kernel has its own.
   *
   * @param kernel The world.
   */
  constructor(kernel: KernelWorld) {
    this.#kernel = kernel;
  }

  /**
   * Adds a service whose leftovers are removed when a module goes.
   *
   * @param reaper Called with the module's name; it removes what is left and says what that was.
   */
  addReaper(reaper: ModuleReaper): void {
    this.#reapers.push(reaper);
  }

  /**
   * Lists the loaded modules, oldest first.
   *
   * @returns The modules.
   */
  lsmod(): LoadedModule[] {
    return [...this.#loaded.values()];
  }

  /**
   * Looks a loaded module up.
   *
   * @param name Its name.
   * @returns The module, or null.
   */
  find(name: string): LoadedModule | null {
    return this.#loaded.get(name) ?? null;
  }

  /**
   * Loads a module.
   *
   * @param module What defineModule returned.
   * @param options Its parameters, and how to load it.
   * @returns The loaded module.
   * @throws {KernelError} EINVAL for a bad description or parameter, EEXIST when one of its name is loaded, ENOENT for
   * an unknown symbol or a missing dependency, EFAULT when it needs a faulty module or its `load` broke the rules, or
   * the KernelError that `load` threw. Nothing of it stays.
   */
  insmod<P extends ParameterSpecs, U extends UsedSymbols, S>(
    module: KernelModule<P, U, S>,
    options: InsmodOptions<P> = {},
  ): LoadedModule {
    const description = module as unknown as KernelModule;
    checkModule(description);
    if (this.#loaded.has(module.name)) {
      throw refuse(
        "EEXIST",
        module.name,
        "a module of this name is loaded",
        "a free name is wanted",
      );
    }
    const params = this.#parameters(description, options.params as Record<string, unknown> ?? {});
    const record = new ModuleRecord(description);
    const used = this.#resolve(record, options.force ?? false);
    record.env = this.#environment(record, params, used);
    this.#taintFor(description, options);
    this.#loaded.set(module.name, record);
    for (const provider of record.providers) provider.users.push(module.name);
    this.#runLoad(record);
    record.state = "live";
    if (this.#kernel.trace !== null) {
      this.#kernel.trace.emit({ type: "module", name: module.name, state: "live" });
    }
    return record;
  }

  /**
   * Unloads a module.
   *
   * @param name Its name.
   * @throws {KernelError} ENOENT when it is not loaded, EBUSY when it is in use or its load or unload is in progress,
   * EFAULT when its `unload` threw. Then it is unloaded all the same.
   */
  rmmod(name: string): void {
    const record = this.#loaded.get(name);
    if (record === undefined) {
      throw refuse("ENOENT", name, "it is not loaded", "a loaded module is wanted", "unload");
    }
    if (record.state !== "live") {
      throw refuse("EBUSY", name, `it is ${record.state}`, "a live module is wanted", "unload");
    }
    if (record.useCount > 0) {
      const users = record.users.length > 0 ? ` by ${record.users.join(", ")}` : "";
      const found = `it is in use ${record.useCount} times${users}`;
      throw refuse("EBUSY", name, found, "a module that nobody uses is wanted", "unload");
    }
    record.state = "going";
    if (this.#kernel.trace !== null) {
      this.#kernel.trace.emit({ type: "module", name, state: "going" });
    }
    let failure: unknown = null;
    try {
      const answer: unknown = this.#run(
        record,
        "unload",
        () => record.module.unload(record.env, record.moduleState),
      );
      if (isPromise(answer)) throw "it returned a Promise, and unload runs to completion";
    } catch (error) {
      if (error instanceof KernelBug || error instanceof WouldWait) throw error;
      failure = error;
    } finally {
      this.#remove(record);
    }
    if (failure !== null) throw this.#fault(record, "unload", failure);
  }

  /**
   * Marks a module whose hook broke the rules. It still runs, but no further module may depend on it.
   *
   * @param name Its name. A name that is not loaded is ignored.
   */
  markFaulty(name: string): void {
    const record = this.#loaded.get(name);
    if (record !== undefined) record.faulty = true;
  }

  #parameters(
    module: KernelModule,
    given: Record<string, unknown>,
  ): Record<string, unknown> {
    const specs = module.params ?? {};
    for (const key in given) {
      if (Object.hasOwn(specs, key)) continue;
      const names = Object.keys(specs).join(", ");
      throw refuse(
        "EINVAL",
        module.name,
        `it has no parameter "${key}"`,
        names === "" ? "no parameter is wanted" : `one of ${names} is wanted`,
      );
    }
    const values: Record<string, unknown> = {};
    for (const [key, spec] of Object.entries(specs)) {
      const value = given[key] ?? spec.default;
      checkValue(module.name, key, spec, value);
      values[key] = value;
    }
    return Object.freeze(values);
  }

  /** Finds what a module needs before any of its code runs. */
  #resolve(record: ModuleRecord, force: boolean): Record<string, unknown> {
    const { module } = record;
    for (const name of module.depends ?? []) {
      const provider = this.#loaded.get(name);
      if (provider?.state !== "live") {
        throw refuse("ENOENT", module.name, `module ${name} is not loaded`, "it is wanted first");
      }
      this.#use(record, provider, force);
    }
    const values: Record<string, unknown> = {};
    for (const [key, symbol] of Object.entries(module.uses ?? {})) {
      const offer = this.#offered(symbol.name);
      if (offer === null || (offer.symbol.gplOnly && !isGplCompatible(module.license))) {
        const why = offer === null
          ? "nobody exports it"
          : `it is GPL-only and the licence is ${module.license}`;
        const names = symbol.cNames.join(", ");
        throw refuse("ENOENT", module.name, `unknown symbol ${names}: ${why}`);
      }
      if (offer.owner !== null) this.#use(record, this.#loaded.get(offer.owner)!, force);
      values[key] = offer.value;
    }
    return values;
  }

  /** What a symbol stands for. A module that is not yet live offers nothing, as its `load` may still fail. */
  #offered(name: string): ExportedSymbol | null {
    const offer = this.#kernel.symbols.find(name);
    if (offer === null || offer.owner === null) return offer;
    return this.#loaded.get(offer.owner)?.state === "live" ? offer : null;
  }

  #use(record: ModuleRecord, provider: ModuleRecord, force: boolean): void {
    if (provider.faulty && !force) {
      throw refuse(
        "EFAULT",
        record.name,
        `module ${provider.name} is faulty`,
        "a sound one is wanted",
      );
    }
    if (!record.providers.includes(provider)) record.providers.push(provider);
  }

  #environment(
    record: ModuleRecord,
    params: Record<string, unknown>,
    used: Record<string, unknown>,
  ): ModuleEnvironment {
    const kernel = this.#kernel;
    return Object.freeze({
      ...used,
      kernel,
      name: record.name,
      params,
      printk: (text: string, level = "info" as const) => kernel.printk(text, level),
      exportSymbol: <T>(symbol: KernelSymbol<T>, value: T) => {
        const declared = record.module.exports?.some(({ name }) => name === symbol.name) ?? false;
        if (!declared || record.state !== "loading") {
          const found = declared ? "it is loaded" : `it does not declare ${symbol.name}`;
          throw refuse(
            "EINVAL",
            record.name,
            found,
            "a declared symbol, in load, is wanted",
            "export from",
          );
        }
        kernel.symbols.export(symbol, { value, owner: record.name });
      },
      tryModuleGet: (name: string) => this.#tryGet(record, name),
    }) as ModuleEnvironment;
  }

  #tryGet(borrower: ModuleRecord, name: string): (() => void) | null {
    const target = this.#loaded.get(name);
    if (target === undefined || target.state !== "live") return null;
    const borrowed: Borrowed = { target, taken: this.#kernel.place() };
    target.gets++;
    borrower.borrowed.add(borrowed);
    return () => {
      if (!borrower.borrowed.delete(borrowed)) {
        this.#kernel.bug("double-put", `Cannot put module ${name}: it was put before`, {
          taken: borrowed.taken,
          lines: [`taken ${formatTaken(borrowed.taken)}`],
        });
      }
      target.gets--;
    };
  }

  #taintFor(module: KernelModule, options: InsmodOptions<ParameterSpecs>): void {
    if (!isGplCompatible(module.license)) this.#kernel.addTaint("P");
    if (options.outOfTree) this.#kernel.addTaint("O");
    if (options.force) this.#kernel.addTaint("F");
  }

  #runLoad(record: ModuleRecord): void {
    try {
      record.moduleState = this.#run(record, "load", () => record.module.load(record.env));
      if (isPromise(record.moduleState)) throw "it returned a Promise, and load runs to completion";
      this.#checkExported(record);
    } catch (error) {
      if (error instanceof KernelBug || error instanceof WouldWait) throw error;
      this.#remove(record);
      if (error instanceof KernelError) throw error;
      throw this.#fault(record, "load", error);
    }
  }

  #checkExported(record: ModuleRecord): void {
    for (const symbol of record.module.exports ?? []) {
      if (this.#kernel.symbols.find(symbol.name)?.owner === record.name) continue;
      const found = `load did not export ${symbol.name}, which it declares`;
      throw refuse("EINVAL", record.name, found, "every declared symbol is wanted");
    }
  }

  #run<T>(record: ModuleRecord, what: string, code: () => T): T {
    const { context } = this.#kernel;
    const before = context.module;
    context.module = record.name;
    this.#kernel.enter(`${record.name}.${what}`, null);
    try {
      return code();
    } finally {
      this.#kernel.leave();
      context.module = before;
    }
  }

  #fault(record: ModuleRecord, what: string, cause: unknown): KernelError {
    record.faulty = true;
    this.#kernel.moduleFault(record.name, { what, task: null, cause });
    return new KernelError("EFAULT", {
      action: `${what} module`,
      name: record.name,
      found: `its ${what} broke down: ${String(cause)}`,
      cause,
    });
  }

  #reportLeftover(name: string, { what, taken }: Leftover): void {
    this.#kernel.report("module-leak", `module ${name} left ${what} behind`, {
      module: name,
      taken,
      lines: taken === undefined ? [] : [`taken ${formatTaken(taken)}`],
    });
  }

  /** Removes a module. It reports and removes what the module left behind, so that nothing outlives the module. */
  #remove(record: ModuleRecord): void {
    const { name } = record;
    for (const reaper of this.#reapers) {
      for (const leftover of reaper(name)) this.#reportLeftover(name, leftover);
    }
    for (const { target, taken } of [...record.borrowed]) {
      this.#reportLeftover(name, { what: `a use of module ${target.name}`, taken });
      target.gets--;
    }
    record.borrowed.clear();
    this.#kernel.symbols.withdraw(name);
    for (const provider of record.providers) {
      const index = provider.users.indexOf(name);
      if (index >= 0) provider.users.splice(index, 1);
    }
    this.#loaded.delete(name);
    if (this.#kernel.trace !== null) {
      this.#kernel.trace.emit({ type: "module", name, state: "gone" });
    }
  }
}

function refuse(
  code: "EINVAL" | "EEXIST" | "ENOENT" | "EBUSY" | "EFAULT",
  name: string,
  found: string,
  wanted?: string,
  action = "load",
): KernelError {
  return new KernelError(code, { action: `${action} module`, name, found, wanted });
}

/** Whether a licence may use GPL-only symbols. */
function isGplCompatible(license: string): boolean {
  return GPL_COMPATIBLE.includes(license);
}
