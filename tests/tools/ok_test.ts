import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { checkNames, formatLine, parseRequest } from "../../tools/ok.ts";
import { countTests } from "../../tools/test_count.ts";

Deno.test("parseRequest() asks for everything when nothing is named", () => {
  assertEquals(parseRequest([]), { names: [...checkNames], verbose: false });
});

Deno.test("parseRequest() keeps the order of the checks", () => {
  assertEquals(parseRequest(["types", "--verbose", "fmt"]), {
    names: ["fmt", "types"],
    verbose: true,
  });
});

Deno.test("parseRequest() leaves out what is skipped", () => {
  assertEquals(
    parseRequest(["--skip", "tests", "--skip", "fmt"]).names,
    checkNames.filter((name) => name !== "tests" && name !== "fmt"),
  );
});

for (const args of [["typos"], ["--all"], ["--skip"], ["--skip", "typos"]]) {
  Deno.test(`parseRequest() throws when it is told ${args.join(" ")}`, () => {
    assertThrows(() => parseRequest(args), TypeError, "no check has this name, wanted fmt, lint,");
  });
}

Deno.test("formatLine() aligns names and times", () => {
  assertStrictEquals(formatLine("fmt", "ok", 40), "ok      fmt          0.0s");
  assertStrictEquals(formatLine("doc-lint", "FAILED", 61_250), "FAILED  doc-lint    61.3s");
});

Deno.test("formatLine() tells of tests as countTests() reads it", () => {
  const line = formatLine("tests", "FAILED", 1, "5 passed, 1 failed, 2 skipped");
  assertEquals(countTests(line), { passed: 5, failed: 1, skipped: 2 });
});
