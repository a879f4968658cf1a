import type { Position } from "../engine/plan.ts";

/** The origin of a name. */
export interface Introduced {
  /** Where it was written. Null for a name that is always there. */
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
  /** The names that later steps give, with the place. */
  readonly later: Map<string, Position>;
  /** Where tasks are declared, for messages. */
  tasksAt: Position | null = null;
  /** Where modules are declared, for messages. */
  modulesAt: Position | null = null;

  /**
   * Begins with the names that are always there.
   *
   * @param names The tasks and values.
   * @param modules The modules.
   * @param later The names that later steps give.
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
