import { assertEquals } from "@std/assert";
import {
  eventsHeader,
  formatEvent,
  nodesOf,
  type RecordedEvent,
  Recording,
} from "../../replay/mod.ts";
import { eventsOf, folders, readData, recordingsIn, replayText } from "./support.ts";

Deno.test("EventsParser reads records with keys in any order, and what is not flat", () => {
  const events = eventsOf(
    '{"ev":"exec","tgid":6,"pid":6,"t":5,"argv":["a","b\\n"],"path":"/bin/\\u0061"}\n' +
      ' {"t":6,"ev":"comm","pid":6,"comm":"\\"x\\""}\n' +
      '{"t":7,"ev":"exit","pid":6,"tgid":6,"status":139,"core":true,"more":{"x":[1]}}\n',
  );
  assertEquals(events, [
    {
      type: "exec",
      time: 5,
      line: 1,
      pid: 6,
      oldPid: null,
      path: "/bin/a",
      argv: ["a", "b\n"],
      comm: null,
    },
    { type: "rename", time: 6, line: 2, pid: 6, comm: '"x"' },
    {
      type: "exit",
      time: 7,
      line: 3,
      pid: 6,
      tgid: 6,
      status: 139,
      parent: null,
      groupDead: null,
    },
  ]);
});

Deno.test("EventsParser keeps nanoseconds exact in numbers that are too large for a number", () => {
  const text = (t: string) => `{"t":${t},"ev":"sid","pid":6,"tgid":6}\n`;
  const events = eventsOf(text("1795475442681473123") + text("1795475443000000001"));
  assertEquals(events.map(({ time }) => time), [681_473_123, 1_000_000_001]);
});

Deno.test("EventsParser counts gaps as losses only where everything was recorded", () => {
  const sid = (cpu: number, seq: number) =>
    `{"t":5,"cpu":${cpu},"seq":${seq},"ev":"sid","pid":6,"tgid":6}\n`;
  const text = sid(0, 7) + sid(1, 99) + sid(0, 10) + sid(1, 100);
  const lost = (header: string) =>
    eventsOf(header + text).filter(({ type }) => type === "lost").map((event) =>
      event.type === "lost" && event.count
    );
  assertEquals(lost(""), []);
  assertEquals(lost(eventsHeader()), []);
  assertEquals(lost(eventsHeader({ complete: true })), [2]);
});

Deno.test("EventsParser says so when the version is not known", () => {
  const { replay } = replayText(
    '{"format":"pnotify-events","version":2}\n{"t":5,"ev":"sid","pid":6,"tgid":6}\n',
  );
  assertEquals(replay.warnings.kept.map(({ line, text }) => [line, text]), [
    [1, "version 2 of the format, version 1 is wanted"],
  ]);
});

Deno.test("EventsParser warns of records without a pid, and of what is no object", () => {
  const { replay } = replayText(
    '{"t":5,"ev":"exec","pid":6,"tgid":6}\n{"t":6,"ev":"exit"}\n{"t":7,"ev":"fork","pid":-1,"tgid":4}\n' +
      '[1]\n{"t":7,"ev":"what","pid":6}\n{"ev":\n',
  );
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [
    ["not-understood", 2],
    ["not-understood", 3],
    ["not-understood", 4],
    ["not-understood", 5],
    ["not-understood", 6],
  ]);
});

Deno.test("formatEvent() writes what EventsParser reads, for every kind of event", () => {
  const place = (line: number) => ({ time: line * 1000, line });
  const events: RecordedEvent[] = [
    {
      type: "fork",
      ...place(2),
      pid: 6,
      tgid: 6,
      thread: false,
      creator: 5,
      creatorTgid: 4,
      parent: 3,
      flags: 0x1200000,
      comm: "a",
    },
    {
      type: "fork",
      ...place(3),
      pid: 7,
      tgid: 6,
      thread: true,
      creator: 6,
      creatorTgid: 6,
      parent: null,
      flags: null,
      comm: null,
    },
    {
      type: "exec",
      ...place(4),
      pid: 6,
      oldPid: 7,
      path: '/a "b"',
      argv: ["x", "\n"],
      comm: "b",
    },
    { type: "exec-failed", ...place(5), pid: 6 },
    { type: "exit-call", ...place(6), pid: 6, tgid: 6, code: 3, group: true },
    { type: "signal", ...place(7), pid: 6, signal: 15 },
    { type: "rename", ...place(8), pid: 6, comm: "\u00e4 \\" },
    { type: "session", ...place(9), pid: 6, id: 6 },
    { type: "group", ...place(10), pid: 6, id: 5 },
    { type: "credentials", ...place(11), pid: 6, uid: 1000, gid: null },
    { type: "credentials", ...place(12), pid: 6, uid: null, gid: 0 },
    { type: "subreaper", ...place(13), pid: 6, on: true },
    { type: "namespace", ...place(14), pid: 6 },
    { type: "found", ...place(15), pid: 9, tgid: 8, parent: 1, comm: "old" },
    { type: "usage", ...place(16), pid: 6, resources: { userTime: 5, bytesRead: 0 } },
    { type: "lost", ...place(17), count: null },
    { type: "lost", ...place(18), count: 4 },
    {
      type: "exit",
      ...place(19),
      pid: 6,
      tgid: 6,
      status: 0x300,
      parent: 0,
      groupDead: true,
    },
  ];
  const written = eventsHeader({ command: ["make"] }) +
    events.map((event) => formatEvent(event, 1_795_475_442e9)).join("");
  assertEquals(eventsOf(written), events);
});

for (const folder of folders()) {
  Deno.test(`formatEvent() turns the recordings of ${folder} into ones that tell the same`, async () => {
    for (const { file } of recordingsIn(folder)) {
      const original = await readData(file);
      const events: RecordedEvent[] = [];
      const recording = new Recording({ sink: (event) => events.push(event) });
      recording.push(original);
      recording.end();
      const { origin, kind } = recording.clock;
      const written = eventsHeader({ clock: kind }) +
        events.map((event) => formatEvent(event, origin)).join("");
      const [first, second] = [original, written].map((text) => {
        const { replay, recording } = replayText(text, { debug: false });
        return {
          summary: replay.summary,
          gaps: replay.gaps,
          nodes: nodesOf(replay.processes, { ...recording.clock, origin: 0 }),
        };
      });
      assertEquals(second, first);
    }
  });
}
