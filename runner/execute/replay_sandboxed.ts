import type { ReplayOutcome, ReplayRequest } from "../replay/session.ts";
import { runSandboxed, type SandboxLimits } from "../sandbox/mod.ts";
import { pathUrl } from "./files.ts";
import { refusalOf, RefusedError } from "./refusal.ts";
import { remoteProgram } from "./remote_program.ts";

/** How long a replay may take. A recording may be hours long; each piece of it has the time of a step. */
const TOTAL_MS = 6 * 3600 * 1000;

/**
 * Replays with modules from files of the user, in the sandbox.
 *
 * @param request The replay.
 * @param files The files, by their names in the request.
 * @param pieces The text of the recording.
 * @param limits The limits of the files, where they differ from the default.
 * @returns The outcome.
 * @throws {RefusedError} When a file was refused, or the sandbox ended without a result.
 */
export async function replaySandboxed(
  request: ReplayRequest,
  files: ReadonlyMap<string, string>,
  pieces: AsyncIterable<string>,
  limits: Partial<SandboxLimits> = {},
): Promise<ReplayOutcome> {
  const paths = new Map(
    [...files].map(([name, written]) => [name, {
      path: decodeURIComponent(pathUrl(written).pathname),
      written,
    }]),
  );
  const outcome = await runSandboxed({
    kind: "replay",
    request,
    files: paths,
    pieces,
    limits: { totalMs: TOTAL_MS, ...limits },
    program: remoteProgram(),
  });
  if (outcome.kind === "replayed") return outcome.outcome;
  throw new RefusedError(refusalOf(outcome));
}
