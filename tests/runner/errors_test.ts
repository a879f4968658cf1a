import { assert } from "@std/assert";
import { assertGolden, runProgram } from "./golden.ts";

const FOLDER = new URL("../golden/errors/", import.meta.url);
const ROOT = new URL("../../", import.meta.url);

const cases = [...Deno.readDirSync(FOLDER)]
  .filter(({ name }) => name.endsWith(".yaml"))
  .map(({ name }) => name.slice(0, -".yaml".length))
  .sort();

Deno.test("run has a golden text for at least 40 mistakes", () => {
  assert(cases.length >= 40, `there are ${cases.length}`);
});

for (const name of cases) {
  Deno.test(`run tells of ${name.replaceAll("_", " ")} when a scenario has that mistake`, async () => {
    const path = decodeURIComponent(new URL(`${name}.yaml`, FOLDER).pathname);
    const { status, err } = await runProgram(["run", path, "--no-trace", "--no-tree"]);
    const root = decodeURIComponent(ROOT.pathname);
    const text = `${err.replaceAll(root, "")}status ${status}\n`;
    assert(status > 0, "a mistake must not pass");
    await assertGolden(new URL(`${name}.txt`, FOLDER), text);
  });
}
