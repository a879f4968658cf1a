import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { LaunchError } from "../../live/launch_error.ts";
import { Libc } from "../../live/libc.ts";
import { demandArchitecture, explain } from "../../runner/live/refusal.ts";
import { SANDBOX_COMMAND } from "../../runner/sandbox/mod.ts";
import { programBundle, writeBundle } from "../../tools/bundle.ts";
import { denoArguments, filePath, findWorld, root } from "../../tools/with_std.ts";
import { makeFolder } from "../sandbox/folder.ts";
import { binary, type Build, compiled, fromSource, output } from "./program.ts";

const NOBODY = 65534;
const isLinux = Deno.build.os === "linux";

/** The bundle of the program, as `deno run` runs it, with or without a change to a text of it. */
function bundled(folder: string): Build {
  return {
    name: "the bundle",
    run: (args, cwd) =>
      output(Deno.execPath(), ["run", "-A", "--quiet", "--no-lock", `${folder}/main.js`, ...args], {
        cwd,
      }),
  };
}

/** Registers a test of live runs. On Deno 2.4 the process of esbuild ends a little after esbuild.stop() says so. */
function testLive(name: string, fn: () => Promise<void>, ignore = false): void {
  const options = { sanitizeOps: false, sanitizeResources: false };
  Deno.test({ name, fn, ignore: ignore || !isLinux, ...options });
}

/** The pids of processes with a word among their arguments. */
function pidsOf(word: string): number[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      return words.includes(word) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** What every build must do. */
async function checkLive(build: Build): Promise<void> {
  using folder = makeFolder({});
  const ended = await build.run(
    ["live", "--tree", "--", "sh", "-c", "echo out; (exit 3); exit 7"],
    folder.path,
  );
  assertEquals([ended.status, ended.out], [7, "out\n"], ended.err);
  assertMatch(ended.err, /\bsh\b/);
  const script = 'exec printf "%s\\n" "$HOME" "$PATH" "$PWD"';
  const told = await build.run(["live", "-o", "report", "--", "sh", "-c", script], folder.path);
  const wanted = [Deno.env.get("HOME"), Deno.env.get("PATH"), folder.path];
  assertEquals([told.status, told.out.trimEnd().split("\n"), told.err], [0, wanted, ""]);
  const modules = ["-m", "job", "-m", "csa", "--record", "events"];
  const recorded = await build.run(["live", ...modules, "--", "sh", "-c", "true"], folder.path);
  assertEquals(recorded.status, 0, recorded.err);
  const replayed = await build.run(["replay", "events"], folder.path);
  assertEquals(replayed.status, 0, replayed.err);
  const missing = await build.run(["live", "--", "/no/such/program"], folder.path);
  assertEquals([missing.status, missing.err.trimEnd().split("\n").length], [127, 1], missing.err);
}

testLive("pnotify live runs a command from source", () => checkLive(fromSource));
testLive("pnotify live runs a command in the binary", () => checkLive(compiled), binary === null);

testLive("pnotify live runs a command from a bundle", async () => {
  using folder = makeFolder({});
  await writeBundle(await programBundle(), folder.path);
  await checkLive(bundled(folder.path));
});

/** Runs the program from source with few permissions. */
async function runWith(flags: readonly string[], args: readonly string[]) {
  const main = filePath(new URL("runner/main.ts", root));
  const command = ["run", "--quiet", "--no-prompt", ...flags, main, ...args];
  return await output(Deno.execPath(), denoArguments(command, await findWorld()), {
    cwd: filePath(root),
  });
}

testLive("pnotify live says which permission of Deno is wanted, in a line", async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [["--allow-read"], /^error: Cannot trace the command: Deno refuses it, --allow-ffi is wanted/],
    [[], /^error: Cannot trace the command: .*--allow-read/],
  ];
  for (const [flags, wanted] of cases) {
    const { status, out, err } = await runWith(flags, ["live", "--", "true"]);
    assertEquals([status, out, err.trimEnd().split("\n").length], [125, "", 1], err);
    assertMatch(err, wanted);
  }
});

testLive("pnotify live wants --allow-ffi and --allow-read, and no more", async () => {
  const flags = ["--allow-read", "--allow-ffi"];
  const { status, out, err } = await runWith(flags, ["live", "--", "sh", "-c", "echo out; exit 4"]);
  assertEquals([status, out], [4, "out\n"], err);
});

testLive("pnotify live passes signals on without --allow-run", async () => {
  const script = "trap 'exit 9' TERM; kill -TERM $PPID; while :; do sleep 0.05; done";
  const flags = ["--allow-read", "--allow-ffi"];
  const { status, err } = await runWith(flags, [
    "live",
    "--",
    "sh",
    "-c",
    script,
  ]);
  assertEquals(status, 9, err);
});

