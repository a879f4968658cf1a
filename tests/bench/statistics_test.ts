import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { drawChart } from "../../bench/chart.ts";
import { addedCost, addedRatio, checkGoals } from "../../bench/goals.ts";
import { formatGoal, readPlan } from "../../bench/lifecycle.ts";
import type { Series } from "../../bench/processes.ts";
import { estimate, median } from "../../bench/statistics.ts";
import { summarise } from "../../bench/summary.ts";
import { formatEstimate, formatTable } from "../../bench/table.ts";

Deno.test("median() is the middle value, or half-way between two", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 3, 2]), 2.5);
});

Deno.test("median() throws when there are no values", () => {
  assertThrows(() => median([]), TypeError, "no values");
});

Deno.test("estimate() has an interval around the value, the same each time", () => {
  const series = [[10, 11, 12, 13, 50], [1, 1, 1, 1, 1]];
  const first = estimate(series, (a, b) => a - b);
  assertEquals(first.value, 11);
  assert(first.low < 11 && first.high > 11);
  assertEquals(estimate(series, (a, b) => a - b), first);
});

Deno.test("estimate() draws the same rounds from every series", () => {
  const { low, high } = estimate([[1, 20, 300], [2, 21, 301]], (a, b) => b - a);
  assertEquals([low, high], [1, 1]);
});

Deno.test("estimate() is not misled by rounds in which everything is slower", () => {
  const { value, low, high } = estimate([[10, 400, 30], [5, 200, 15]], (a, b) => a / b);
  assertEquals([value, low, high], [2, 2, 2]);
});

const series = new Map([
  ["none", [100, 100, 100]],
  ["pnotify", [110, 110, 110]],
  ["chain_map", [240, 240, 240]],
  ["chain_array", [120, 120, 120]],
  ["c", [50, 50, 50]],
]);

Deno.test("addedCost() is a lifecycle less the same without callouts", () => {
  assertEquals(addedCost(series, "chain_map").value, 140);
});

Deno.test("addedRatio() divides by what pnotify adds, and is infinite where that is nothing", () => {
  assertEquals(addedRatio(series, "chain_map").value, 14);
  const free = new Map([...series, ["pnotify", [90, 90, 90]]]);
  assertEquals(addedRatio(free, "chain_map").value, Infinity);
});

Deno.test("checkGoals() tells what is reached from what is not", () => {
  const goals = checkGoals(1, series);
  const verdicts = goals.map((goal) => [goal.text.split(" ")[3], goal.bound, goal.verdict]);
  assertEquals(verdicts, [
    ["chain_map", 12, "reached"],
    ["chain_array", 5, "not reached"],
    ["chain_array,", 1, "reached"],
    ["C", 4.5, "reached"],
  ]);
});

Deno.test("checkGoals() says when the median misses a bound and the interval touches it", () => {
  const uneven: Series = new Map([
    ["none", [100, 100, 100]],
    ["pnotify", [110, 120, 130]],
    ["chain_array", [200, 200, 200]],
    ["c", [26, 26, 26]],
  ]);
  const goals = checkGoals(1, uneven).map(({ text, verdict }) => [text.split(" ")[0], verdict]);
  assertEquals(goals, [["added", "reached"], ["whole", "reached"], [
    "whole",
    "within the interval",
  ]]);
});

Deno.test("formatGoal() begins with the verdict", () => {
  const lines = checkGoals(1, series).map(formatGoal);
  assertEquals(
    lines[1],
    "- not reached: added cost of chain_array against pnotify's at 1 %, at least 5: 2.00 (2.00 to 2.00)",
  );
});

Deno.test("summarise() says in a paragraph what was measured, and nothing when something is missing", () => {
  const rounds = (ns: number) => [ns, ns, ns];
  const bundle: Series = new Map([
    ["none", rounds(100)],
    ["pnotify", rounds(110)],
    ["chain_array", rounds(150)],
    ["tapable", rounds(300)],
    ["c", rounds(25)],
  ]);
  const files: Series = new Map([["pnotify", rounds(130)]]);
  const measured = new Map([0, 1, 100].map((percent) => [percent, { bundle, files }]));
  const paragraph = summarise(measured)!.replaceAll("\n", " ");
  assertStringIncludes(paragraph, "takes 1.10 times (1.10 to 1.10) what it takes without pnotify");
  assertStringIncludes(
    paragraph,
    "With 1 % tracked it takes 110 ns, of which pnotify adds 10 (10 to 10)",
  );
  assertStringIncludes(paragraph, "adds 50, the fastest global emitter 200.");
  assertStringIncludes(paragraph, "That is 4.40 times");
  assertStringIncludes(paragraph, "takes 130 ns with 1 % tracked");
  measured.delete(100);
  assertEquals(summarise(measured), null);
});

Deno.test("readPlan() reads lists, and refuses what it does not know", () => {
  const plan = readPlan(["--percent=1,100", "--rounds=3", "--debug"]);
  assertEquals([plan.percent, plan.rounds, plan.debug], [[1, 100], 3, true]);
  assertThrows(() => readPlan(["rounds"]), TypeError, "--rounds");
  assertEquals(readPlan([]).forms, ["bundle", "files"]);
  assertEquals(readPlan(["--forms=files"]).forms, ["files"]);
  assertThrows(() => readPlan(["--forms=bundel"]), TypeError, "bundle, files");
});

Deno.test("formatTable() aligns its columns", () => {
  assertEquals(
    formatTable(["a", "ns"], [["long", "1"]]),
    [
      "| a    |  ns |",
      "| ---- | --: |",
      "| long |   1 |",
    ].join("\n"),
  );
});

Deno.test("formatEstimate() writes the interval, and inf for what is infinite", () => {
  assertEquals(formatEstimate({ value: 1.25, low: 1, high: Infinity }, 1), "1.3 (1.0 to inf)");
});

Deno.test("drawChart() puts a power of ten on its line", () => {
  const svg = drawChart("tasks", [{ name: "one", points: [[10, 100], [1000, 1000]] }]);
  assert(svg.includes('<polyline points="64,312 520,24"'), svg);
});

Deno.test("drawChart() keeps the names of lines that end at the same height apart", () => {
  const points: [number, number][] = [[10, 100], [100, 200]];
  const svg = drawChart("tasks", [{ name: "one", points }, { name: "two", points }]);
  const heights = [...svg.matchAll(/ y="([\d.]+)" fill="#\w+">(?:one|two)</g)].map(([, y]) =>
    Number(y)
  );
  assertEquals(heights.length, 2);
  assert(Math.abs(heights[0] - heights[1]) >= 12, svg);
});
