import { exploreLanes } from "./exploring.ts";
import type { Facilities } from "./facilities.ts";
import { replayInto } from "./replay_into.ts";

/** Every facility, for callers such as the worker of the sandbox, which can load nothing later. */
export const ALL_FACILITIES: Facilities = Object.freeze<Facilities>({ exploreLanes, replayInto });