testLive("a tracer that breaks down leaves no process stopped, and none running", async () => {
  const { files, config } = await programBundle();
  using folder = makeFolder({});
  const handler = /( {2}#handle\(\{ pid, status \}\) \{\n)/;
  const texts = [...files].map(([name, file]) => {
    const fault = 'if (++globalThis.pnotifyStops > 12) throw new TypeError("a mistake");\n';
    const text = file.text.replace(handler, `$1    globalThis.pnotifyStops ??= 0;\n    ${fault}`);
    return [name, { ...file, text }] as const;
  });
  assertEquals(texts.filter(([name, { text }]) => text !== files.get(name)!.text).length, 1);
  await writeBundle({ files: new Map(texts), config }, folder.path);
  const time = `1000.${Deno.pid}`;
  const script = `sleep ${time} & sleep ${time} & sleep ${time} & sleep ${time} & sleep ${time}`;
  const { status, err } = await bundled(folder.path).run(["live", "--", "sh", "-c", script]);
  assertEquals(pidsOf(time), []);
  assertEquals([status, err.trimEnd().split("\n").length], [125, 1], err);
  assertMatch(err, /^error: Cannot trace the command: .*a mistake \(at /);
});

Deno.test("demandArchitecture() says in a sentence where pnotify live runs", () => {
  assertEquals(demandArchitecture({ os: "linux", arch: "aarch64" }).name, "aarch64");
  for (const build of [{ os: "darwin", arch: "aarch64" }, { os: "linux", arch: "riscv64" }]) {
    const wanted =
      `this is ${build.os} on ${build.arch}, Linux on x86_64 or aarch64 is wanted (ENOSYS)`;
    const error = assertThrows(() => demandArchitecture(build), LaunchError, wanted);
    assertEquals(error.exitStatus, 125);
  }
});

Deno.test("Libc() says in a sentence that there is no C library that it knows", () => {
  const { dlopen } = Deno;
  Deno.dlopen = () => {
    throw new Error("Could not open library: no such file\nor directory");
  };
  try {
    const error = assertThrows(() => new Libc());
    const { message, exitStatus } = explain(error);
    assertMatch(
      message,
      /^Cannot open the C library: .*libc\.so\.6, libc\.musl-\w+\.so\.1.*\(ENOSYS\)$/,
    );
    assertEquals(exitStatus, 125);
  } finally {
    Deno.dlopen = dlopen;
  }
});

/** Options of a command that make it run as a user who is not root: root may trace everything. */
const asUser = isLinux && Deno.uid() === 0 ? { cwd: "/", uid: NOBODY, gid: NOBODY } : {};

/** The path of the binary where that user can run it. */
function publicBinary(folder: string): string {
  const path = `${folder}/pnotify`;
  Deno.copyFileSync(binary!, path);
  Deno.chmodSync(path, 0o755);
  return path;
}

/** The builds that can be attacked. */
function victims(folder: string): Build[] {
  if (Deno.uid() !== 0) return binary === null ? [fromSource] : [fromSource, compiled];
  if (binary === null) return [];
  const path = publicBinary(folder);
  return [{ name: "the binary", run: (args) => output(path, [...args], asUser) }];
}

async function hasPython(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("env", {
      // It passes over a python3 that this user may not run.
      args: ["python3", "--version"],
      ...asUser,
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

testLive(
  "a command of the same user can neither trace the supervisor nor touch its memory",
  async () => {
    const script = Deno.readTextFileSync(new URL("attack_supervisor.py", import.meta.url));
    using folder = makeFolder({ "attack.py": script });
    Deno.chmodSync(folder.path, 0o755);
    const builds = await hasPython() ? victims(folder.path) : [];
    if (builds.length === 0) {
      const why =
        "that takes python3, and a user who is not root or a binary that such a one can run";
      return console.error(`tests/binary: the supervisor was not attacked: ${why}`);
    }
    const attack = ["python3", `${folder.path}/attack.py`, "child", "supervisor"];
    for (const { name, run } of builds) {
      const { status, out, err } = await run(["live", "--", ...attack]);
      assertEquals(status, 0, err);
      const lines = out.trimEnd().split("\n").map((line) => line.split(": "));
      const endsOf = (target: string) => lines.filter(([victim]) => victim === target);
      assertEquals(endsOf("supervisor").filter(([, , end]) => end !== "refused"), [], name);
      assertEquals(endsOf("supervisor").length, 10);
      // A child of its own is there to be read: what is refused above is refused for a reason.
      const done = endsOf("child").filter(([, , end]) => end === "done").map(([, way]) => way);
      for (const way of ["read memory", "write memory", "open memory", "see memory"]) {
        assert(done.includes(way), `${way} of a child, in ${name}`);
      }
    }
  },
);

/** Waits until a process is not dumpable: its files in /proc belong to root then. */
async function untilHidden(pid: number): Promise<void> {
  while (Deno.statSync(`/proc/${pid}/environ`).uid !== 0) {
    await new Promise((go) => setTimeout(go, 10));
  }
}

testLive("the sandbox of the binary can neither be traced nor read by the same user", async () => {
  if (!await hasPython()) {
    return console.error("tests/binary: the sandbox was not attacked: there is no python3");
  }
  const script = Deno.readTextFileSync(new URL("attack_supervisor.py", import.meta.url));
  using folder = makeFolder({ "attack.py": script });
  Deno.chmodSync(folder.path, 0o755);
  const streams = { stdin: "piped", stdout: "null", stderr: "null" } as const;
  const sandbox = new Deno.Command(publicBinary(folder.path), {
    args: [SANDBOX_COMMAND],
    ...streams,
    ...asUser,
  }).spawn();
  try {
    await untilHidden(sandbox.pid);
    const attack = [`${folder.path}/attack.py`, String(sandbox.pid)];
    const { status, out, err } = await output("env", ["python3", ...attack], asUser);
    assertEquals(status, 0, err);
    const ends = out.trimEnd().split("\n").map((line) => line.split(": "));
    assertEquals(ends.filter(([, , end]) => end !== "refused"), []);
    assertEquals(ends.length, 10);
  } finally {
    // It ends with the pipe.
    await sandbox.stdin.close();
    assertEquals((await sandbox.status).code, 2);
  }
}, binary === null);
