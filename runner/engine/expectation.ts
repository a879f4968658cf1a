import type { Json } from "./plan.ts";
import type { Scene } from "./scene.ts";
import type { Shape } from "./shape.ts";

/** One way in which an expectation does not hold. */
export interface Problem {
  /** The part of the expectation, as a JSON pointer. */
  readonly pointer: string;
  /** What did not hold, in one line. */
  readonly title: string;
  /** The text under the caret: the actual value, in short. */
  readonly label: string;
  /** Further lines: the responsible module, and the event. */
  readonly notes?: readonly string[];
}

/** The headings that expectations stand under in help. */
export type ExpectationGroup = "hooks" | "subscriptions" | "tasks" | "modules" | "kernel";

/** An expectation that a scenario can have. */
export interface Expectation {
  /** The word that scenarios write. */
  readonly kind: string;
  /** The heading it stands under in help. */
  readonly group: ExpectationGroup;
  /** Its meaning, in one line. */
  readonly summary: string;
  /** The values that it may have. */
  readonly shape: Shape;
  /** One line of YAML. */
  readonly example: string;
  /**
   * Compares the expected value with the actual one.
   *
   * @param scene The world.
   * @param expected The expected value, checked against the shape.
   * @returns The problems. Empty when the expectation holds.
   */
  check(scene: Scene, expected: Json): readonly Problem[];
  /**
   * Returns the indices of the expected reports. They do not count as unexpected.
   *
   * @param scene The world.
   * @param expected The expected value.
   * @returns Their indices.
   */
  claims?(scene: Scene, expected: Json): readonly number[];
}

/** Describes an expectation whose type follows from itself. */
export function defineExpectation(expectation: Expectation): Expectation {
  return Object.freeze(expectation);
}

/** The fields of an expectation, each with its pointer. */
export function entries(expected: Json): { key: string; value: Json; pointer: string }[] {
  return Object.entries(expected as Readonly<Record<string, Json>>).map(([key, value]) => ({
    key,
    value,
    pointer: `/${key}`,
  }));
}

/** The items of an expectation, each with its pointer. */
export function items(expected: Json): { item: Json; pointer: string }[] {
  return (expected as readonly Json[]).map((item, i) => ({ item, pointer: `/${i}` }));
}
