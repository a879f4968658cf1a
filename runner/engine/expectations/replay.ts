import { defineExpectation, type Expectation, type Problem } from "../expectation.ts";
import type { Json } from "../plan.ts";
import { Replayed } from "../replayed.ts";
import type { Scene } from "../scene.ts";
import { COUNT, type Fields, optional, type Shape, STRING, STRINGS } from "../shape.ts";
import { format, isEqual } from "../to_json.ts";

type Expected = Readonly<Record<string, Json>>;

const COUNTS: Shape = { type: "map", keys: STRING, values: COUNT };
const LINES: Shape = {
  type: "list",
  of: { type: "string", what: 'a process and how it ended, such as "make/cc 0",' },
  single: true,
};

const FIELDS: Fields = {
  of: optional(
    { type: "value" },
    "the name that the step bound with as; the last replay when missing",
  ),
  processes: optional(COUNT, "how many processes there were"),
  threads: optional(COUNT, "how many threads, beside the first one of each process"),
  execs: optional(COUNT, "how many execs succeeded"),
  failed_execs: optional(COUNT, "how many execs failed"),
  exits: optional(COUNT, "how many processes ended"),
  exit_codes: optional(COUNTS, "how many ended how: by exit code, or by signal as sig9"),
  depth: optional(COUNT, "how many processes are above the deepest one"),
  reparented: optional(COUNT, "how many got another parent while they lived"),
  refused: optional(COUNT, "how many a module refused"),
  refused_execs: optional(COUNT, "how many execs a module would have refused"),
  lost: optional(COUNT, "how many events the recorder lost"),
  warnings: optional(COUNT, "how many complaints about the recording there were"),
  jobs: optional(COUNTS, "how many were in each job when they ended; none stands for no job"),
  tree: optional(LINES, "every process below its first parent, and how it ended"),
  includes: optional(STRINGS, "some lines of the tree"),
};

/** Counts and maps of counts, which are compared as they are. */
const PLAIN: readonly string[] = Object.freeze(
  Object.keys(FIELDS).filter((name) => !["of", "tree", "includes"].includes(name)),
);

function find(scene: Scene, name: Json | undefined): Replayed | Problem {
  const replayed = name === undefined ? scene.replayed : scene.values.get(String(name));
  if (replayed instanceof Replayed) return replayed;
  const what = name === undefined ? "a replay" : `"${name}" to be a replay`;
  const actual = name === undefined ? "nothing was replayed" : "it is something else";
  return {
    pointer: name === undefined ? "" : "/of",
    title: `Expected ${what}: ${actual}`,
    label: actual,
  };
}

function checkPlain(replayed: Replayed, expected: Expected): Problem[] {
  return PLAIN.flatMap((name): Problem[] => {
    const value = expected[name];
    const actual = replayed[name as keyof Replayed] as Json;
    if (value === undefined || isEqual(actual, value)) return [];
    return [{
      pointer: `/${name}`,
      title: `Expected ${name} of the replay to be ${format(value)}: actual ${format(actual)}`,
      label: `actual ${format(actual)}`,
      notes: notesOn(name, replayed),
    }];
  });
}

/** Notes about a replay: its complaints and its tree. */
function notesOn(name: string, { complaints, tree }: Replayed): string[] {
  if (name === "warnings") return complaints.slice(0, 8);
  return name === "jobs" ? [] : shownTree(tree);
}

function shownTree(tree: readonly string[]): string[] {
  if (tree.length === 0) return ["the recording has no process"];
  const more = tree.length > 12 ? [`  and ${tree.length - 12} more`] : [];
  return ["the tree is", ...tree.slice(0, 12).map((line) => `  ${line}`), ...more];
}

function checkTree({ tree }: Replayed, expected: readonly string[]): Problem[] {
  const different = expected.findIndex((line, i) => line !== tree[i]);
  if (different < 0 && expected.length === tree.length) return [];
  if (different < 0) {
    const also = tree[expected.length];
    return [{
      pointer: "/tree",
      title: `Expected no more processes in the tree of the replay: "${also}" is there`,
      label: `also ${also}`,
      notes: shownTree(tree),
    }];
  }
  const actual = tree[different] ?? "the end of the tree";
  return [{
    pointer: `/tree/${different}`,
    title: `Expected "${expected[different]}" in the tree of the replay: actual ${actual}`,
    label: `actual ${actual}`,
    notes: shownTree(tree),
  }];
}

function checkIncludes({ tree }: Replayed, expected: readonly string[]): Problem[] {
  return expected.flatMap((line, i): Problem[] => {
    if (tree.includes(line)) return [];
    const path = line.split(" ")[0];
    const actualLine = tree.find((candidate) => candidate.startsWith(`${path} `));
    const actual = actualLine === undefined ? "not there" : `actual ${actualLine}`;
    return [{
      pointer: `/includes/${i}`,
      title: `Expected "${line}" in the tree of the replay: ${actual}`,
      label: actual,
      notes: shownTree(tree),
    }];
  });
}

function checkReplay(scene: Scene, expected: Json): readonly Problem[] {
  const fields = expected as Expected;
  const replayed = find(scene, fields.of);
  if (!(replayed instanceof Replayed)) return [replayed];
  return [
    ...checkPlain(replayed, fields),
    ...(fields.tree === undefined ? [] : checkTree(replayed, fields.tree as readonly string[])),
    ...(fields.includes === undefined
      ? []
      : checkIncludes(replayed, fields.includes as readonly string[])),
  ];
}

/** Expectations about recordings that were replayed. */
export const REPLAY_EXPECTATIONS: readonly Expectation[] = Object.freeze([
  defineExpectation({
    kind: "replay",
    group: "tasks",
    summary: "This is what came of a recording",
    shape: { type: "record", fields: FIELDS },
    example: 'replay: { processes: 3, exit_codes: { 0: 2, 1: 1 }, includes: "make/cc 1" }',
    check: checkReplay,
  }),
]);
