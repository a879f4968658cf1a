import { assert, assertEquals, assertMatch } from "@std/assert";
import { checkStrace } from "../../runner/cli/strace_recorder.ts";
import { inFolder, runApart, testTraced } from "./program.ts";
import { replayText } from "./support.ts";

testTraced(
  "pnotify record writes pnotify.events, with the exit status of the command",
  () =>
    inFolder(async (cwd) => {
      const script = "(exit 3); /bin/true; exit 4";
      const { status, out, err } = await runApart(["record", "--", "sh", "-c", script], { cwd });
      assertEquals([status, out], [4, ""]);
      assertMatch(err, /^pnotify: recorded \d+ bytes in pnotify\.events\n$/);
      const text = await Deno.readTextFile(`${cwd}/pnotify.events`);
      const { replay, recording } = replayText(text, { debug: false });
      assertEquals([recording.format, replay.warnings.kept], ["events", []]);
      assertEquals(replay.summary.exit_codes, { "0": 1, "3": 1, "4": 1 });
      assert(replay.resources !== null && replay.resources.runDelay !== undefined);
      assertEquals(JSON.parse(text.split("\n", 1)[0]).command, ["sh", "-c", script]);
    }),
);

testTraced(
  "pnotify record ends with 128 and the signal, 126 and 127 as a shell does",
  () =>
    inFolder(async (cwd) => {
      const killed = await runApart(["record", "--", "sh", "-c", "kill -TERM $$"], { cwd });
      assertEquals(killed.status, 143);
      const missing = await runApart(["record", "-o", "m", "--", "./no-such-command"], { cwd });
      assertEquals(missing.status, 127);
      assertMatch(missing.err, /^error: Cannot .*no-such-command/);
      assertEquals((await runApart(["record", "-o", "m", "--", "/"], { cwd })).status, 126);
      // Nothing is left of a recording of nothing.
      assertEquals([...Deno.readDirSync(cwd)].map(({ name }) => name), ["pnotify.events"]);
    }),
);

Deno.test("pnotify record refuses a file that cannot be written, and runs nothing", () =>
  inFolder(async (cwd) => {
    const args = ["record", "-o", "no/such/folder", "--", "touch", "ran"];
    const { status, err } = await runApart(args, { cwd });
    assertEquals([status, err], [
      2,
      'error: Cannot write "no/such/folder": there is no such folder\n',
    ]);
    assertEquals([...Deno.readDirSync(cwd)], []);
  }));

Deno.test("pnotify record --strace says that strace is missing", () =>
  inFolder(async (cwd) => {
    const args = ["record", "--strace=no-such-strace", "--", "touch", "ran"];
    const { status, err } = await runApart(args, { cwd });
    assertEquals([status, err], [
      2,
      "error: Cannot record: no-such-strace is not installed\n" +
      "  = apt install strace, or the like, provides it\n",
    ]);
    assertEquals([...Deno.readDirSync(cwd)].map(({ name }) => name), ["pnotify.strace"]);
  }));

const strace = await checkStrace("strace");

Deno.test({
  name: "pnotify record --strace records with strace, with its program named or not",
  ignore: !strace.ok,
  fn: () =>
    inFolder(async (cwd) => {
      const command = ["--", "sh", "-c", "exit 4"];
      const wishes = [["--strace"], ["--strace", "-o", "a"], ["-o", "b", "--strace=strace"], [
        ...["--strace", "strace", "-o", "c"],
      ]];
      for (const wish of wishes) {
        const { status, err } = await runApart(["record", ...wish, ...command], { cwd });
        assertEquals(status, 4, err);
      }
      const files = [...Deno.readDirSync(cwd)].map(({ name }) => name).sort();
      assertEquals(files, ["a", "b", "c", "pnotify.strace"]);
      for (const file of files) {
        const { replay, recording } = replayText(await Deno.readTextFile(`${cwd}/${file}`));
        assertEquals([recording.format, replay.summary.exit_codes], ["strace", { "4": 1 }]);
      }
    }),
});

testTraced(
  "pnotify record says what to do where FFI is refused, and whether strace would do",
  () =>
    inFolder(async (cwd) => {
      const permissions = ["--allow-read", "--allow-write", "--allow-env", "--allow-run"];
      const args = ["record", "--", "touch", "ran"];
      const { status, err } = await runApart(args, { cwd, permissions });
      assertEquals(status, 125);
      const [error, hint] = err.split("\n");
      assertEquals(
        error,
        "error: Cannot trace the command: Deno refuses it, --allow-ffi is wanted (EPERM)",
      );
      assertMatch(
        hint,
        /^ {2}= (?:strace works here: pnotify record --strace|pnotify record --strace would not)/,
      );
      assertEquals([...Deno.readDirSync(cwd)], []);
    }),
);

testTraced(
  "pnotify live goes on when its recording cannot be written any further",
  () =>
    inFolder(async (cwd) => {
      const args = ["live", "--record", "/dev/full", "--", "sh", "-c", "(exit 3); echo done"];
      const { status, out, err } = await runApart(args, { cwd });
      assertEquals([status, out], [0, "done\n"]);
      assertMatch(err, /\npnotify: the recording is not whole: .*\n$/);
    }),
);
