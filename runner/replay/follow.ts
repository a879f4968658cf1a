import {
  followHeading,
  type FollowLayout,
  formatProcess,
  type ProcessRecord,
  type RecordingClock,
} from "../../replay/mod.ts";
import { measure } from "../report/width.ts";
import type { ReplayRequest } from "./session.ts";

/**
 * Tells of each process as it ends, a line each, below headings.
 *
 * @param request The modules decide whether there is a column for jobs; the width is that of a line.
 * @param say Takes a line.
 * @returns What is to be called when a process has ended.
 */
export function followTo(
  { modules, width }: ReplayRequest,
  say: (line: string) => void,
): (process: ProcessRecord, clock: RecordingClock) => void {
  const job = modules.some(({ name, isFile }) => name === "job" && !isFile);
  let hasBegun = false;
  return (process, clock) => {
    const layout: FollowLayout = { clock, width, job, measure };
    if (!hasBegun) say(followHeading(layout));
    hasBegun = true;
    say(formatProcess(process, layout));
  };
}
