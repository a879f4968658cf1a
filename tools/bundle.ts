/**
 * Bundles modules of this project with all that they import, by esbuild:
 *
 *     deno run -A tools/bundle.ts FOLDER
 *
 * writes the program as people get it, as `deno task compile` puts it into one file: entries for the program, its workers,
 * and each entry of the library, with what they share in chunks, so that all of them are one library.
 *
 * Deno says what an import leads to, so that import map, JSR and npm mean here what they mean elsewhere. npm packages are
 * installed into a temporary folder, where esbuild finds its way by itself.
 *
 * Where deno.lock stands, the program is bundled from the packages that it names. What Deno's cache holds is believed:
 * `deno task compile` runs this with a cache of its own.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { lockArguments, lockError, lockFile } from "./lock.ts";
import {
  denoArguments,
  filePath,
  findWorld,
  readConfig,
  root,
  WORLD_VARIABLE,
} from "./with_std.ts";
import { workers } from "./workers.ts";

/** What is to be bundled. */
export interface BundleRequest {
  /** The entries: the URL of each module by the name of its file, without `.js`. */
  readonly entries: Readonly<Record<string, string>>;
  /** Whether names and space are made short; false by default. */
  readonly minify?: boolean;
  /** Whether what entries share, and what is imported at run time, gets files of its own; true by default. */
  readonly splitting?: boolean;
  /** The path of the deno.lock that has to name each package; null, which is the default, where none does. */
  readonly lock?: string | null;
}

/** A file of a bundle. */
export interface BundledFile {
  /** Its name in the bundle's folder. */
  readonly name: string;
  /** Its text. */
  readonly text: string;
  /** The files that it imports at once. */
  readonly imports: readonly string[];
  /** The files that it imports when they are first needed. */
  readonly lazyImports: readonly string[];
  /** The paths of the modules in it, from the project's folder; those of packages begin with `npm:`. */
  readonly modules: readonly string[];
}

/** The files of a bundle by their names. */
export type Bundle = ReadonlyMap<string, BundledFile>;

/** A module as `deno info --json` tells of it. */
interface InfoModule {
  readonly specifier: string;
  readonly kind?: string;
  readonly local?: string;
  readonly mediaType?: string;
  readonly npmPackage?: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string; readonly error?: string };
  }[];
}

/** What imports lead to. */
interface Graph {
  /** Every module, by its name in the bundle. */
  readonly modules: ReadonlyMap<string, InfoModule>;
  readonly redirects: Readonly<Record<string, string>>;
}

const LOADERS: Readonly<Record<string, esbuild.Loader>> = {
  TypeScript: "ts",
  Mts: "ts",
  JavaScript: "js",
  Mjs: "js",
  Json: "json",
};

/** The folder that esbuild names its files by. Nothing is written there. */
const OUTPUT = "out/";

/** The namespace of modules that Deno has found. */
const MODULE = "module";

/**
 * Bundles modules.
 *
 * @param request What is to be bundled.
 * @returns The files.
 * @throws {Error} When an import leads nowhere, or a file does not parse.
 */
