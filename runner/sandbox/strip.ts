import type { Source } from "../scenario/source.ts";
import { SoftLockup } from "../engine/plan.ts";
import { Refused, refuseLine } from "./refusal.ts";
import { createWatchdog, PATIENCE, STEP_HOOK } from "./watchdog.ts";

/** Milliseconds that a file may take. An honest file takes a few. Some texts take for ever. */
const LIMIT_MS = 5000;

/** Whether a file is TypeScript, by its name. */
export function isTypeScript(path: string): boolean {
  return /\.m?ts$/.test(path);
}

/**
 * Takes the types out of a TypeScript file. Every line keeps its place, so messages need no source map. The tool is
 * loaded for the first TypeScript file. Every runtime uses the same tool, and so gets the same bytes.
 *
 * @param source The file.
 * @returns JavaScript.
 * @throws {Refused} When it cannot be parsed.
 */
export async function stripTypes(source: Source): Promise<string> {
  const { transform } = await import("sucrase");
  const options = { transforms: ["typescript" as const], disableESTransforms: true };
  let code = "";
  try {
    withLimit(() => code = transform(source.text, options).code);
  } catch (error) {
    throw new Refused(syntaxRefusal(source, error));
  }
  return code;
}

/** Runs a call with a time limit. The host itself strips text that it does not trust. */
function withLimit(run: () => void): void {
  const global = globalThis as Record<string, unknown>;
  for (const patience of PATIENCE) {
    const { hook, guard, isStarved } = createWatchdog(() => LIMIT_MS, patience);
    Object.defineProperty(global, STEP_HOOK, { value: hook, configurable: true });
    try {
      return guard({ step: 0, what: "strip types" }, run);
    } catch (error) {
      if (!isStarved()) throw error;
    } finally {
      delete global[STEP_HOOK];
    }
  }
}

function syntaxRefusal(source: Source, error: unknown): ReturnType<typeof refuseLine> {
  const isEndless = error instanceof SoftLockup;
  const message = isEndless
    ? "it takes too long to find out what it says"
    : error instanceof Error
    ? error.message
    : String(error);
  const place = /\((\d+):(\d+)\)/.exec(message);
  const at = {
    line: Number(place?.[1] ?? 1),
    column: Number(place?.[2] ?? 1),
    length: 1,
  };
  return refuseLine(source, at, {
    rule: "syntax",
    title: `Cannot read "${source.file}": it is no TypeScript`,
    label: message.replace(/^Error transforming .*?: /, "").replace(/\s*\(\d+:\d+\)$/, ""),
  });
}
