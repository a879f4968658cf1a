import { KernelError } from "./errno.ts";

/** What a module offers to others under a name (EXPORT_SYMBOL), with its type. Each kernel has a table of its own. */
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
 * @param options How it is offered; to all modules by default.
 * @returns The symbol.
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

/** What one kernel offers to modules (EXPORT_SYMBOL). */
export class SymbolTable {
  readonly #exported = new Map<string, ExportedSymbol>();

  /**
   * Offers something.
   *
   * @param symbol The symbol.
   * @param offer What it stands for, and who offers it.
   * @throws {KernelError} EEXIST when the name is taken.
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
   * @returns The offer, or null.
   */
  find(name: string): ExportedSymbol | null {
    return this.#exported.get(name) ?? null;
  }

  /**
   * What a symbol stands for, with its type. Users of the library call this. Modules name their symbols in `uses`.
   *
   * @param symbol The symbol.
   * @returns What is offered under it.
   * @throws {KernelError} ENOENT when nobody exports it.
   */
  get<T>(symbol: KernelSymbol<T>): T {
    const offer = this.find(symbol.name);
    if (offer !== null) return offer.value as T;
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
   */
  withdraw(owner: string): void {
    for (const [name, offer] of this.#exported) {
      if (offer.owner === owner) this.#exported.delete(name);
    }
  }
}
