import { assertGolden, runProgram } from "./golden.ts";

const FOLDER = new URL("../golden/output/", import.meta.url);

/** Each golden output, with the command line that gives it. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  veto: ["run", "veto", "--trace", "--tree", "--log"],
  threads: ["run", "threads", "--trace", "--tree"],
  locks: ["run", "locks", "--trace", "--log"],
  race: ["run", "race"],
  quiet: ["run", "veto", "nosub", "--quiet"],
  tap: ["run", "veto", "nosub", "--format", "tap"],
  junit: ["run", "veto", "nosub", "--format", "junit"],
  colour: ["run", "signals", "--trace", "--tree", "--color", "always"],
  help_run: ["help", "run"],
  help_live: ["help", "live"],
  help_record: ["help", "record"],
  help_format: ["help", "format"],
  modinfo: ["modinfo", "test_module", "widget"],
};

for (const [name, args] of Object.entries(OUTPUTS)) {
  Deno.test(`pnotify ${args.join(" ")} prints its golden output when it is run`, async () => {
    const { out } = await runProgram(args);
    await assertGolden(new URL(`${name}.txt`, FOLDER), out);
  });
}
