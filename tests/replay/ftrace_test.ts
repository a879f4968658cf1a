import { assertEquals } from "@std/assert";
import { formatOf, type RecordedEvent } from "../../replay/mod.ts";
import { eventsOf, replayText } from "./support.ts";

const brief = ({ line: _line, ...event }: RecordedEvent) => event as unknown;
const at = (rest: string, time = "100.000001") => `  sh-5  (  5) [000] .....  ${time}: ${rest}\n`;

Deno.test("FtraceParser reads a line with and without flags, tgid and nanoseconds", () => {
  const rest = "task_newtask: pid=6 comm=sh clone_flags=1200000 oom_score_adj=0\n";
  for (
    const [head, tgid, time] of [
      ["  sh-5     (      5) [001] .N...  100.000001: ", 5, 1000],
      ["  sh-5     (-------) [001] d..1.  100.000001: ", null, 1000],
      ["  sh-5     [001] .....  100.000001: ", null, 1000],
      ["  sh-5     [001]  100.000001: ", null, 1000],
      ["  sh-5     [001]  100.000001002: ", null, 1002],
    ] as const
  ) {
    assertEquals(eventsOf(head + rest).map(brief), [{
      type: "fork",
      time,
      pid: 6,
      tgid: 6,
      thread: false,
      creator: 5,
      creatorTgid: tgid,
      parent: tgid,
      flags: 0x1200000,
      comm: "sh",
    }], head);
  }
});

Deno.test("FtraceParser reads perf script with pid/tid, with a tid alone, and with subsystems", () => {
  const rest = "sched:sched_process_exec: filename=/bin/a b pid=6 old_pid=7\n";
  for (const head of ["  a b 6/7 [001]  100.000001:  ", "  a b  7 [001]  100.000001: "]) {
    assertEquals(eventsOf(head + rest).map(brief), [{
      type: "exec",
      time: 1000,
      pid: 6,
      oldPid: 7,
      path: "/bin/a b",
      argv: null,
      comm: null,
    }]);
  }
});

Deno.test("FtraceParser is not misled by what a comm holds", () => {
  const [event] = eventsOf(
    " x-9 [3] (1) pid=4-5  (   5) [000] .....  100.000001: task_rename: " +
      "pid=5 oldcomm=a newcomm=b pid=9 oom_score_adj=0 oom_score_adj=0\n",
  );
  assertEquals(brief(event), {
    type: "rename",
    time: 1000,
    pid: 5,
    comm: "b pid=9 oom_score_adj=0",
  });
});

Deno.test("FtraceParser learns from later lines whether a child is a thread, without task_newtask", () => {
  const fork = (pid: number) =>
    at(`sched_process_fork: comm=sh pid=5 child_comm=sh child_pid=${pid}`);
  const { replay } = replayText(
    at("sched_process_exec: filename=/bin/sh pid=5 old_pid=5") + fork(6) + fork(7) + fork(8) +
      "  sh-6  (  5) [000] .....  101.000001: sched_process_exit: comm=sh pid=6 prio=120\n" +
      "  sh-7  (  7) [000] .....  101.000001: sched_process_exit: comm=sh pid=7 prio=120\n",
  );
  assertEquals([replay.summary.processes, replay.summary.threads], [3, 1]);
  assertEquals([replay.summary.task_exits, replay.summary.process_exits], [2, 1]);
});

Deno.test("FtraceParser tells of a child once although two events do", () => {
  const { replay } = replayText(
    at("task_newtask: pid=6 comm=sh clone_flags=1200000 oom_score_adj=0") +
      at("sched_process_fork: comm=sh pid=5 child_comm=sh child_pid=6"),
  );
  assertEquals([replay.summary.processes, replay.warnings.total], [1, 0]);
});

