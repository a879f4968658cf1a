import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import {
  checkLock,
  describeLock,
  lockArguments,
  lockError,
  lockFile,
  type LockRequest,
  writeLock,
} from "../../tools/lock.ts";
import { filePath, type World } from "../../tools/with_std.ts";
import { makeFolder } from "../sandbox/folder.ts";

const online: World = { kind: "jsr", why: "a test says so" };
const offline: World = { kind: "offline", why: "a test says so" };
const WORKFLOW = ".github/workflows/lock.yml";

Deno.test("lockArguments() freezes the lock when there is one, and knows of none otherwise", () => {
  assertEquals(lockArguments("/a/deno.lock"), ["--lock=/a/deno.lock", "--frozen"]);
  assertEquals(lockArguments(null), ["--no-lock"]);
});

Deno.test("lockFile() is the lock of the project where the real packages are there", () => {
  using folder = makeFolder({ "deno.lock": "{}" });
  const url = new URL(`file://${folder.path}/`);
  assertStrictEquals(lockFile(online, url), filePath(new URL("deno.lock", url)));
});

Deno.test("lockFile() is null where there is none, and with stand-ins", () => {
  using without = makeFolder({ "deno.json": "{}" });
  assertStrictEquals(lockFile(online, new URL(`file://${without.path}/`)), null);
  using withLock = makeFolder({ "deno.lock": "{}" });
  assertStrictEquals(lockFile(offline, new URL(`file://${withLock.path}/`)), null);
});

Deno.test("describeLock() says what binds the packages, and why nothing does", () => {
  using without = makeFolder({ "deno.json": "{}" });
  using withLock = makeFolder({ "deno.lock": "{}" });
  const [bare, locked] = [without, withLock].map(({ path }) => new URL(`file://${path}/`));
  assertEquals(describeLock(online, locked), "by deno.lock");
  assertEquals(describeLock(online, bare), "without a lock: there is no deno.lock");
  const reason = "without a lock: stand-ins take the place of @std (a test says so)";
  assertEquals(describeLock(offline, bare), reason);
  assertEquals(describeLock(offline, locked), `${reason}, and deno.lock is not looked at`);
});

Deno.test("lockError() says what was to be done, who writes the lock, and what Deno said", () => {
  const { message } = lockError("bundle", "error: out of date\n");
  assertStringIncludes(message, 'Cannot bundle by "deno.lock": ');
  assertStringIncludes(message, WORKFLOW);
  assertStringIncludes(message, "\nerror: out of date");
});

const SOURCE = "export const used = 1;\n";

/** What a registry answers that has one package. */
async function answer(path: string): Promise<Response> {
  if (path === "/@house/used/meta.json") {
    return Response.json({
      scope: "house",
      name: "used",
      latest: "1.0.0",
      versions: { "1.0.0": {} },
    });
  }
  if (path === "/@house/used/1.0.0/mod.ts") {
    return new Response(SOURCE, { headers: { "content-type": "text/typescript" } });
  }
  if (path !== "/@house/used/1.0.0_meta.json") return new Response("", { status: 404 });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(SOURCE));
  const checksum = `sha256-${
    [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  }`;
  const manifest = { "/mod.ts": { size: SOURCE.length, checksum } };
  return Response.json({ manifest, exports: { ".": "./mod.ts" } });
}

/** A registry that never answers: nobody can listen there but root. */
const DEAD_REGISTRY = "http://127.0.0.1:1/";

/** Has its package behind an import(), which `deno install` does not insist on. */
const LAZY_MAIN = 'await import("jsr:@house/used@^1.0.0");\n';

/** Gives a project that imports a package, with the registry that has it. */
async function withProject(
  use: (request: Project) => Promise<void>,
  main = 'import "jsr:@house/used@^1.0.0";\n',
): Promise<void> {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => answer(new URL(request.url).pathname),
  );
  try {
    using folder = makeFolder({
      "deno.json": "{}",
      "main.ts": main,
    });
    await use({
      folder: new URL(`file://${folder.path}/`),
      entries: ["main.ts"],
      registry: `http://127.0.0.1:${server.addr.port}/`,
    });
  } finally {
    await server.shutdown();
  }
}

type Project = Required<Pick<LockRequest, "folder" | "entries" | "registry">>;

interface Lock {
  specifiers: Record<string, string>;
  jsr: Record<string, { integrity: string }>;
}

