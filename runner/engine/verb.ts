import type { Json, StepPlan } from "./plan.ts";
import type { Scene } from "./scene.ts";
import type { Fields } from "./shape.ts";

/** Arguments of a step, checked against the fields of its verb. */
export type Args = Readonly<Record<string, Json>>;

/** The outcome of a verb. */
export interface Outcome {
  /** What `as` binds: a task or any other value. */
  readonly value?: unknown;
  /** The outcome in words. `0` by default. */
  readonly text?: string;
}

/** A call that a step can make. */
export interface Verb {
  /** The word that scenarios write. */
  readonly name: string;
  /** The heading it stands under in help. */
  readonly group: VerbGroup;
  /** What it does, in one line. */
  readonly summary: string;
  /** Its arguments. */
  readonly fields: Fields;
  /** The argument that a plain text or list stands for, or null when a map must be written. */
  readonly short: string | null;
  /** The only argument of the verb: the whole value, even a map, stands for it. */
  readonly whole?: string;
  /** The kind of result that `as` names, or null when there is none. */
  readonly binds: "task" | "value" | null;
  /** One line of YAML. */
  readonly example: string;
  /** The argument with the acting task. */
  readonly actor?: string;
  /** The acting task, where no argument names it. */
  actorOf?(args: Args): string | null;
  /** The call in words, for example `exec("/bin/sh")`. */
  describe?(args: Args): string;
  /** Makes the call. It may throw a KernelError, which a step may expect. */
  run(scene: Scene, args: Args, step: StepPlan): Outcome;
}

/** The headings that verbs stand under in help. */
export type VerbGroup = "processes" | "pnotify" | "modules" | "locks" | "world" | "scenario";

/** Describes a verb whose type follows from itself. */
export function defineVerb(verb: Verb): Verb {
  return Object.freeze(verb);
}

/** The outcome without a value or words. */
export const DONE: Outcome = Object.freeze({});