Deno.test("FtraceParser takes the code from the exit calls, and a fatal signal where there is none", () => {
  const newtask = (pid: number) =>
    at(`task_newtask: pid=${pid} comm=sh clone_flags=1200000 oom_score_adj=0`);
  const by = (pid: number, rest: string) =>
    `  sh-${pid}  (  ${pid}) [000] .....  101.000001: ${rest}\n`;
  const exit = (pid: number) =>
    by(pid, `sched_process_exit: comm=sh pid=${pid} prio=120 group_dead=true`);
  const { replay } = replayText(
    newtask(6) + newtask(7) + newtask(8) + newtask(9) +
      by(6, "sys_exit_group(error_code: 0x7f)") + exit(6) +
      by(7, "signal_deliver: sig=17 errno=0 code=1 sa_handler=0 sa_flags=0") +
      by(7, "signal_deliver: sig=15 errno=0 code=0 sa_handler=0 sa_flags=0") + exit(7) +
      by(8, "signal_deliver: sig=10 errno=0 code=0 sa_handler=55c8d6 sa_flags=4000000") + exit(8) +
      by(9, "syscalls:sys_enter_exit: error_code: 0x00000003") + exit(9),
  );
  assertEquals(replay.summary.exit_codes, { "127": 1, "3": 1, "sig15": 1 });
  assertEquals(replay.gaps.unknown_exits, 1);
});

Deno.test("FtraceParser counts what the buffers lost", () => {
  const { replay } = replayText(
    at("task_newtask: pid=6 comm=sh clone_flags=1200000 oom_score_adj=0") +
      "CPU:1 [LOST 461 EVENTS]\n" +
      at("sched_process_exit: comm=sh pid=6 prio=120 group_dead=true", "101.000001"),
  );
  assertEquals(replay.gaps.lost_events, 461);
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [["lost", 2]]);
});

Deno.test("FtraceParser does not say how many were lost when the recorder did not", () => {
  const { replay } = replayText("CPU:1 [LOST EVENTS]\n" + at("sched_process_exit: comm=a pid=5"));
  assertEquals(replay.gaps.lost_events, null);
});

Deno.test("FtraceParser passes over events that it does not know, and warns of lines that are none", () => {
  const { replay } = replayText(
    at("sched_switch: prev_comm=a prev_pid=1 ==> next_comm=b next_pid=2") + "what is this\n" +
      at("task_newtask: pid=x comm=sh clone_flags=zz oom_score_adj=0"),
  );
  assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [
    ["not-understood", 2],
    ["not-understood", 3],
  ]);
});

for (
  const [written, bits] of [
    ["1200011", 0x1200000],
    ["1200080", 0x1200080],
    ["80010011", 0x80010000],
    ["200000011", 0x200000000],
  ] as const
) {
  Deno.test(`FtraceParser reads clone flags written as ${written}`, () => {
    const text = at(`task_newtask: pid=6 comm=sh clone_flags=${written} oom_score_adj=0`);
    const [event] = eventsOf(text);
    assertEquals(event.type === "fork" && event.flags, bits);
  });
}

for (const written of ["-100", "ffffffffffffffff"]) {
  Deno.test(`FtraceParser refuses clone flags written as ${written}`, () => {
    const { replay } = replayText(
      at("sched_process_exec: filename=/bin/sh pid=5 old_pid=5") +
        at(`task_newtask: pid=6 comm=sh clone_flags=${written} oom_score_adj=0`),
    );
    assertEquals(replay.warnings.kept.map(({ kind, line }) => [kind, line]), [
      ["not-understood", 2],
    ]);
  });
}

Deno.test("formatOf() tells ftrace from perf", () => {
  assertEquals(formatOf("# tracer: nop"), "ftrace");
  assertEquals(formatOf("  a-5  [001] .....  1.000001: task_newtask: pid=6"), "ftrace");
  assertEquals(formatOf("  a 5/5 [001]  1.000001: task:task_newtask: pid=6"), "perf");
  assertEquals(formatOf("  a 5 [001]  1.000001: task:task_newtask: pid=6"), "perf");
});
