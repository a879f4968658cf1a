// A registry on loopback that serves this package as JSR would: the files of the dry run, with the specifiers that
// publishing writes into them. The @std packages that they need are served from the stand-ins.
const root = new URL("../../", import.meta.url);

interface Package {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  /** The published text of each file, by its path with a leading slash. */
  readonly files: ReadonlyMap<string, string>;
}

interface Config {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

let dryRun: Promise<ReadonlyMap<string, string>> | null = null;

/** What `deno publish --dry-run` says it would send; asked once, as it checks the whole package. */
export function publishedFiles(): Promise<ReadonlyMap<string, string>> {
  return dryRun ??= readDryRun();
}

async function readDryRun(): Promise<ReadonlyMap<string, string>> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/publish_dry_run.ts", "--allow-dirty"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(text);
  const urls = [...text.matchAll(/^\s+(file:\S+) \([\d.]+\w?B\)$/gm)].map((match) => match[1]);
  const base = urls.find((url) => url.endsWith("/deno.json"))!.slice(0, -"deno.json".length);
  const files = new Map<string, string>();
  for (const url of urls) {
    const path = url.slice(base.length);
    files.set(`/${path}`, await Deno.readTextFile(new URL(path, root)));
  }
  return files;
}

/** Writes out what a bare specifier stands for, as publishing does. */
export function unfurl(source: string, imports: Readonly<Record<string, string>>): string {
  const pattern = /((?:\bfrom|\bimport)\s*\(?\s*")([^".:][^":]*)(")/g;
  return source.replace(pattern, (whole, before, specifier, after) => {
    const name = Object.keys(imports).find((key) =>
      specifier === key || specifier.startsWith(`${key}/`)
    );
    if (name === undefined) return whole;
    return before + imports[name] + specifier.slice(name.length) + after;
  });
}

async function ourPackage(config: Config): Promise<Package> {
  const files = new Map<string, string>();
  for (const [path, source] of await publishedFiles()) {
    files.set(path, path.endsWith(".ts") ? unfurl(source, config.imports) : source);
  }
  return { version: config.version, exports: config.exports, files };
}

/** An @std package made of the stand-ins: what the package needs of it, under the same names. */
function standardPackage(name: string, version: string): Package {
  const folder = new URL("tools/offline/", root);
  const map = JSON.parse(Deno.readTextFileSync(new URL("import_map.json", folder)));
  const files = new Map<string, string>();
  for (const { name: file } of Deno.readDirSync(folder)) {
    if (file.endsWith(".ts")) files.set(`/${file}`, Deno.readTextFileSync(new URL(file, folder)));
  }
  const exports: Record<string, string> = {};
  for (const [specifier, target] of Object.entries<string>(map.imports)) {
    if (specifier === name) exports["."] = target;
    else if (specifier.startsWith(`${name}/`)) exports[`.${specifier.slice(name.length)}`] = target;
  }
  return { version, exports, files };
}

async function checksum(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const bytes = [...new Uint8Array(digest)];
  return "sha256-" + bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function versionMeta({ exports, files }: Package): Promise<unknown> {
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, text] of files) {
    manifest[path] = {
      size: new TextEncoder().encode(text).length,
      checksum: await checksum(text),
    };
  }
  return { manifest, exports };
}

/** A running registry. */
export interface Registry extends AsyncDisposable {
  /** Its address, for JSR_URL. */
  readonly url: string;
  /** The paths that it was asked for and did not have. */
  readonly missing: readonly string[];
}

/** Starts the registry. */
export async function startRegistry(): Promise<Registry> {
  const config: Config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const packages = new Map<string, Package>([[config.name, await ourPackage(config)]]);
  for (const [name, specifier] of Object.entries(config.imports)) {
    if (!name.startsWith("@std/")) continue;
    packages.set(name, standardPackage(name, specifier.match(/\d+\.\d+\.\d+$/)![0]));
  }
  const missing: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname;
    const answer = await respond(packages, path);
    if (answer === null) missing.push(path);
    return answer ?? new Response("not found", { status: 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    missing,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function respond(
  packages: ReadonlyMap<string, Package>,
  path: string,
): Promise<Response | null> {
  const [, name, rest] = path.match(/^\/(@[^/]+\/[^/]+)(\/.+)$/) ?? [];
  const found = packages.get(name);
  if (found === undefined) return null;
  const [scope, short] = name.slice(1).split("/");
  if (rest === "/meta.json") {
    return Response.json({
      scope,
      name: short,
      latest: found.version,
      versions: { [found.version]: {} },
    });
  }
  if (rest === `/${found.version}_meta.json`) return Response.json(await versionMeta(found));
  const text = found.files.get(rest.slice(found.version.length + 1));
  if (text === undefined || !rest.startsWith(`/${found.version}/`)) return null;
  const type = rest.endsWith(".json") ? "application/json" : "text/typescript";
  return new Response(text, { headers: { "content-type": type } });
}
