import { bundle } from "../../tools/bundle.ts";

/** Bundles a program for a runtime that knows neither TypeScript nor the import map, and gives the path of the file. */
export async function bundleProgram(entry: string): Promise<string> {
  const files = await bundle({ entries: { program: entry }, splitting: false });
  const output = await Deno.makeTempFile({ suffix: ".mjs" });
  await Deno.writeTextFile(output, files.get("program.js")!.text);
  return output;
}

/** The first of some programs that is installed, or null. */
export async function findProgram(...names: string[]): Promise<string | null> {
  for (const name of names) {
    try {
      const { success } = await new Deno.Command(name, { args: ["--version"] }).output();
      if (success) return name;
    } catch {
      // Not installed.
    }
  }
  return null;
}
