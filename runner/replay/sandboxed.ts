import { remoteProgram } from "../remote_program.ts";
import { EXIT, type Invocation } from "../cli/command.ts";
import { refusalOf } from "../cli/execute.ts";
import { pathUrl } from "../cli/files.ts";
import { printRefusal } from "../cli/printer.ts";
import { runSandboxed, type SandboxLimits } from "../sandbox/mod.ts";
import { RefusedError } from "./refused.ts";
import type { ReplayOutcome, ReplayRequest } from "./session.ts";

/** A recording may take hours; each piece of it has the time of a step. */
const TOTAL_MS = 6 * 3600 * 1000;

/**
 * Replays with modules from files of the user, in the sandbox.
 *
 * @param request What is to be replayed.
 * @param files The files, by the names under which the request knows them.
 * @param pieces The text of the recording.
 * @param invocation Where to say why a file was refused.
 * @param wanted How far the files may go, where that is not the default.
 * @returns What came of it.
 * @throws {RefusedError} When a file was refused, or the sandbox ended without a result.
 */
export async function replaySandboxed(
  request: ReplayRequest,
  files: ReadonlyMap<string, string>,
  pieces: AsyncIterable<string>,
  invocation: Invocation,
  wanted: Partial<SandboxLimits> = {},
): Promise<ReplayOutcome> {
  const paths = new Map(
    [...files].map(([name, written]) => [name, {
      path: decodeURIComponent(pathUrl(written).pathname),
      written,
    }]),
  );
  const limits = { totalMs: TOTAL_MS, ...wanted };
  const outcome = await runSandboxed({
    kind: "replay",
    request,
    files: paths,
    pieces,
    limits,
    program: remoteProgram(),
  });
  if (outcome.kind === "replayed") return outcome.outcome;
  if (outcome.kind === "refused" || outcome.kind === "crashed") {
    printRefusal(invocation, refusalOf(outcome));
  }
  throw new RefusedError(outcome.kind === "refused" ? EXIT.usage : EXIT.broken);
}
