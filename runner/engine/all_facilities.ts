import { exploreLanes } from "./exploring.ts";
import type { Facilities } from "./facilities.ts";
import { replayInto } from "./replay_into.ts";

/** All facilities, for those who can load nothing later, as the worker of the sandbox. */
export const ALL_FACILITIES: Facilities = Object.freeze({ exploreLanes, replayInto });
