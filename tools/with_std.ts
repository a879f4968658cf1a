/**
 * Runs a deno subcommand that may import `@std/*`, also where jsr.io cannot be reached:
 *
 *     deno run -A tools/with_std.ts test -A tests/kernel/
 *
 * When the packages are in Deno's cache, or the JSR registry answers, the command runs as it stands.
 * Otherwise `tools/offline/import_map.json` replaces the import map: it maps every `@std` module used
 * here to a small stand-in and repeats the npm entries of deno.json. One line on stderr says which of
 * the two it is; `PNOTIFY_STD=jsr` or `PNOTIFY_STD=offline` decides without looking.
 *
 * These runs read and write no deno.lock: one that is written offline cannot know what jsr.io would have served, so the
 * file would change hands with the network. The workflow `lock` writes it (tools/lock.ts), and the program is bundled by it.
 *
 * This file imports nothing, because it has to run before anything can be resolved.
 *
 * @module
 */

/** Where `@std/*` comes from, and the line that says so. */
export interface World {
  /** `jsr`: the real packages. `offline`: the stand-ins of tools/offline. */
  kind: "jsr" | "offline";
  /** Why, for people. */
  why: string;
}

/** The part of deno.json that the tools read. */
export interface DenoConfig {
  /** The package. */
  name: string;
  /** The package's entry points, by sub-path. */
  exports: Record<string, string>;
  /** The import map. */
  imports: Record<string, string>;
  /** Checked by the type checker. */
  compilerOptions?: Record<string, unknown>;
  /** What goes to JSR. */
  publish: { include: string[] };
}

/** The environment variable that decides, for people and for tools that start tools. */
export const WORLD_VARIABLE = "PNOTIFY_STD";

/** The project's folder. */
export const root: URL = new URL("../", import.meta.url);

const importMap = new URL("tools/offline/import_map.json", root);
const probeTimeoutMs = 3000;
const takesImportMap = new Set(
  ["bench", "cache", "check", "compile", "doc", "eval", "info", "repl", "run", "test"],
);
const specifierPattern = /\b(?:from|import)\b[\s(]*["'](@std\/[a-z-]+)((?:\/[a-z-]+)*)["']/g;

/** Reads and parses deno.json. */
export function readConfig(): DenoConfig {
  return JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
}

/**
 * Every `@std` specifier that a file of the project names, in code or in a documentation example.
 * Only these have to be cached, and each needs a stand-in.
 */
export function usedSpecifiers(folder: URL = root): Set<string> {
  const found = new Set<string>();
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const entry of Deno.readDirSync(at)) {
      if (entry.isDirectory) {
        const skipped = entry.name.startsWith(".") || entry.name === "node_modules" ||
          at.href === new URL("tests/", root).href && entry.name === "data";
        if (!skipped) folders.push(new URL(`${encodeURIComponent(entry.name)}/`, at));
        continue;
      }
      if (!/\.(ts|js|md)$/.test(entry.name)) continue;
      const text = Deno.readTextFileSync(new URL(encodeURIComponent(entry.name), at));
      for (const [, name, path] of text.matchAll(specifierPattern)) found.add(name + path);
    }
  }
  return found;
}

/** `@std/assert/equals` to `jsr:@std/assert@^1/equals`, by the import map of deno.json. */
export function jsrSpecifier(specifier: string, imports: Record<string, string>): string | null {
  const [scope, name, ...path] = specifier.split("/");
  const target = imports[`${scope}/${name}`];
  return target?.startsWith("jsr:") ? [target, ...path].join("/") : null;
}

/**
 * Decides where `@std/*` comes from.
 *
 * @param env The environment.
 * @returns Where from, and why.
 */
