/**
 * The shapes of step arguments and expectations. One description serves the checker that reads a scenario, the JSON
 * Schema for editors, and `pnotify help`.
 *
 * @module
 */

/** What a value must look like. */
export type Shape =
  /** The name of a task that the scenario has introduced. */
  | { readonly type: "task" }
  /** A name that the step gives to a task. */
  | { readonly type: "new-task" }
  /** A name that the step gives to a value. */
  | { readonly type: "new-value" }
  /** The name of something that an earlier step bound with `as`. */
  | { readonly type: "value" }
  /** The name of a module of the scenario. */
  | { readonly type: "module" }
  /** The name of an error number. */
  | { readonly type: "errno" }
  /** A signal, by name. */
  | { readonly type: "signal" }
  /** A span of virtual time: `10ms`, or a number of nanoseconds. */
  | { readonly type: "duration" }
  /** A number of bytes: `4MiB`, or a plain number. */
  | { readonly type: "size" }
  | { readonly type: "integer"; readonly min?: number; readonly max?: number }
  | { readonly type: "number"; readonly min?: number; readonly max?: number }
  /** A text; `pattern` allows a regular expression between slashes. */
  | { readonly type: "string"; readonly what?: string; readonly pattern?: boolean }
  | { readonly type: "boolean" }
  | { readonly type: "choice"; readonly of: readonly string[]; readonly what: string }
  /** Any JSON value. `$name` in it stands for a task or value of that name. */
  | { readonly type: "json" }
  /** `EVENT TASK [VERDICT]`: one call of a hook. */
  | { readonly type: "hook-call" }
  /** The place of a task in the tree: `init/sh/make`. */
  | { readonly type: "task-path" }
  /** `MODULE.CALL: ARGUMENTS`, or just `MODULE.CALL`. */
  | { readonly type: "call" }
  /** A file that the runner reads and attaches. */
  | { readonly type: "file" }
  /** More steps, done in place. */
  | { readonly type: "steps" }
  /** Expectations, checked at once. */
  | { readonly type: "expectations" }
  | { readonly type: "list"; readonly of: Shape; readonly min?: number; readonly single?: boolean }
  | { readonly type: "map"; readonly keys: Shape; readonly values: Shape }
  | { readonly type: "record"; readonly fields: Fields; readonly short?: string }
  /** The first shape whose outside fits: a text, a list or a map. */
  | { readonly type: "either"; readonly of: readonly Shape[] };

/** A field of a record. */
export interface Field {
  /** What its value must look like. */
  readonly shape: Shape;
  /** Whether it must be there. */
  readonly required?: boolean;
  /** What it means, for people. */
  readonly doc: string;
}

/** The fields of a record, by name. */
export type Fields = Readonly<Record<string, Field>>;

/** The name of a task that the scenario has introduced. */
export const TASK: Shape = { type: "task" };
/** The name of a module of the scenario. */
export const MODULE: Shape = { type: "module" };
/** Any text. */
export const STRING: Shape = { type: "string" };
/** `true` or `false`. */
export const BOOLEAN: Shape = { type: "boolean" };
/** Anything. */
export const JSON_VALUE: Shape = { type: "json" };
/** Zero or more. */
export const COUNT: Shape = { type: "integer", min: 0 };
/** A list of texts, or one. */
export const STRINGS: Shape = { type: "list", of: STRING, single: true };
/** A text, or a regular expression between slashes. */
export const TEXT_OR_PATTERN: Shape = { type: "string", pattern: true };
/** A list of tasks, or one. */
export const TASKS: Shape = { type: "list", of: TASK, single: true };
/** A list of modules, or one. */
export const MODULES: Shape = { type: "list", of: MODULE, single: true };

/** Describes a field that must be there, with what it means. */
export function required(shape: Shape, doc: string): Field {
  return { shape, required: true, doc };
}

/** Describes a field that may be missing, with what it means. */
export function optional(shape: Shape, doc: string): Field {
  return { shape, doc };
}
