import { assertEquals } from "@std/assert";
import { boot } from "../../../pnotify/mod.ts";
import { nodesOf, type RecordedEvent, Replay, untoldBy } from "../../../replay/mod.ts";
import { compare } from "./compare.ts";
import { descentOf, historiesOf, readRecording } from "./history.ts";

/** A shell (10, made by the tracer 5) with a child that runs a program, and a process of somebody else. */
const HEARD = `
{"t":1,"ev":"fork","ppid":5,"ptgid":5,"pid":10,"tgid":10}
{"t":2,"ev":"exec","pid":10,"tgid":10}
{"t":3,"ev":"exec","pid":10,"tgid":10}
{"t":4,"ev":"fork","ppid":3,"ptgid":3,"pid":77,"tgid":77}
{"t":5,"ev":"fork","ppid":10,"ptgid":10,"pid":11,"tgid":11}
{"t":6,"ev":"exec","pid":11,"tgid":11}
{"t":7,"ev":"exit","pid":77,"tgid":77,"status":0,"ppid":3,"ptgid":3}
{"t":8,"ev":"exit","pid":11,"tgid":11,"status":768,"ppid":10,"ptgid":10}
{"t":9,"ev":"exit","pid":10,"tgid":10,"status":0,"ppid":5,"ptgid":5}
`;

const TOLD = `
{"format":"pnotify-events","version":1,"clock":"monotonic"}
{"t":3,"ev":"found","pid":10,"tgid":10}
{"t":3,"ev":"exec","pid":10,"oldpid":10}
{"t":5,"ev":"fork","pid":11,"tgid":11,"creator":10,"ctgid":10,"ptgid":10}
{"t":6,"ev":"exec","pid":11,"oldpid":11}
{"t":8,"ev":"exit","pid":11,"tgid":11,"status":768}
{"t":9,"ev":"exit","pid":10,"tgid":10,"status":0}
`;

/** The report of a recording, as pnotify makes it. */
function reportOf(events: readonly RecordedEvent[]) {
  const replay = new Replay(boot().kernel, { tree: true });
  for (const event of events) replay.take(event);
  return {
    recording: "",
    format: "events" as const,
    lines: 0,
    clock: { origin: 0, kind: "monotonic" as const },
    summary: replay.summary,
    gaps: replay.gaps,
    elapsed: null,
    resources: null,
    untold: untoldBy("events"),
    warning_counts: {},
    warnings: [],
    tree: nodesOf(replay.processes, { origin: 0, kind: "monotonic" }),
  };
}

/** What a comparison gives when the text of the recording is changed. */
function compared(from = "", to = "", report = TOLD) {
  const { histories } = descentOf(readRecording(HEARD), 10);
  const told = historiesOf(readRecording(TOLD.replace(from, to)));
  const { lost, wrong, ...counts } = compare(histories, told, reportOf(readRecording(report)));
  return { lost, wrong, counts };
}

Deno.test("compare() counts what agrees, below the command and without the shell that waits", () => {
  assertEquals(compared(), {
    lost: [],
    wrong: [],
    counts: { processes: 1, threads: 0, execs: 2, exits: 2, unknowable: [] },
  });
});

for (
  const [what, from, to, lost, wrong] of [
    ["a birth that is lost", /.*"fork".*\n/, "", ["11: its birth"], []],
    ["an exec that is lost", /.*"exec","pid":11.*\n/, "", ["11: 1 execs"], []],
    ["an end that is lost", /.*"exit","pid":11.*\n/, "", ["11: its end"], []],
    ["a wrong parent", '"ptgid":10', '"ptgid":1', [], ["11: parent 1 told, 10 heard"]],
    ["a wrong status", "768", "9", [], ["11: status 9 told, 768 heard"]],
    ["a wrong process", '"pid":11,"tgid":11,"c', '"pid":11,"tgid":10,"c', [], [
      "11: process 10 told, 11 heard",
    ]],
    [
      "a birth that never was",
      /.*"fork".*\n/,
      '$&{"t":5,"ev":"fork","pid":12,"tgid":12,"ptgid":10}\n',
      [],
      ["12: it was never born"],
    ],
  ] as const
) {
  Deno.test(`compare() finds ${what}`, () => {
    const changed = compared(from as string, to);
    assertEquals([changed.lost, changed.wrong], [[...lost], [...wrong]]);
  });
}

Deno.test("compare() finds a report that says otherwise", () => {
  const { wrong } = compared("", "", TOLD.replace("768", "9"));
  assertEquals(wrong, ["report: 11 ended by sig9, 3 is heard"]);
});

Deno.test("compare() takes a thread's status for unknowable only where its exit stop was missing", () => {
  const thread = '{"t":4,"ev":"fork","pid":12,"tgid":10,"ppid":5,"ptgid":5}\n';
  const heard = HEARD.replace(
    /(?=.*"t":8)/,
    `${thread}{"t":7,"ev":"exit","pid":12,"tgid":10,"status":0}\n`,
  );
  const { histories } = descentOf(readRecording(heard), 10);
  const told = (usage: string) =>
    TOLD.replace(
      /(?=.*"t":8)/,
      `${thread}${usage}{"t":7,"ev":"exit","pid":12,"tgid":10,"status":9}\n`,
    );
  const compareWith = (text: string) => {
    const events = readRecording(text);
    return compare(histories, historiesOf(events), reportOf(events));
  };
  assertEquals(compareWith(told("")).unknowable, ["12: status"]);
  const usage = '{"t":7,"ev":"usage","pid":12,"userTime":1}\n';
  assertEquals(compareWith(told(usage)).wrong, ["12: status 9 told, 0 heard"]);
});

Deno.test("descentOf() is over when the last task below the command has ended", () => {
  const events = readRecording(HEARD);
  assertEquals(descentOf(events, 10).isOver, true);
  assertEquals(descentOf(events.slice(0, -1), 10).isOver, false);
  assertEquals(descentOf(events, 4711).isOver, false);
});
