import { assertEquals, assertStrictEquals } from "@std/assert";
import { countTests, formatCount, sumRuns } from "../../tools/test_count.ts";
import { filePath, root } from "../../tools/with_std.ts";

const runs: [what: string, output: string, count: [number, number, number]][] = [
  ["a run that passed", "ok | 12 passed | 0 failed (5ms)\n", [12, 0, 0]],
  ["a run with steps", "ok | 112 passed (7 steps) | 0 failed (2s)\n", [112, 0, 0]],
  [
    "a run that failed",
    "FAILED | 3 passed (1 step) | 2 failed (4 steps) | 1 ignored (2 steps) (1s)\n",
    [3, 2, 1],
  ],
  ["a filtered run", "ok | 1 passed | 0 failed | 40 filtered out (1ms)\n", [1, 0, 0]],
  ["colors", "\n\x1b[32mok\x1b[0m | 1 passed | 0 failed\x1b[38;5;245m (1ms)\x1b[0m\n", [1, 0, 0]],
  ["a Windows line end", "ok | 1 passed | 0 failed (1ms)\r\n", [1, 0, 0]],
  ["several runs", "ok | 1 passed | 0 failed\nnoise\nok | 2 passed | 0 failed\n", [3, 0, 0]],
  [
    "what tools/ok.ts tells",
    "ok      types        1.0s\nok      doc-tests    0.8s  (2 passed, 0 failed)\n" +
    "FAILED  tests        0.8s  (5 passed, 1 failed, 2 skipped)\n",
    [7, 1, 2],
  ],
];

for (const [what, output, [passed, failed, skipped]] of runs) {
  Deno.test(`countTests() reads ${what}`, () => {
    assertEquals(countTests(output), { passed, failed, skipped });
  });
}

Deno.test("countTests() is null when there is no summary", () => {
  assertStrictEquals(countTests("error: Type checking failed.\n"), null);
  assertStrictEquals(countTests("-   ok | 1 passed | 0 failed (quoted in a diff)\n"), null);
});

Deno.test("sumRuns() adds up", () => {
  assertEquals(
    sumRuns([
      { status: 0, output: "ok | 2 passed | 0 failed | 1 ignored (1ms)" },
      { status: 1, output: "FAILED | 1 passed | 3 failed (1ms)" },
    ]),
    { passed: 3, failed: 3, skipped: 1 },
  );
});

Deno.test("sumRuns() counts a failure when only the exit status tells of it", () => {
  assertEquals(sumRuns([{ status: 1, output: "ok | 2 passed | 0 failed (1ms)" }]), {
    passed: 2,
    failed: 1,
    skipped: 0,
  });
});

Deno.test("sumRuns() counts a failure when a run tells of no test", () => {
  assertEquals(sumRuns([{ status: 0, output: "" }]), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("formatCount() mentions skipped tests when there are some", () => {
  assertStrictEquals(formatCount({ passed: 2, failed: 0, skipped: 0 }), "2 passed, 0 failed");
  assertStrictEquals(
    formatCount({ passed: 2, failed: 1, skipped: 3 }),
    "2 passed, 1 failed, 3 skipped",
  );
});

async function testCount(...runs: [status: number, output: string][]): Promise<[number, string]> {
  const folder = await Deno.makeTempDir();
  try {
    const args = await Promise.all(runs.map(async ([status, output], i) => {
      await Deno.writeTextFile(`${folder}/${i}.log`, output);
      return `${status}:${folder}/${i}.log`;
    }));
    const tool = filePath(new URL("tools/test_count.ts", root));
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", `--allow-read=${folder}`, tool, ...args],
    }).output();
    return [code, new TextDecoder().decode(stdout)];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("test_count exits with 0 when all runs passed", async () => {
  assertEquals(
    await testCount([0, "ok | 2 passed | 0 failed\n"], [0, "ok | 1 passed | 0 failed"]),
    [
      0,
      "3 passed, 0 failed\n",
    ],
  );
});

Deno.test("test_count exits with 1 when a run failed, or there was none", async () => {
  assertEquals(await testCount([0, "ok | 2 passed | 0 failed"], [3, "error: boom"]), [
    1,
    "2 passed, 1 failed\n",
  ]);
  assertEquals(await testCount(), [1, "0 passed, 0 failed\n"]);
});
