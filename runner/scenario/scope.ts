import type { Position } from "../engine/plan.ts";

/** Where a name comes from. */
export interface Introduced {
  /** Where it was written; null for what is always there. */
  readonly at: Position | null;
  /** `task` or `value`. */
  readonly what: "task" | "value";
}

/** The names that a scenario has introduced so far. */
export class Scope {
  /** Tasks and values, by name. */
  readonly names: Map<string, Introduced>;
  /** Modules, by name. */
  readonly modules: Map<string, Position>;
  /** Names that a step further down gives, with the place. */
  readonly later: Map<string, Position>;
  /** Where tasks are declared, for messages. */
  tasksAt: Position | null = null;
  /** Where modules are declared, for messages. */
  modulesAt: Position | null = null;

  /**
   * Begins with what is always there.
   *
   * @param names What is known.
   * @param modules What modules are known.
   * @param later What steps will name.
   */
  constructor(
    names: Map<string, Introduced> = new Map([
      ["init", { at: null, what: "task" }],
      ["kthreadd", { at: null, what: "task" }],
    ]),
    modules: Map<string, Position> = new Map(),
    later: Map<string, Position> = new Map(),
  ) {
    this.later = later;
    this.names = names;
    this.modules = modules;
  }

  /** The names of all tasks. */
  get taskNames(): string[] {
    return [...this.names].filter(([, { what }]) => what === "task").map(([name]) => name);
  }

  /** The names of all values. */
  get valueNames(): string[] {
    return [...this.names].filter(([, { what }]) => what === "value").map(([name]) => name);
  }

  /** Introduces a name. */
  add(name: string, what: Introduced["what"], at: Position): void {
    this.names.set(name, { at, what });
  }
}
