import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { pooledMap } from "@std/async/pool";
import type { SandboxOutcome } from "../../runner/sandbox/mod.ts";
import { SANDBOX_COMMAND } from "../../runner/sandbox/mod.ts";
import type { SandboxProgram } from "../../runner/sandbox/deno_command.ts";
import { attack, breachIn, Range } from "./range.ts";
import { ATTACKS, type Fate } from "./attacks.ts";

const AT_ONCE = 3;
const NEIGHBOUR = "neighbour.js";
/** Files in the folder of the attacks that are no attacks. */
const NO_ATTACKS: readonly string[] = [NEIGHBOUR, "attack_support.js", "cycle_two.js"];

const STATUS = { harmless: "passed", fault: "broken", spoilt: "failed" } as const;

interface Build {
  readonly name: string;
  readonly program?: SandboxProgram;
}

const binary = Deno.env.get("PNOTIFY_BINARY");
const builds: readonly Build[] = [
  { name: "deno run" },
  ...(binary === undefined
    ? []
    : [{ name: "the binary", program: [binary, SANDBOX_COMMAND] } as Build]),
];

/** All attacks of a build, a few at a time, each to be awaited by the test that looks at it. */
class Campaign {
  readonly range = new Range();
  readonly #outcomes = new Map<string, PromiseWithResolvers<SandboxOutcome>>();

  constructor({ program }: Build) {
    const files = [...Object.keys(ATTACKS), NEIGHBOUR];
    for (const file of files) this.#outcomes.set(file, Promise.withResolvers());
    void this.#runAll(files, program);
  }

  async #runAll(files: readonly string[], program: SandboxProgram | undefined): Promise<void> {
    const done = pooledMap(AT_ONCE, files, async (file) => {
      const { resolve, reject } = this.#outcomes.get(file)!;
      await attack(this.range, file, program).then(resolve, reject);
    });
    for await (const _ of done);
  }

  outcomeOf(file: string): Promise<SandboxOutcome> {
    return this.#outcomes.get(file)!.promise;
  }
}

function checkFate(outcome: SandboxOutcome, fate: Fate): void {
  if (fate === "contained") {
    assert(outcome.kind === "result" || outcome.kind === "crashed", describe(outcome));
  } else if (fate === "stopped") {
    const isStopped = outcome.kind === "crashed" ||
      outcome.kind === "result" && outcome.result.status === "broken";
    assert(isStopped, `${describe(outcome)}, it was to be stopped`);
  } else if (typeof fate === "string") {
    const status = outcome.kind === "result" ? outcome.result.status : describe(outcome);
    assertStrictEquals(status, STATUS[fate]);
    if (outcome.kind === "result") assertStrictEquals(outcome.result.lockup, null);
  } else if ("refused" in fate) {
    const found = outcome.kind === "refused"
      ? { refused: outcome.rule, line: outcome.line }
      : describe(outcome);
    assertEquals(found, { ...fate });
  } else if ("lockup" in fate) {
    assert(outcome.kind === "result", describe(outcome));
    assertStrictEquals(outcome.result.lockup?.hook, fate.lockup);
    assertStrictEquals(outcome.result.lockup?.module, fate.lockup.split(".")[0]);
    if ("schedule" in fate) assertMatch(outcome.result.lockup?.schedule ?? "", fate.schedule);
    else assertStrictEquals(outcome.result.lockup?.schedule, null);
  } else {
    assert(outcome.kind === "crashed", describe(outcome));
    assertMatch(outcome.title, fate.crashed);
  }
}

function describe(outcome: SandboxOutcome): string {
  if (outcome.kind === "crashed") return `crashed: ${[outcome.title, ...outcome.notes].join("; ")}`;
  if (outcome.kind === "refused") return `refused: ${outcome.title}: ${outcome.label}`;
  if (outcome.kind !== "result") return outcome.kind;
  const { status, lockup, reports } = outcome.result;
  return `${status}: ${lockup?.title ?? reports.map(({ headline }) => headline).join("; ")}`;
}

function test(name: string, run: () => Promise<void>): void {
  // The processes of later attacks are running already.
  Deno.test({ name, fn: run, sanitizeOps: false, sanitizeResources: false });
}

Deno.test("the attacks are all in the table", () => {
  const files = [...Deno.readDirSync(new URL("modules/", import.meta.url))]
    .map(({ name }) => name)
    .filter((name) => !NO_ATTACKS.includes(name) && /\.[jt]s$/.test(name));
  assertEquals(files.sort(), Object.keys(ATTACKS).sort());
});

Deno.test({
  name: "the attacks run against the binary that PNOTIFY_BINARY names",
  ignore: binary === undefined,
  fn: () => void Deno.statSync(binary!),
});

for (const build of builds) {
  let campaign: Campaign | null = null;
  const started = () => campaign ??= new Campaign(build);

  for (const [file, fate] of Object.entries(ATTACKS)) {
    test(`${file} is ${wordsFor(fate)} in ${build.name}`, async () => {
      const outcome = await started().outcomeOf(file);
      checkFate(outcome, fate);
      const { source: _, ...told } = outcome.kind === "refused"
        ? { ...outcome, text: "" }
        : { source: null, outcome };
      assertStrictEquals(breachIn(JSON.stringify(told), started().range), null);
    });
  }

  test(`an honest neighbour is served among attacks in ${build.name}`, async () => {
    const outcome = await started().outcomeOf(NEIGHBOUR);
    assert(outcome.kind === "result");
    assertEquals(outcome.result.failures, []);
    assertStrictEquals(outcome.result.status, "passed");
  });

  test(`nothing was changed beside the modules in ${build.name}`, async () => {
    const { range } = started();
    await Promise.all(Object.keys(ATTACKS).map((file) => started().outcomeOf(file)));
    assertStrictEquals(range.damage(), null);
    range.remove();
  });
}

function wordsFor(fate: Fate): string {
  if (typeof fate === "string") return fate;
  if ("refused" in fate) return `refused (${fate.refused})`;
  return "lockup" in fate ? `stopped in ${fate.lockup}` : `ended (${fate.crashed.source})`;
}