async function readLock({ folder }: Project): Promise<Lock> {
  return JSON.parse(await Deno.readTextFile(new URL("deno.lock", folder)));
}

/** The names of the files in the project's folder. */
function filesOf({ folder }: Project): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

async function changeLock(project: Project, change: Partial<Lock>): Promise<void> {
  const lock = { ...await readLock(project), ...change };
  await Deno.writeTextFile(new URL("deno.lock", project.folder), JSON.stringify(lock));
}

/** Fails unless checkLock() refuses the project's lock for a reason, and leaves it as it is. */
async function assertRefused(project: Project, reason: string): Promise<void> {
  const lock = await readLock(project);
  const { message } = await assertRejects(() => checkLock(project), Error);
  assertStringIncludes(message, 'by "deno.lock": ');
  assertStringIncludes(message, WORKFLOW);
  assertStringIncludes(message, reason);
  assertEquals(await readLock(project), lock);
}

Deno.test("checkLock() takes what writeLock() wrote, and changes nothing", () =>
  withProject(async (project) => {
    await writeLock(project);
    const lock = await readLock(project);
    assertEquals(Object.keys(lock.jsr), ["@house/used@1.0.0"]);
    await checkLock(project);
    assertEquals(await readLock(project), lock);
  }));

Deno.test("checkLock() refuses, and names the workflow, when there is no lock", () =>
  withProject(async (project) => {
    const { message } = await assertRejects(() => checkLock(project), Error);
    assertStringIncludes(message, 'by "deno.lock": there is none');
    assertStringIncludes(message, WORKFLOW);
  }));

Deno.test("checkLock() refuses, and names the workflow, when a package is missing", () =>
  withProject(async (project) => {
    await writeLock(project);
    await changeLock(project, { specifiers: {}, jsr: {} });
    await assertRefused(project, "The lockfile is out of date");
  }));

Deno.test("checkLock() refuses, and names the workflow, when a package is another one", () =>
  withProject(async (project) => {
    await writeLock(project);
    await changeLock(project, { jsr: { "@house/used@1.0.0": { integrity: "0".repeat(64) } } });
    await assertRefused(project, "Integrity check failed");
  }));

Deno.test("writeLock() writes the file anew when there is one already", () =>
  withProject(async (project) => {
    await Deno.writeTextFile(new URL("deno.lock", project.folder), "no lock");
    await writeLock(project);
    assertEquals(Object.keys((await readLock(project)).jsr), ["@house/used@1.0.0"]);
  }));

Deno.test("writeLock() leaves the old file alone when a package cannot be fetched", () =>
  withProject(async (project) => {
    await writeLock(project);
    const before = await readLock(project);
    const dead = { ...project, registry: DEAD_REGISTRY };
    await assertRejects(() => writeLock(dead), Error, 'Cannot write "deno.lock": ');
    assertEquals(await readLock(project), before);
    assertEquals(filesOf(project), ["deno.json", "deno.lock", "main.ts"]);
  }));

Deno.test("writeLock() refuses, and writes nothing, when a package behind import() cannot be fetched", () =>
  withProject(async (project) => {
    const dead = { ...project, registry: DEAD_REGISTRY };
    const { message } = await assertRejects(() => writeLock(dead), Error);
    assertStringIncludes(message, 'Cannot write "deno.lock": jsr:@house/used@^1.0.0: ');
    assertEquals(filesOf(project), ["deno.json", "main.ts"]);
  }, LAZY_MAIN));

Deno.test("checkLock() takes a lock that names a package behind import()", () =>
  withProject(async (project) => {
    await writeLock(project);
    assertEquals(Object.keys((await readLock(project)).jsr), ["@house/used@1.0.0"]);
    await checkLock(project);
  }, LAZY_MAIN));

Deno.test("checkLock() refuses a lock that misses a package behind import()", () =>
  withProject(async (project) => {
    await writeLock(project);
    await changeLock(project, { specifiers: {}, jsr: {} });
    await assertRefused(project, "The lockfile is out of date");
    await assertRefused({ ...project, registry: DEAD_REGISTRY }, "jsr:@house/used@^1.0.0: ");
  }, LAZY_MAIN));

Deno.test("checkLock() refuses when the registry does not answer, whatever the lock names", () =>
  withProject(async (project) => {
    await writeLock(project);
    await assertRefused({ ...project, registry: DEAD_REGISTRY }, "/@house/used/");
  }, LAZY_MAIN));
