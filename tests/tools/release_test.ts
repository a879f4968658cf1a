import { assertEquals } from "@std/assert";
import { obstacles, type ReleaseFacts } from "../../tools/release.ts";

const good: ReleaseFacts = {
  version: "1.2.3",
  changelog: "# Changelog\n\n## 1.2.3\n\n- news\n\n## 1.2.2\n",
  tag: "v1.2.3",
  tags: ["v1.2.2", "v1.2.3"],
  uncommitted: "",
};

Deno.test("obstacles() finds none when version, changelog and tag agree", () => {
  assertEquals(obstacles(good), []);
});

Deno.test("obstacles() names the changelog when its newest entry is another version", () => {
  assertEquals(obstacles({ ...good, changelog: "## 1.2.2\n" }), [
    "CHANGELOG.md: the newest entry is 1.2.2, 1.2.3 is wanted",
  ]);
});

Deno.test("obstacles() names the tag when it is another version", () => {
  assertEquals(obstacles({ ...good, tag: "v1.2.4" }), ["the tag is v1.2.4, v1.2.3 is wanted"]);
});

Deno.test("obstacles() refuses a version that was released, when no tag is given", () => {
  assertEquals(obstacles({ ...good, tag: null }), [
    "v1.2.3 has been released, a higher version is wanted",
  ]);
});

Deno.test("obstacles() refuses what is no semantic version", () => {
  assertEquals(
    obstacles({ ...good, version: "1.2", changelog: "## 1.2\n", tag: "v1.2" }),
    ['deno.json: version is "1.2", a semantic version is wanted'],
  );
});

Deno.test("obstacles() lists uncommitted changes", () => {
  assertEquals(obstacles({ ...good, uncommitted: " M mod.ts" }), [
    "uncommitted changes:\n M mod.ts",
  ]);
});