export async function findWorld(
  env: Readonly<Record<string, string>> = Deno.env.toObject(),
): Promise<World> {
  const wanted = env[WORLD_VARIABLE];
  if (wanted === "jsr" || wanted === "offline") {
    return { kind: wanted, why: `${WORLD_VARIABLE}=${wanted}` };
  }
  if (wanted) {
    throw new TypeError(
      `Cannot choose where @std comes from: ${WORLD_VARIABLE} is "${wanted}", wanted "jsr" or "offline"`,
    );
  }
  const { imports } = readConfig();
  const modules = [...usedSpecifiers()]
    .map((specifier) => jsrSpecifier(specifier, imports))
    .filter((specifier) => specifier !== null);
  if (await areCached(modules, env)) return { kind: "jsr", why: "in the cache" };

  const registry = env.JSR_URL?.replace(/\/*$/, "/") || "https://jsr.io/";
  const packages = new Set(modules.map((specifier) => specifier.match(/@[^@]+/)![0]));
  const answers = await Promise.all([...packages].map((name) => hasPackage(registry, name)));
  if (answers.every(Boolean)) return { kind: "jsr", why: `${registry} answers` };
  return { kind: "offline", why: `${registry} does not answer` };
}

/** Whether deno finds all of the modules, and what they import, without the network. */
async function areCached(
  modules: string[],
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const probe = await Deno.makeTempFile({ prefix: "with_std_", suffix: ".js" });
  try {
    await Deno.writeTextFile(probe, modules.map((module) => `import "${module}";\n`).join(""));
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-lock", "--no-prompt", "--cached-only", probe],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } finally {
    await Deno.remove(probe);
  }
}

/** Whether the registry serves the package; a login page that answers everything does not count. */
async function hasPackage(registry: string, name: string): Promise<boolean> {
  try {
    const response = await fetch(`${registry}${name}/meta.json`, {
      signal: AbortSignal.timeout(probeTimeoutMs),
    });
    const meta = await response.json();
    return response.ok && typeof meta.versions === "object";
  } catch {
    return false;
  }
}

/** The arguments for deno: in the offline world with the stand-ins' import map. */
export function denoArguments(args: string[], world: World): string[] {
  const [subcommand, ...rest] = args;
  const alreadyMapped = rest.some((arg) => arg.startsWith("--import-map"));
  if (world.kind === "jsr" || alreadyMapped || !takesImportMap.has(subcommand)) return args;
  // Deno 2.4 refuses a flag that is given twice.
  const noLock = rest.includes("--no-lock") ? [] : ["--no-lock"];
  return [subcommand, `--import-map=${filePath(importMap)}`, ...noLock, ...rest];
}

/** The path of a file URL, as the operating system writes it. */
export function filePath(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows" ? path.slice(1).replaceAll("/", "\\") : path;
}

/** The stand-ins' import map, with the stand-ins themselves found from `folder`. */
export function offlineImports(folder: string): Record<string, string> {
  const { imports } = JSON.parse(Deno.readTextFileSync(importMap));
  const entries = Object.entries<string>(imports)
    .map(([name, target]) => [name, target.replace(/^\.\//, folder)]);
  return Object.fromEntries(entries);
}

/** Tells people where `@std/*` comes from. */
export function reportWorld(world: World): void {
  const source = world.kind === "jsr" ? "the JSR packages" : "the stand-ins in tools/offline";
  console.error(`with_std: @std is ${source} (${world.why})`);
}

/** Runs deno, and gives its exit status. */
export async function runDeno(args: string[], world: World): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    // What the command starts in its turn need not look again.
    env: { [WORLD_VARIABLE]: world.kind },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  // Ctrl-C reaches the child as well; waiting for it keeps its last words and its status.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  return (await child.status).code;
}

if (import.meta.main) {
  if (Deno.args.length === 0) {
    console.error("usage: deno run -A tools/with_std.ts SUBCOMMAND [ARGUMENTS]");
    Deno.exit(2);
  }
  const world = await findWorld();
  reportWorld(world);
  Deno.exit(await runDeno(denoArguments(Deno.args, world), world));
}
