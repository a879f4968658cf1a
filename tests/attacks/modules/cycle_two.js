// deno-lint-ignore-file
// The other half of the cycle.
import { one } from "./cycle_one.js";
export const two = () => one;
