import { assert, assertEquals } from "@std/assert";
import { has, live, liveCommand, nodes, shell, testLive } from "./support.ts";

testLive("pnotify live gives the exit status of its command", async () => {
  assertEquals((await live(shell("exit 3"))).status, 3);
});

testLive("pnotify live gives 128 and the signal that ended its command", async () => {
  assertEquals((await live(shell("kill -9 $$"))).status, 137);
});

for (
  const [what, command, status] of [
    ["no such program", ["no-such-program"], 127],
    ["no such file", ["/no/such/file"], 127],
    ["a folder", ["/"], 126],
    ["a file that may not be run", ["/etc/passwd"], 126],
  ] as const
) {
  testLive(`pnotify live refuses ${what} with ${status}`, async () => {
    const run = await live(command);
    assertEquals([run.status, run.out], [status, ""]);
    assert(/^error: Cannot run "[^"]+": .+ is wanted \(\w+\)\n$/.test(run.err), run.err);
  });
}

testLive("pnotify live says that what is traced already cannot be traced", async () => {
  const [program, ...args] = await liveCommand();
  const { status, err } = await live([program, ...args, "--", "true"]);
  assertEquals(status, 125);
  assert(err.includes("traces it already"), err);
});

testLive("pnotify live hands on arguments and environment as they are", async () => {
  const words = ["", "a b", "ä€😀", "-n", "'\"$x\n"];
  const { out } = await live(["printf", "%s|", ...words], { env: { PNOTIFY_TEST: "ä b=c" } });
  assertEquals(out, words.map((word) => `${word}|`).join(""));
  const env = await live(["env", "-0"], { env: { PNOTIFY_TEST: "ä b=c\nd" } });
  const variables = env.out.split("\0");
  assert(variables.includes("PNOTIFY_TEST=ä b=c\nd"));
  for (const name of ["_", "PWD", "OLDPWD", "SHLVL"]) {
    const own = Deno.env.get(name);
    const variable = variables.find((text) => text.startsWith(`${name}=`));
    assertEquals(variable, own === undefined ? undefined : `${name}=${own}`);
  }
});

testLive("pnotify live runs a script without a first line by the shell", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/script`, 'echo "$0 $1"; exit 4\n', { mode: 0o755 });
  const { out, status } = await live(["./script", "x"], { cwd: folder });
  await Deno.remove(folder, { recursive: true });
  assertEquals([out, status], ["./script x\n", 4]);
});

testLive("the command of pnotify live has default signals", async () => {
  const { out } = await live(["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]);
  const own = await Deno.readTextFile("/proc/self/status");
  const pipe = 1n << 12n;
  const mask = (text: string, name: string) =>
    BigInt(`0x${new RegExp(`${name}:\t([0-9a-f]+)`).exec(text)![1]}`);
  assertEquals(mask(out, "SigIgn"), mask(own, "SigIgn") & ~pipe);
  assertEquals(mask(out, "SigBlk"), 0n);
});

testLive("the command of pnotify live ignores what its caller ignored", async () => {
  const [program, ...args] = await liveCommand();
  const script = `trap "" HUP USR1; exec "$@"`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", program, ...args, "--", "grep", "SigIgn", "/proc/self/status"],
    env: { NO_COLOR: "1" },
    stderr: "null",
  }).output();
  const mask = BigInt(`0x${/SigIgn:\t([0-9a-f]+)/.exec(new TextDecoder().decode(stdout))![1]}`);
  assertEquals(mask & 0b10_0000_0001n, 0b10_0000_0001n);
});

testLive("a pipe that nobody reads ends a writer below pnotify live", async () => {
  const { out } = await live(["bash", "-c", 'yes | head -1; echo "${PIPESTATUS[@]}"']);
  assertEquals(out, "y\n141 0\n");
});

testLive("the command of pnotify live has no descriptors of ours", async () => {
  const list = shell("ls /proc/self/fd");
  const { stdout } = await new Deno.Command(list[0], { args: list.slice(1), stdin: "null" })
    .output();
  assertEquals((await live(list)).out, new TextDecoder().decode(stdout));
});

testLive("the command of pnotify live has the standard input of pnotify", async () => {
  const [program, ...args] = await liveCommand();
  const name = "readlink /proc/self/fd/0";
  // Whether the shell that becomes the command was waiting already differs from run to run.
  for (let round = 0; round < 5; round++) {
    const { out } = await live(shell(name));
    assertEquals(out, "/dev/null\n");
  }
  const script = `printf 'a\\nb\\n' | "$@"`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", program, ...args, "--", "cat"],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stderr: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "a\nb\n");
});

testLive("the root of a live run is known with its user, group, session and folder", async () => {
  const { events, report } = await live(shell("exit 0"), { cwd: "/" });
  const [found, exec] = events;
  const stat = await Deno.readTextFile("/proc/self/stat");
  const [, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  assertEquals([found.ev, found.uid, found.gid], ["found", Deno.uid(), Deno.gid()]);
  assertEquals([found.pgid, found.sid], [group, session]);
  assertEquals([exec.ev, exec.cwd, exec.argv], ["exec", "/", ["sh", "-c", "exit 0"]]);
  assertEquals(report.warnings, []);
});

testLive("nothing of the launcher shows in the report of a live run", async () => {
  const run = await live(["true"]);
  assertEquals(nodes(run).map(({ execs }) => execs.length), [1]);
  assertEquals(run.report.summary.processes, 1);
});

testLive("a tracer below pnotify live fails, and that is said once", async () => {
  if (!await has("strace")) return;
  const { err } = await live(shell("strace -o /dev/null true; strace -o /dev/null true"));
  assertEquals(err.split("which fails here: a process has one tracer").length, 2);
});