export async function bundle(request: BundleRequest): Promise<Bundle> {
  const folder = await Deno.makeTempDir({ prefix: "pnotify_bundle_" });
  try {
    const { entries, lock = null } = request;
    const graph = await readGraph(Object.values(entries), folder, lock);
    await installPackages(graph, folder, lock);
    const { outputFiles, metafile } = await esbuild.build({
      ...optionsFor(request),
      write: false,
      metafile: true,
      absWorkingDir: folder,
      plugins: [resolver(graph, folder)],
    });
    const texts = new Map(outputFiles.map((file) => [file.path.replaceAll("\\", "/"), file.text]));
    const names = Object.keys(metafile.outputs);
    return new Map(names.map((path) => {
      const text = [...texts].find(([full]) => full.endsWith(`/${path}`))![1];
      const file = describeFile(path, text, metafile.outputs[path]);
      return [file.name, file];
    }));
  } finally {
    await esbuild.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

function describeFile(
  path: string,
  text: string,
  { imports, inputs }: esbuild.Metafile["outputs"][string],
): BundledFile {
  const ours = imports.filter(({ external }) => !external);
  const importsOf = (kind: string) =>
    ours.filter((file) => file.kind === kind).map(({ path }) => path.slice(OUTPUT.length));
  return {
    name: path.slice(OUTPUT.length),
    text,
    imports: importsOf("import-statement"),
    lazyImports: importsOf("dynamic-import"),
    modules: Object.keys(inputs).map(nameOfInput),
  };
}

function optionsFor(request: BundleRequest): esbuild.BuildOptions {
  const { entries, minify = false, splitting = true } = request;
  return {
    entryPoints: Object.entries(entries).map(([out, url]) => ({ in: url, out })),
    bundle: true,
    outdir: OUTPUT,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2023",
    charset: "utf8",
    // Constants of other files are written in as numbers, and that makes a bundle faster.
    minifySyntax: true,
    minifyIdentifiers: minify,
    minifyWhitespace: minify,
    splitting,
    // A tsconfig.json in a folder above must not change the bundle.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    logLevel: "silent",
  };
}

function nameOfInput(input: string): string {
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(input) ?? [];
  if (name !== undefined) return `npm:${name}`;
  return input.slice(MODULE.length + 1);
}

/** What a module is called in a bundle: where the project lies on the machine that made it is left out. */
function moduleName(url: string): string {
  return url.startsWith(root.href) ? url.slice(root.href.length) : url;
}

/** Asks Deno what is imported, and where it lies. */
async function readGraph(
  entries: readonly string[],
  folder: string,
  lock: string | null,
): Promise<Graph> {
  const world = await findWorld();
  const probe = `${folder}/probe.ts`;
  await writeImports(probe, entries);
  const config = `--config=${filePath(new URL("deno.json", root))}`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: denoArguments(["info", "--json", ...lockArguments(lock), config, probe], world),
    env: { [WORLD_VARIABLE]: world.kind, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw bundleError(decoder.decode(stderr), lock);
  const info = JSON.parse(decoder.decode(stdout)) as {
    modules: InfoModule[];
    redirects?: Record<string, string>;
  };
  const modules = new Map(info.modules.map((module) => [moduleName(module.specifier), module]));
  return { modules, redirects: info.redirects ?? {} };
}

/** Installs the npm packages, and what they bring along, into the folder's `node_modules`. */
async function installPackages(
  { modules }: Graph,
  folder: string,
  lock: string | null,
): Promise<void> {
  const packages = [...modules.values()].flatMap(({ npmPackage }) => npmPackage ?? [])
    // What stands behind the version are the versions of its peers.
    .map((id) => /^@?[^@]+@[^_]+/.exec(id)![0]);
  if (packages.length === 0) return;
  await writeImports(`${folder}/packages.ts`, packages.map((id) => `npm:${id}`));
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ nodeModulesDir: "auto" }));
  const copy = lock === null ? null : await copyLock(lock, folder);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", ...lockArguments(copy), "--entrypoint", "packages.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  if (code !== 0) throw bundleError(new TextDecoder().decode(stderr), lock);
}

/** Copies a lock without the import map of the project that it belongs to: the folder has none, and Deno compares them. */
async function copyLock(lock: string, folder: string): Promise<string> {
  const { workspace: _, ...packages } = JSON.parse(await Deno.readTextFile(lock));
  const copy = `${folder}/deno.lock`;
  await Deno.writeTextFile(copy, JSON.stringify(packages, null, 2));
  return copy;
}

async function writeImports(path: string, specifiers: readonly string[]): Promise<void> {
  const lines = specifiers.map((specifier) => `import ${JSON.stringify(specifier)};\n`);
  await Deno.writeTextFile(path, lines.join(""));
}

