/** Bundles a program for a runtime that knows neither TypeScript nor the import map. */
export async function bundle(entry: string, platform: "deno" | "browser"): Promise<string> {
  const output = await Deno.makeTempFile({ suffix: ".mjs" });
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", platform, "-o", output, entry],
    env: { DENO_TLS_CA_STORE: "mozilla,system" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
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
