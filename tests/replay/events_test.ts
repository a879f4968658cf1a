import { assert, assertEquals } from "@std/assert";
import {
  eventsHeader,
  formatEvent,
  nodesOf,
  type RecordedEvent,
  Recording,
} from "../../replay/mod.ts";
import { RECORD_KINDS } from "../../replay/record_kinds.ts";
import { eventsOf, everyEvent, folders, readData, recordingsIn, replayText } from "./support.ts";

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

for (const flags of ["-1", "1.5", "1e999", "18446744073709551616"]) {
  Deno.test(`EventsParser does not know the clone flags when a record says ${flags}`, () => {
    const [event] = eventsOf(`{"t":5,"ev":"fork","pid":6,"tgid":6,"ptgid":5,"flags":${flags}}\n`);
    assertEquals(event.type === "fork" && event.flags, null);
  });
}

for (const [to, code] of [[256, 0], [-1, 255], [3, 3]]) {
  Deno.test(`EventsParser takes the lowest byte of an exit call's code when it is ${to}`, () => {
    const text = eventsHeader() + `{"t":5,"ev":"exit-call","pid":6,"to":${to},"group":true}\n` +
      '{"t":6,"ev":"exit","pid":6,"tgid":6}\n';
    assertEquals(eventsOf(text).map((event) => event.type === "exit-call" && event.code)[0], code);
    assertEquals(replayText(text).replay.processes[0].exit, String(code));
  });
}

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
  const events = everyEvent();
  const written = eventsHeader({ command: ["make"] }) +
    events.map((event) => formatEvent(event, 1_795_475_442e9)).join("");
  assertEquals(eventsOf(written), events);
  const kinds = new Set(written.split("\n").slice(1, -1).map((line) => JSON.parse(line).ev));
  assertEquals([...kinds].sort(), Object.keys(RECORD_KINDS).sort());
});

Deno.test("formatEvent() cuts a command line that would make a line too long to be read", () => {
  const longest = 2_000_000;
  const exec = (argv: string[]): RecordedEvent => ({
    type: "exec",
    time: 5,
    line: 2,
    pid: 6,
    oldPid: null,
    path: null,
    argv,
    comm: null,
  });
  for (
    const argv of [
      ["a", "\u0001".repeat(longest)],
      Array.from({ length: longest }, () => ""),
      Array.from({ length: longest / 10 }, (_, i) => `"${i}"`),
    ]
  ) {
    const written = formatEvent(exec(argv));
    assert(written.length < 1 << 20, `${written.length}`);
    const [event] = eventsOf(eventsHeader() + written);
    assert(event.type === "exec" && event.argv !== null);
    const last = event.argv.length - 1;
    assertEquals(event.argv.slice(0, last), argv.slice(0, last));
    const end = event.argv[last];
    assert(end.endsWith("...") && argv[last].startsWith(end.slice(0, -3)), end.slice(-20));
  }
});

Deno.test("EventsParser passes over records of kinds that it does not know, and says so once", () => {
  const { replay } = replayText(
    eventsHeader() +
      '{"t":5,"ev":"exec","pid":6}\n{"t":6,"ev":"freeze","pid":6,"for":9}\n{"t":7,"ev":"thaw"}\n' +
      '{"t":8,"ev":"freeze","pid":6,"what":{"x":[1]}}\n{"t":9,"ev":"exit","pid":6,"tgid":6,"status":0}\n',
  );
  assertEquals(replay.warnings.kept, [{
    kind: "passed-over",
    line: 3,
    text: "records of unknown kinds were passed over: 2 freeze, 1 thaw",
  }]);
  assertEquals([replay.summary.execs, replay.summary.exit_codes], [1, { "0": 1 }]);
});

Deno.test("EventsParser names at most 20 unknown kinds, and counts the others together", () => {
  const records = Array.from({ length: 1000 }, (_, i) => `{"t":5,"ev":"kind${i}"}\n`);
  const { replay } = replayText(eventsHeader() + records.join(""));
  const [{ text }] = replay.warnings.kept;
  assertEquals(replay.warnings.total, 1);
  assertEquals(text.endsWith(", 1 kind18, 1 kind19, 980 of further kinds"), true, text);
});

Deno.test("EventsParser takes an id that no system can have for one that is not told", () => {
  const ids = '"uid":4294967295,"gid":-1,"pgid":4194304,"sid":0.5';
  const [event] = eventsOf(`${eventsHeader()}{"t":5,"ev":"found","pid":6,"tgid":6,${ids}}\n`);
  const place = { time: 5, line: 2 };
  assertEquals(event, { type: "found", ...place, pid: 6, tgid: 6, parent: null, comm: null });
});

Deno.test("EventsParser takes a record of a known kind without what it needs for a fault", () => {
  const { replay } = replayText(
    eventsHeader() +
      '{"t":5,"ev":"exec","pid":6}\n{"t":6,"ev":"kill","pid":6,"target":7}\n{"t":7,"ev":"wait","pid":6}\n' +
      '{"t":8,"ev":"refused","pid":6,"call":"fork","errno":"EWHAT"}\n{"t":9,"ev":"kill","pid":6,"target":7,"signal":65}\n',
  );
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [
    ["not-understood", 3],
    ["not-understood", 4],
    ["not-understood", 5],
    ["not-understood", 6],
  ]);
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
