import type { Verb } from "./verb.ts";
import { LOCK_VERBS } from "./verbs/locks.ts";
import { MODULE_VERBS } from "./verbs/modules.ts";
import { PNOTIFY_VERBS } from "./verbs/pnotify.ts";
import { PROCESS_VERBS } from "./verbs/process.ts";
import { REPLAY_VERBS } from "./verbs/replay.ts";
import { SIGNAL_VERBS } from "./verbs/signal.ts";
import { STORM_VERBS } from "./verbs/storm.ts";
import { WORLD_VERBS } from "./verbs/world.ts";

/** Every verb that a step can have, in the order in which help lists them. */
export const VERBS: readonly Verb[] = Object.freeze([
  ...PROCESS_VERBS,
  ...SIGNAL_VERBS,
  ...STORM_VERBS,
  ...REPLAY_VERBS,
  ...PNOTIFY_VERBS,
  ...MODULE_VERBS,
  ...LOCK_VERBS,
  ...WORLD_VERBS,
]);

const BY_NAME: ReadonlyMap<string, Verb> = new Map(VERBS.map((verb) => [verb.name, verb]));

/**
 * Finds a verb.
 *
 * @param name Its name.
 * @returns The verb, or null.
 */
export function findVerb(name: string): Verb | null {
  return BY_NAME.get(name) ?? null;
}
