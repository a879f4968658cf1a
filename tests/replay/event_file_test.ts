import { assertEquals } from "@std/assert";
import { boot } from "../../pnotify/boot.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY_ERROR, PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { nodesOf, type RecordedEvent, Replay } from "../../replay/mod.ts";
import { EventFile } from "../../runner/live/event_file.ts";
import { inFolder } from "./program.ts";
import { replayText } from "./support.ts";

const CLOCK = { origin: 5e9, kind: "monotonic" } as const;

Deno.test("EventFile records what was refused, so that a replay tells the same and asks nobody", () =>
  inFolder(async (folder) => {
    const { kernel, pnotify } = boot();
    const asked: string[] = [];
    const strict = defineEvents({
      name: "strict",
      init: () => PNOTIFY_OK,
      fork: (task) => task.pid === 8 ? PNOTIFY_ERROR : PNOTIFY_OK,
      canExec: (_task, _subscriber, { path }) => {
        asked.push(path ?? "?");
        return path === "/bin/curl" ? PNOTIFY_ERROR : PNOTIFY_OK;
      },
    });
    pnotify.register(strict);
    const replay = new Replay(kernel, { vetoesHold: true, tree: true });
    const file = new EventFile(`${folder}/run.events`, ["sh"]);
    const exec = (line: number, path: string): RecordedEvent => {
      const told = { pid: 7, oldPid: 7, path, argv: [path], comm: null };
      return { type: "exec", time: line, line, ...told };
    };
    const fork = (line: number, pid: number): RecordedEvent => {
      const from = { creator: 7, creatorTgid: 7, parent: 7 };
      const told = { pid, tgid: pid, thread: false, ...from, flags: 0, comm: null };
      return { type: "fork", time: line, line, ...told };
    };
    const events = [exec(2, "/bin/sh"), fork(3, 8), fork(4, 9), exec(5, "/bin/curl")];
    const verdicts = events.map((event) => {
      const refusal = replay.take(event);
      file.write(event, refusal, CLOCK.origin);
      return refusal;
    });
    assertEquals(verdicts, [null, "EPERM", null, "EPERM"]);
    file.close();
    file.close();
    assertEquals([file.problem, asked], [null, ["/bin/sh", "/bin/curl"]]);
    replay.finish();
    const text = await Deno.readTextFile(`${folder}/run.events`);
    const again = replayText(text);
    const told = ({ summary, gaps, processes }: Replay) => [
      summary,
      gaps,
      nodesOf(processes, CLOCK),
    ];
    assertEquals(told(again.replay), told(replay));
    assertEquals([replay.gaps.refused_forks, replay.gaps.refused_execs], [1, 1]);
  }));

Deno.test({
  name: "EventFile says why it could not be written any further, and goes on",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const file = new EventFile("/dev/full", ["sh"]);
    for (let line = 2; line < 5000; line++) {
      file.write({ type: "rename", time: line, line, pid: 7, comm: "a name" }, null, 0);
    }
    file.close();
    assertEquals(/no space/i.test(file.problem ?? ""), true, String(file.problem));
  },
});
