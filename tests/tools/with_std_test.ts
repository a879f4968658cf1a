import {
  assert,
  assertArrayIncludes,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  denoArguments,
  filePath,
  findWorld,
  jsrSpecifier,
  offlineImports,
  readConfig,
  root,
  usedSpecifiers,
  type World,
  WORLD_VARIABLE,
} from "../../tools/with_std.ts";

const offline: World = { kind: "offline", why: "a test says so" };
const online: World = { kind: "jsr", why: "a test says so" };
const mapFlag = `--import-map=${filePath(new URL("tools/offline/import_map.json", root))}`;

for (const subcommand of ["run", "test", "check", "doc", "bench", "compile", "info"]) {
  Deno.test(`denoArguments() adds the offline import map to ${subcommand}`, () => {
    assertEquals(denoArguments([subcommand, "-A", "x.ts"], offline), [
      ...[subcommand, mapFlag, "--no-lock", "-A", "x.ts"],
    ]);
  });
}

for (const subcommand of ["lint", "fmt", "coverage", "task"]) {
  Deno.test(`denoArguments() leaves ${subcommand} alone, which has no such flag`, () => {
    assertEquals(denoArguments([subcommand, "x.ts"], offline), [subcommand, "x.ts"]);
  });
}

Deno.test("denoArguments() changes nothing when the real packages are there", () => {
  assertEquals(denoArguments(["test", "-A"], online), ["test", "-A"]);
});

Deno.test("denoArguments() changes nothing when an import map is named", () => {
  const args = ["test", "--import-map=other.json"];
  assertEquals(denoArguments(args, offline), args);
});

Deno.test("denoArguments() does not repeat --no-lock", () => {
  assertEquals(denoArguments(["run", "--no-lock", "x.ts"], offline), [
    ...["run", mapFlag, "--no-lock", "x.ts"],
  ]);
});

Deno.test("jsrSpecifier() puts the path behind the version", () => {
  const imports = { "@std/assert": "jsr:@std/assert@^1.0.16", yaml: "npm:yaml@2.9.1" };
  assertStrictEquals(jsrSpecifier("@std/assert", imports), "jsr:@std/assert@^1.0.16");
  assertStrictEquals(
    jsrSpecifier("@std/assert/equals", imports),
    "jsr:@std/assert@^1.0.16/equals",
  );
  assertStrictEquals(jsrSpecifier("@std/unlisted", imports), null);
});

Deno.test("usedSpecifiers() finds code and examples, and no more", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = (path: string, text: string) => Deno.writeTextFile(`${folder}/${path}`, text);
    await Deno.mkdir(`${folder}/deep/er`, { recursive: true });
    await Deno.mkdir(`${folder}/.git`);
    await write("deep/er/a.ts", `import { x } from "@std/assert";`);
    await write("b.md", "```ts\nimport { y } from '@std/testing/time';\n```");
    await write(
      "c.ts",
      `const map = { "@std/cli": 1 };\nconst lazy = await import("@std/async/pool");`,
    );
    await write("d.json", `import "@std/cli/parse-args"`);
    await write(".git/e.ts", `import "@std/cli/parse-args";`);
    assertEquals([...usedSpecifiers(new URL(`file://${folder}/`))].sort(), [
      "@std/assert",
      "@std/async/pool",
      "@std/testing/time",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("offlineImports() has a stand-in for every module that the project names", () => {
  const { imports } = readConfig();
  const used = [...usedSpecifiers()].filter((specifier) => jsrSpecifier(specifier, imports));
  assert(used.length > 0);
  assertArrayIncludes(Object.keys(offlineImports("./")), used);
});

Deno.test("offlineImports() repeats what deno.json says of other packages", () => {
  const others = (imports: Record<string, string>) =>
    Object.entries(imports).filter(([name]) => !name.startsWith("@std/")).sort();
  assertEquals(others(offlineImports("./")), others(readConfig().imports));
});

Deno.test("offlineImports() names files that exist", () => {
  const folder = new URL("tools/offline/", root);
  for (const [name, target] of Object.entries(offlineImports(folder.href))) {
    if (name.startsWith("@std/")) assert(Deno.statSync(new URL(target)).isFile, name);
  }
});

Deno.test("findWorld() believes the environment", async () => {
  const offline = await findWorld({ [WORLD_VARIABLE]: "offline" });
  assertStrictEquals(offline.kind, "offline");
  assertStringIncludes(offline.why, WORLD_VARIABLE);
  assertStrictEquals((await findWorld({ [WORLD_VARIABLE]: "jsr" })).kind, "jsr");
});

Deno.test("findWorld() rejects when the environment makes no sense", async () => {
  await assertRejects(
    () => findWorld({ [WORLD_VARIABLE]: "maybe" }),
    TypeError,
    'PNOTIFY_STD is "maybe", wanted "jsr" or "offline"',
  );
});

/** Where packages come from when a registry answers every request in the same way. */
async function worldWith(answer: () => Response): Promise<World["kind"]> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  const cache = await Deno.makeTempDir();
  try {
    // An empty cache, so that the registry decides.
    const url = `http://127.0.0.1:${server.addr.port}`;
    return (await findWorld({ DENO_DIR: cache, JSR_URL: url })).kind;
  } finally {
    await server.shutdown();
    await Deno.remove(cache, { recursive: true });
  }
}

Deno.test("findWorld() takes the real packages when the registry has them", async () => {
  assertStrictEquals(await worldWith(() => Response.json({ versions: {} })), "jsr");
});

Deno.test("findWorld() takes the stand-ins when the registry lacks a package", async () => {
  const answer = () => Response.json({ versions: {} }, { status: 404 });
  assertStrictEquals(await worldWith(answer), "offline");
});

Deno.test("findWorld() takes the stand-ins when something else answers", async () => {
  assertStrictEquals(await worldWith(() => new Response("<h1>Please log in</h1>")), "offline");
});

async function withStd(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", filePath(new URL("tools/with_std.ts", root)), ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

Deno.test("with_std passes output and exit status through, and says which world it is", async () => {
  const { code, stdout, stderr } = await withStd(
    ["eval", "console.log(Deno.env.get('PNOTIFY_STD')); Deno.exit(7)"],
    { [WORLD_VARIABLE]: "offline" },
  );
  assertStrictEquals(code, 7);
  assertStrictEquals(stdout, "offline\n");
  assertEquals(stderr.trimEnd().split("\n"), [
    "with_std: @std is the stand-ins in tools/offline (PNOTIFY_STD=offline)",
  ]);
});

Deno.test("with_std resolves @std offline, with an empty cache", async () => {
  const cache = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await withStd(
      ["eval", "import { assert } from '@std/assert'; assert(1); console.log('asserted')"],
      { [WORLD_VARIABLE]: "", DENO_DIR: cache, JSR_URL: "http://127.0.0.1:1/" },
    );
    assertStrictEquals(stdout, "asserted\n", stderr);
    assertStrictEquals(code, 0);
    assertStringIncludes(stderr, "(http://127.0.0.1:1/ does not answer)");
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("with_std refuses to run nothing", async () => {
  const { code, stderr } = await withStd([]);
  assertStrictEquals(code, 2);
  assertStringIncludes(stderr, "usage: deno run -A tools/with_std.ts SUBCOMMAND");
});

Deno.test("filePath() undoes what a URL escapes", () => {
  assertStrictEquals(filePath(new URL("file:///a%20b/c")).replaceAll("\\", "/"), "/a b/c");
  assertThrows(() => filePath(new URL("file:///%zz")), URIError);
});
