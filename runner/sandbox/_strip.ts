import type { Source } from "../scenario/source.ts";
import { Refused, refuseLine } from "./refusal.ts";

/** Whether a file is TypeScript, by its name. */
export function isTypeScript(path: string): boolean {
  return /\.m?ts$/.test(path);
}

/**
 * Takes the types out of a TypeScript file. Every line stays where it is, so that messages need no source map. The tool
 * is loaded only when there is TypeScript, and is the same on every runtime, so that all of them give the same bytes.
 *
 * @param source The file.
 * @returns JavaScript.
 * @throws {Refused} When it cannot be parsed.
 */
export async function stripTypes(source: Source): Promise<string> {
  const { transform } = await import("sucrase");
  try {
    return transform(source.text, {
      transforms: ["typescript"],
      disableESTransforms: true,
      preserveDynamicImport: true,
    }).code;
  } catch (error) {
    throw new Refused(syntaxRefusal(source, error));
  }
}

function syntaxRefusal(source: Source, error: unknown): ReturnType<typeof refuseLine> {
  const message = error instanceof Error ? error.message : String(error);
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
