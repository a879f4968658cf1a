import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { rootPath } from "../../bench/root.ts";

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

async function deno(...args: string[]): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: rootPath,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const run = (file: string, ...args: string[]) => deno("run", "-A", "--no-check", file, ...args);

Deno.test("deno bench runs without any permission", async () => {
  const { code, stdout, stderr } = await deno(
    "bench",
    "--no-check",
    "--no-prompt",
    "--no-lock",
    "--filter=pnotify, 1 %",
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "pnotify, 1 % tracked, files");
  assertStringIncludes(stdout, "Only files are measured");
  assert(!stdout.includes("tracked, bundle"));
});

Deno.test("deno bench measures bundles beside files when it may make them", async () => {
  const { code, stdout, stderr } = await deno(
    "bench",
    "-A",
    "--no-check",
    "--no-lock",
    "--filter=pnotify, 1 %",
    "bench/lifecycle_bench.ts",
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "pnotify, 1 % tracked, bundle");
  assertStringIncludes(stdout, "pnotify, 1 % tracked, files");
});

Deno.test("bench/lifecycle.ts prints a row a contender", async () => {
  const { code, stdout, stderr } = await run(
    "bench/lifecycle.ts",
    "--rounds=1",
    "--scale=0.01",
    "--percent=10",
    "--alive=100",
    "--contenders=none,pnotify,chain_array,chain_map,node_events,c",
  );
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^\| +\| bundle, ns a lifecycle .* files, ns a lifecycle \|$/m);
  assertMatch(stdout, /^\| pnotify +\| +\d+ \(.*\| +\d+ \([^|]*\|$/m);
  assertStringIncludes(stdout, "added cost of chain_map against pnotify's at 10 %");
});

Deno.test("bench/lifecycle.ts names the options there are when one is unknown", async () => {
  const { code, stderr } = await run("bench/lifecycle.ts", "--round=1");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "--rounds");
});

Deno.test("bench/growth.ts prints its tables and draws a chart", async () => {
  const svg = await Deno.makeTempFile({ suffix: ".svg" });
  try {
    const { code, stdout, stderr } = await run(
      "bench/growth.ts",
      "--rounds=1",
      "--scale=0.001",
      `--svg=${svg}`,
    );
    assertEquals(code, 0, stderr);
    for (const head of ["| live tasks", "| depth", "| modules", "| unregister"]) {
      assertStringIncludes(stdout, head);
    }
    assertMatch(await Deno.readTextFile(svg), /^<svg [^]*<polyline [^]*<\/svg>\n$/);
  } finally {
    await Deno.remove(svg);
  }
});

Deno.test("bench/checking.ts prints a row for each way of looking", async () => {
  const { code, stdout, stderr } = await run(
    "bench/checking.ts",
    "--rounds=1",
    "--scale=0.01",
    "--alive=100",
  );
  assertEquals(code, 0, stderr);
  for (const way of ["| nothing", "| a trace sink", "| checks "]) assertStringIncludes(stdout, way);
});

Deno.test("bench/memory.ts lists the fields of Task", async () => {
  const { code, stdout, stderr } = await deno(
    "run",
    "-A",
    "--no-check",
    "--v8-flags=--expose-gc",
    "bench/memory.ts",
    "--tasks=1000",
  );
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^\| groupLeader +\| +8 \|/m);
  assert(stdout.includes("a subscription with its data"));
});

Deno.test("bench/memory.ts says how to run it when it cannot collect garbage", async () => {
  const { code, stderr } = await run("bench/memory.ts");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "--expose-gc");
});
