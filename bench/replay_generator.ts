/**
 * Makes recordings of any number of process lifecycles in every format: a shell that keeps some children running, each
 * of which calls exec, and ends. The same number gives the same text.
 *
 * @module
 */

import type { RecordingFormat } from "../replay/mod.ts";

/** A format that can be made: each that can be read, and some with more in them. */
export type GeneratedFormat = RecordingFormat | "ftrace-plus" | "events-1";

/** How a recording is to be made. */
export interface GeneratorOptions {
  /** How many processes live and die. */
  readonly lifecycles: number;
  /** How many of them are alive at a time. */
  readonly alive?: number;
  /** How many characters a chunk has at least. */
  readonly chunk?: number;
}

const FIRST_PID = 1000;
const PID_MAX = 32768;
const PROGRAMS = ["/usr/bin/cc", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "/usr/bin/as", "/bin/sh"];

interface Child {
  readonly pid: number;
  readonly serial: number;
}

interface Writer {
  readonly header: string;
  begin(shell: number, time: number): string;
  born(shell: number, child: Child, time: number): string;
  died(shell: number, child: Child, time: number): string;
  end(shell: number, time: number): string;
}

/**
 * Makes a recording.
 *
 * @param format The format.
 * @param options How long it shall be.
 * @returns The text, in chunks.
 */
export function* generate(format: GeneratedFormat, options: GeneratorOptions): Generator<string> {
  const { lifecycles, alive = 8, chunk = 1 << 16 } = options;
  const writer = WRITERS[format];
  const shell = FIRST_PID - 1;
  const live: Child[] = [];
  let text = writer.header + writer.begin(shell, 0);
  let time = 1_000_000;
  for (let serial = 0; serial < lifecycles + alive; serial++) {
    if (serial >= alive && live.length > 0) {
      // Not always the oldest: children of a real shell overtake each other.
      const [child] = live.splice(serial % live.length, 1);
      text += writer.died(shell, child, time += 40_000);
    }
    if (serial < lifecycles) {
      const pid = FIRST_PID + serial % (PID_MAX - FIRST_PID);
      const child = { pid, serial };
      live.push(child);
      text += writer.born(shell, child, time += 60_000);
    }
    if (text.length < chunk) continue;
    yield text;
    text = "";
  }
  yield text + writer.end(shell, time + 40_000);
}

const programOf = ({ serial }: Child) => PROGRAMS[serial % PROGRAMS.length];
const codeOf = ({ serial }: Child) => serial % 16 === 0 ? 1 : 0;

function seconds(time: number, digits: 6 | 9): string {
  const whole = Math.floor(time / 1e9);
  return `${whole}.${String(time % 1e9).padStart(9, "0").slice(0, digits)}`;
}

const strace = (pid: number, time: number, text: string) =>
  `${pid} ${seconds(1_700_000_000e9 + time, 6)} ${text}\n`;

const STRACE: Writer = {
  header: "",
  begin: (shell, time) => strace(shell, time, 'execve("/bin/sh", ["sh"], 0x7ffc /* 9 vars */) = 0'),
  born: (shell, child, time) =>
    strace(
      shell,
      time,
      "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, " +
        `child_tidptr=0x7f81ddff3a10) = ${child.pid}`,
    ) +
    strace(
      child.pid,
      time + 20_000,
      `execve("${
        programOf(child)
      }", ["prog", "-c", "file${child.serial}.c"], 0x55d0 /* 38 vars */) = 0`,
    ),
  died: (shell, child, time) =>
    strace(child.pid, time, `exit_group(${codeOf(child)})     = ?`) +
    strace(child.pid, time + 1000, `+++ exited with ${codeOf(child)} +++`) +
    strace(
      shell,
      time + 2000,
      `wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == ${codeOf(child)}}], 0, NULL) = ${child.pid}`,
    ) +
    strace(
      shell,
      time + 3000,
      `--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=${child.pid}, si_uid=0, ` +
        `si_status=${codeOf(child)}, si_utime=0, si_stime=0} ---`,
    ),
  end: (shell, time) =>
    strace(shell, time, "exit_group(0) = ?") + strace(shell, time, "+++ exited with 0 +++"),
};

