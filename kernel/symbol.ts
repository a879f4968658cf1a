import { KernelError } from "./errno.ts";

/**
 * A name under which the kernel or a module offers something to modules (EXPORT_SYMBOL), with the type of what it
 * stands for. The token is shared by those who offer and those who use; each kernel has a table of its own.
 *
 * @example
 * ```ts
 * import { defineSymbol } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const GREETER = defineSymbol<{ greet(): string }>("greeter", { gplOnly: true });
 * assertEquals(GREETER.gplOnly, true);
 * ```
 */
export interface KernelSymbol<T> {
  /** The name. */
  readonly name: string;
  /** Whether only modules with a GPL-compatible licence may use it (EXPORT_SYMBOL_GPL). */
  readonly gplOnly: boolean;
  /** The names that it has in C, when it stands for several functions. */
  readonly cNames: readonly string[];
  /** Carries the type; there is no such field. */
  readonly type?: T;
}

/** How a symbol is offered. */
export interface SymbolOptions {
  /** Only to modules with a GPL-compatible licence. */
  readonly gplOnly?: boolean;
  /** The names that it has in C. */
  readonly cNames?: readonly string[];
}

/**
 * Names something that a module offers to others (EXPORT_SYMBOL).
 *
 * @param name The name, unique in a kernel.
 * @param options How it is offered; to everybody by default.
 * @returns The symbol.
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { defineSymbol } from "@pnotify/pnotify/kernel";
 * import { assertEquals } from "@std/assert";
 * const ANSWER = defineSymbol<number>("answer");
 * const { kernel } = boot();
 * kernel.symbols.export(ANSWER, { value: 42, owner: null });
 * assertEquals(kernel.symbols.find("answer")?.value, 42);
 * ```
 */
export function defineSymbol<T>(name: string, options: SymbolOptions = {}): KernelSymbol<T> {
  return Object.freeze({
    name,
    gplOnly: options.gplOnly ?? false,
    cNames: Object.freeze([...(options.cNames ?? [name])]),
  });
}

/** A symbol as one kernel offers it. */
export interface ExportedSymbol {
  /** The symbol. */
  readonly symbol: KernelSymbol<unknown>;
  /** What it stands for. */
  readonly value: unknown;
  /** The module that offers it, or null for the kernel itself. */
  readonly owner: string | null;
}

/**
 * What one kernel offers to modules.
 *
 * Origin: `EXPORT_SYMBOL()` and the symbol table of the loader.
 *
 * @example
 * ```ts
 * import { boot, defineSymbol } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const VERSION = defineSymbol<number>("job.version");
 * const { kernel } = boot();
 * kernel.symbols.export(VERSION, { value: 2, owner: null });
 * assertEquals(kernel.symbols.get(VERSION), 2);
 * assertEquals(kernel.symbols.find("job.version")?.owner, null);
 * ```
 */
export class SymbolTable {
  readonly #exported = new Map<string, ExportedSymbol>();

  /**
   * Offers something.
   *
   * @param symbol The symbol.
   * @param offer What it stands for, and who offers it.
   * @throws {KernelError} EEXIST when the name is taken.
   * @example
   * ```ts
   * import { boot, defineSymbol, KernelError } from "@pnotify/pnotify";
   * import { assertThrows } from "@std/assert";
   * const VERSION = defineSymbol<number>("job.version");
   * const { kernel } = boot();
   * kernel.symbols.export(VERSION, { value: 2, owner: null });
   * assertThrows(() => kernel.symbols.export(VERSION, { value: 3, owner: null }), KernelError, "EEXIST");
   * ```
   */
  export<T>(symbol: KernelSymbol<T>, offer: { value: T; owner: string | null }): void {
    const taken = this.#exported.get(symbol.name);
    if (taken !== undefined) {
      throw new KernelError("EEXIST", {
        action: "export symbol",
        name: symbol.name,
        found: `${taken.owner ?? "the kernel"} exports one of this name`,
        wanted: "a free name is wanted",
      });
    }
    this.#exported.set(symbol.name, { symbol, ...offer });
  }

  /**
   * Looks a symbol up.
   *
   * @param name Its name.
   * @returns What is offered under it, or null.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * assertEquals(kernel.symbols.find("pnotify")?.symbol.gplOnly, true);
   * ```
   */
  find(name: string): ExportedSymbol | null {
    return this.#exported.get(name) ?? null;
  }

  /**
   * What a symbol stands for, by its type: for users of the library. Modules name what they use instead.
   *
   * @param symbol The symbol.
   * @returns What is offered under it.
   * @throws {KernelError} ENOENT when nobody exports it.
   * @example
   * ```ts
   * import { boot, PNOTIFY } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const { kernel, pnotify } = boot();
   * assertEquals(kernel.symbols.get(PNOTIFY), pnotify);
   * ```
   */
  get<T>(symbol: KernelSymbol<T>): T {
    const found = this.find(symbol.name);
    if (found !== null) return found.value as T;
    throw new KernelError("ENOENT", {
      action: "find symbol",
      name: symbol.name,
      found: "nobody exports it",
      wanted: "the module that does is wanted first",
    });
  }

  /**
   * Takes back all that a module offered.
   *
   * @param owner The module.
   * @example
   * ```ts
   * import { boot, defineSymbol } from "@pnotify/pnotify";
   * import { assertEquals } from "@std/assert";
   * const VERSION = defineSymbol<number>("job.version");
   * const { kernel } = boot();
   * kernel.symbols.export(VERSION, { value: 2, owner: "job" });
   * kernel.symbols.withdraw("job");
   * assertEquals(kernel.symbols.find("job.version"), null);
   * ```
   */
  withdraw(owner: string): void {
    for (const [name, { owner: by }] of this.#exported) {
      if (by === owner) this.#exported.delete(name);
    }
  }
}