function bundleError(stderr: string, lock: string | null): Error {
  return lock === null ? new Error(`Cannot bundle: ${stderr}`) : lockError("bundle", stderr);
}

/** Lets esbuild find what Deno has found. */
function resolver({ modules, redirects }: Graph, folder: string): esbuild.Plugin {
  const resolve = (specifier: string, importer: string): string => {
    const dependency = modules.get(importer)?.dependencies
      ?.find((candidate) => candidate.specifier === specifier);
    const target = dependency?.code?.specifier;
    if (target === undefined) throw new Error(`Cannot bundle "${specifier}" in "${importer}"`);
    return redirects[target] ?? target;
  };
  return {
    name: "deno",
    setup(build) {
      build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true }));
      build.onResolve({ filter: /./ }, ({ path, importer, kind, namespace }) => {
        if (kind === "entry-point") return { path: moduleName(path), namespace: MODULE };
        if (namespace !== MODULE) return undefined;
        const target = resolve(path, importer);
        if (!target.startsWith("npm:")) return { path: moduleName(target), namespace: MODULE };
        const name = target.replace(/^npm:\/?(@?[^@/]+(?:\/[^@/]+)?)@[^/]+/, "$1");
        return build.resolve(name, { resolveDir: folder, kind, importer: "" });
      });
      build.onLoad({ filter: /./, namespace: MODULE }, async ({ path }) => {
        // A file that only types come from need not be there, so that only now it is missed.
        const { local, mediaType = "", error } = modules.get(path)!;
        if (local === undefined) return { errors: [{ text: `Cannot bundle "${path}": ${error}` }] };
        const contents = withoutMetadata(await Deno.readTextFile(local));
        return { contents, loader: LOADERS[mediaType] };
      });
    },
  };
}

/** The text of a module, without what Deno writes behind it in its cache: JSON admits no comment. */
export function withoutMetadata(text: string): string {
  return text.replace(/\n\/\/ denoCacheMetadata=[^\n]*\n?$/, "");
}

/** The program as a bundle. */
export interface ProgramBundle {
  /** The files. */
  readonly files: Bundle;
  /** The configuration that goes with them: what modules of users import by the name of the package is in the bundle. */
  readonly config: {
    readonly imports: Record<string, string>;
    readonly unstable: readonly string[];
  };
}

/**
 * Bundles the program: `main.js`, its workers, and the entries of the library, which all of them share.
 *
 * @param lock As in {@linkcode BundleRequest.lock}.
 */
export async function programBundle(lock: string | null = null): Promise<ProgramBundle> {
  const { name, exports } = readConfig();
  const library = Object.entries(exports).filter(([, path]) => !path.startsWith("./runner/"))
    .map(([entry, path]) => {
      const output = `library/${entry === "." ? "mod" : entry.slice(2)}`;
      return { specifier: name + entry.slice(1), output, url: new URL(path, root).href };
    });
  const files = await bundle({
    entries: {
      main: new URL("runner/main.ts", root).href,
      ...Object.fromEntries(
        workers().map((path) => [path, new URL(`runner/${path}.ts`, root).href]),
      ),
      ...Object.fromEntries(library.map(({ output, url }) => [output, url])),
    },
    lock,
  });
  const imports = Object.fromEntries(
    library.map(({ specifier, output }) => [specifier, `./${output}.js`]),
  );
  return { files, config: { imports, unstable: ["worker-options"] } };
}

/** Writes a bundle of the program into a folder. */
export async function writeBundle({ files, config }: ProgramBundle, folder: string): Promise<void> {
  for (const { name, text } of files.values()) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config, null, 2));
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) {
    console.error("usage: deno run -A tools/bundle.ts FOLDER");
    Deno.exit(2);
  }
  try {
    await writeBundle(await programBundle(lockFile(await findWorld())), folder);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