/** tracefs and perf differ in the head of a line only. */
function tracing(head: (comm: string, pid: number, time: number) => string, plus: boolean): Writer {
  const [task, sched] = head("", 0, 0).includes("(") ? ["", ""] : ["task:", "sched:"];
  const fork = (parent: number, pid: number, time: number) =>
    head("sh", parent, time) +
    `${task}task_newtask: pid=${pid} comm=sh clone_flags=1200000 oom_score_adj=0\n` +
    head("sh", parent, time + 1000) +
    `${sched}sched_process_fork: comm=sh pid=${parent} child_comm=sh child_pid=${pid}\n`;
  const exec = (pid: number, path: string, time: number) =>
    head("prog", pid, time) +
    `${sched}sched_process_exec: filename=${path} pid=${pid} old_pid=${pid}\n`;
  const exit = (pid: number, code: number, time: number) =>
    (plus ? `${head("prog", pid, time - 1000)}sys_exit_group(error_code: ${code})\n` : "") +
    head("prog", pid, time) +
    `${sched}sched_process_exit: comm=prog pid=${pid} prio=120 group_dead=true\n`;
  return {
    header: task === "" ? "# tracer: nop\n#\n" : "",
    begin: (shell, time) => fork(998, shell, time) + exec(shell, "/bin/sh", time + 10_000),
    born: (shell, child, time) =>
      fork(shell, child.pid, time) + exec(child.pid, programOf(child), time + 20_000),
    died: (_shell, child, time) => exit(child.pid, codeOf(child), time),
    end: (shell, time) => exit(shell, 0, time),
  };
}

const ftraceHead = (comm: string, pid: number, time: number) =>
  `${comm.padStart(16)}-${String(pid).padEnd(7)} (${String(pid).padStart(7)}) [00${
    pid % 2
  }] .....  ` +
  `${seconds(2_268e9 + time, 6)}: `;
const perfHead = (comm: string, pid: number, time: number) =>
  `${comm.padStart(16)} ${pid}/${pid} [00${pid % 2}]  ${seconds(2_268e9 + time, 6)}: `;

function events(header: string): Writer {
  let sequence = 0;
  const record = (time: number, fields: string) =>
    `{"t":${2_268e9 + time},"cpu":0,"seq":${sequence++},${fields}}\n`;
  const fork = (parent: number, pid: number, time: number) =>
    record(
      time,
      `"ev":"fork","ppid":${parent},"ptgid":${parent},"pid":${pid},"tgid":${pid}`,
    );
  const exec = (pid: number, time: number, path: string) =>
    record(
      time,
      `"ev":"exec","pid":${pid},"tgid":${pid}` + (header === "" ? "" : `,"path":"${path}"`),
    );
  const exit = (pid: number, parent: number, code: number, time: number) =>
    record(
      time,
      `"ev":"exit","pid":${pid},"tgid":${pid},"status":${code << 8},"code":${code},"sig":0,` +
        `"core":false,"exitsig":17,"ppid":${parent},"ptgid":${parent}`,
    );
  return {
    header,
    begin: (shell, time) => fork(998, shell, time) + exec(shell, time + 10_000, "/bin/sh"),
    born: (shell, child, time) =>
      fork(shell, child.pid, time) + exec(child.pid, time + 20_000, programOf(child)),
    died: (shell, child, time) => exit(child.pid, shell, codeOf(child), time),
    end: (shell, time) => exit(shell, 998, 0, time),
  };
}

const WRITERS: Readonly<Record<GeneratedFormat, Writer>> = {
  strace: STRACE,
  ftrace: tracing(ftraceHead, false),
  "ftrace-plus": tracing(ftraceHead, true),
  perf: tracing(perfHead, false),
  events: events(""),
  "events-1": events('{"format":"pnotify-events","version":1,"clock":"monotonic"}\n'),
};

/** The formats that can be made. */
export const FORMATS: readonly GeneratedFormat[] = Object.keys(WRITERS) as GeneratedFormat[];
