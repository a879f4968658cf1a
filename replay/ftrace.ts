import { CLONE_PARENT, CLONE_THREAD } from "../kernel/fork.ts";
import { isIgnoredByDefault } from "../kernel/signal.ts";
import { exitCodeOf, statusOfCode } from "../kernel/wait_status.ts";
import { isCloneFlags, withoutSignal } from "./clone_flags.ts";
import type { EventSink, ForkEvent, RecordingClock } from "./event.ts";
import type { LineParser, ParserOptions } from "./parser.ts";
import {
  afterDigits,
  afterSpaces,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  COLON,
  DOT,
  HASH,
  isDigit,
  isLowerCase,
  MINUS,
  nanosecondsAt,
  numberAt,
  SLASH,
  SPACE,
  UNDERSCORE,
} from "./text.ts";
import { describeStep, excerpt, TOLERATED_STEP, type Warnings } from "./warning.ts";

const PID = " pid=";
const OLD_PID = " old_pid=";
const CHILD_PID = " child_pid=";
const CHILD_COMM = " child_comm=";
const CLONE_FLAGS = " clone_flags=";
/** The hexadecimal digits of 64 bits. */
const CLONE_FLAGS_LENGTH = 16;
const FILENAME = "filename=";
const GROUP_DEAD = " group_dead=";
const HANDLER = " sa_handler=";

/**
 * Reads the text of tracefs (`trace`, `trace_pipe`, `trace-cmd report`) and of `perf script`, line by line: the events
 * `sched_process_fork`, `_exec` and `_exit`, `task_newtask`, and where present `task_rename`, `signal_deliver` and the
 * exit and setsid system calls.
 *
 * @example
 * ```ts
 * import { FtraceParser, type RecordedEvent, Warnings } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const paths: (string | null)[] = [];
 * const sink = (event: RecordedEvent) => event.type === "exec" && paths.push(event.path);
 * const parser = new FtraceParser({ sink, warnings: new Warnings() }, "ftrace");
 * parser.line("sh-7 [000] d..1. 10.000000: sched_process_exec: filename=/bin/make pid=7 old_pid=7", 1);
 * parser.end();
 * assertEquals([paths, parser.clock.origin], [["/bin/make"], 10e9]);
 * ```
 */
export class FtraceParser implements LineParser {
  /** The name of the format. */
  readonly format: "ftrace" | "perf";
  readonly #sink: EventSink;
  readonly #warnings: Warnings;
  /** Children that task_newtask told. sched_process_fork tells each of them a second time. */
  readonly #newTasks = new Set<number>();
  /** Children that only sched_process_fork told. Their own first line tells whether they are threads. */
  readonly #undecided = new Map<number, ForkEvent>();
  #originSeconds = -1;
  #line = 0;
  #time = 0;
  /** The task of the line, and its process where the line has a column for it. */
  #pid = 0;
  #tgid: number | null = null;

  /**
   * Makes a parser that has read no line.
   *
   * @param options Where events and warnings go.
   * @param format The format. The two differ in the columns before the event.
   */
  constructor(options: ParserOptions, format: "ftrace" | "perf") {
    this.#sink = options.sink;
    this.#warnings = options.warnings;
    this.format = format;
  }

  /** How the times are to be read. */
  get clock(): RecordingClock {
    return { origin: Math.max(this.#originSeconds, 0) * 1e9, kind: "monotonic" };
  }

  /** Tells the forks of children without a line of their own. They count as processes. */
  end(): void {
    for (const event of this.#undecided.values()) this.#sink({ ...event, tgid: event.pid });
    this.#undecided.clear();
  }

  /**
   * Takes a line.
   *
   * @param text The line, without its end.
   * @param number Its number, from 1.
   */
  line(text: string, number: number): void {
    this.#line = number;
    if (text.length === 0 || text.charCodeAt(0) === HASH) return;
    const body = this.#head(text);
    if (body < 0) return this.#headless(text);
    if (this.#undecided.size > 0) this.#decide(this.#pid, this.#tgid);
    this.#event(text, body);
  }

  /** Tells the fork of a child, now that its process is known. */
  #decide(pid: number, tgid: number | null): void {
    const event = this.#undecided.get(pid);
    if (event === undefined || tgid === null) return;
    this.#undecided.delete(pid);
    const thread = pid !== tgid;
    this.#sink({ ...event, tgid, thread, parent: thread ? null : event.creatorTgid });
  }

  /** Reads a line without a head. It tells of lost events, or is not understood. */
  #headless(text: string): void {
    const lost = /\[LOST (?:(\d+) )?EVENTS\]/.exec(text) ?? /\bLOST (\d+) events/i.exec(text) ??
      /PERF_RECORD_LOST.*?lost (\d+)/.exec(text);
    if (lost === null) {
      if (text.trim() === "") return;
      return this.#warnings.add({
        kind: "not-understood",
        line: this.#line,
        text: `no event: ${excerpt(text)}`,
      });
    }
    this.#sink({
      type: "lost",
      time: this.#time,
      line: this.#line,
      count: lost[1] === undefined ? null : Number(lost[1]),
    });
  }

  /**
   * Reads `comm-pid (tgid) [cpu] flags time:` or `comm pid/tid [cpu] time:`. A comm may hold nearly any character. The
   * anchor is therefore the cpu: a number in brackets behind a number.
   *
   * @returns Where the event begins, or -1.
   */
  #head(text: string): number {
    let open = text.indexOf("[");
    while (open >= 0) {
      const close = afterDigits(text, open + 1);
      if (close > open + 1 && text.charCodeAt(close) === CLOSE_BRACKET && this.#task(text, open)) {
        const end = this.#clock(text, close + 1);
        if (end >= 0) return end;
      }
      open = text.indexOf("[", open + 1);
    }
    return -1;
  }

  /** Reads the task before the cpu column, backwards. */
  #task(text: string, open: number): boolean {
    let end = open - 1;
    while (text.charCodeAt(end) === SPACE) end--;
    this.#tgid = null;
    if (text.charCodeAt(end) === CLOSE_PAREN) {
      const paren = text.lastIndexOf("(", end);
      const tgid = numberAt(text, afterSpaces(text, paren + 1));
      this.#tgid = Number.isNaN(tgid) ? null : tgid;
      end = paren - 1;
      while (text.charCodeAt(end) === SPACE) end--;
    }
    const last = end;
    while (end >= 0 && isDigit(text.charCodeAt(end))) end--;
    if (end === last || end < 0) return false;
    const number = numberAt(text, end + 1);
    const before = text.charCodeAt(end);
    this.#pid = number;
    if (before === SLASH) {
      // perf writes the process before the thread.
      let start = end - 1;
      while (start >= 0 && isDigit(text.charCodeAt(start))) start--;
      if (start === end - 1) return false;
      this.#tgid = numberAt(text, start + 1);
      return true;
    }
    return before === MINUS || before === SPACE;
  }

  /** Reads the flags column, if there is one, and the time. */
  #clock(text: string, start: number): number {
    start = afterSpaces(text, start);
    let end = afterDigits(text, start);
    if (end === start || text.charCodeAt(end) !== DOT) {
      const blank = text.indexOf(" ", start);
      if (blank < 0) return -1;
      start = afterSpaces(text, blank);
      end = afterDigits(text, start);
    }
    if (end === start || text.charCodeAt(end) !== DOT) return -1;
    const fraction = end + 1;
    const colon = afterDigits(text, fraction);
    if (text.charCodeAt(colon) !== COLON) return -1;
    const seconds = numberAt(text, start);
    if (this.#originSeconds < 0) this.#originSeconds = seconds;
    const time = (seconds - this.#originSeconds) * 1e9 + nanosecondsAt(text, fraction, colon);
    if (this.#time - time > TOLERATED_STEP) {
      const text = describeStep(this.#time - time);
      this.#warnings.add({ kind: "clock-back", line: this.#line, text });
    }
    this.#time = time;
    return afterSpaces(text, colon + 1);
  }

  /** Dispatches on the name, with or without the subsystem that perf puts before it. */
  #event(text: string, body: number): void {
    let end = body;
    let start = body;
    for (;; end++) {
      const code = text.charCodeAt(end);
      const isWord = isLowerCase(code) || code === UNDERSCORE || isDigit(code);
      if (isWord) continue;
      if (code === COLON && end + 1 < text.length && text.charCodeAt(end + 1) !== SPACE) {
        start = end + 1;
        continue;
      }
      break;
    }
    switch (text.slice(start, end)) {
      case "task_newtask":
        return this.#newTask(text, end);
      case "sched_process_fork":
        return this.#fork(text, end);
      case "sched_process_exec":
        return this.#exec(text, end);
      case "sched_process_exit":
        return this.#exit(text, end);
      case "task_rename":
        return this.#rename(text, end);
      case "signal_deliver":
        return this.#signal(text, end);
      case "sys_exit":
      case "sys_enter_exit":
        return this.#exitCall(text, end, false);
      case "sys_exit_group":
      case "sys_enter_exit_group":
        return this.#exitCall(text, end, true);
      case "sys_setsid":
      case "sys_exit_setsid":
        return this.#setsid(text, end);
    }
    if (start === end) this.#headless(text);
  }

  #bad(text: string): void {
    this.#warnings.add({
      kind: "not-understood",
      line: this.#line,
      text: `no event: ${excerpt(text)}`,
    });
  }

  #newTask(text: string, start: number): void {
    const pid = field(text, PID, start);
    const flags = cloneFlagsIn(text);
    if (Number.isNaN(pid) || !isCloneFlags(flags)) return this.#bad(text);
    const thread = (flags & CLONE_THREAD) !== 0;
    const tgid = this.#tgid ?? null;
    const sibling = (flags & CLONE_PARENT) !== 0;
    this.#newTasks.add(pid);
    this.#sink({
      type: "fork",
      time: this.#time,
      line: this.#line,
      pid,
      tgid: thread ? tgid : pid,
      thread,
      creator: this.#pid,
      creatorTgid: tgid,
      parent: thread || sibling ? null : tgid,
      flags: withoutSignal(flags),
      comm: between(text, " comm=", start, CLONE_FLAGS),
    });
  }

  /** Without task_newtask nothing tells whether the child is a thread. */
  #fork(text: string, start: number): void {
    const pidStart = text.lastIndexOf(CHILD_PID);
    const pid = pidStart < start ? NaN : numberAt(text, pidStart + CHILD_PID.length);
    const child = text.lastIndexOf(CHILD_COMM, pidStart);
    const creator = child < start ? NaN : numberAt(text, text.lastIndexOf(PID, child) + PID.length);
    if (Number.isNaN(pid) || Number.isNaN(creator)) return this.#bad(text);
    if (this.#newTasks.delete(pid)) return;
    const tgid = creator === this.#pid ? this.#tgid : null;
    const event: ForkEvent = {
      type: "fork",
      time: this.#time,
      line: this.#line,
      pid,
      tgid: null,
      thread: null,
      creator,
      creatorTgid: tgid,
      parent: null,
      flags: null,
      comm: text.slice(child + CHILD_COMM.length, pidStart),
    };
    if (tgid === null) this.#sink({ ...event, tgid: pid });
    else this.#undecided.set(pid, event);
  }

  #exec(text: string, start: number): void {
    const oldPidStart = text.lastIndexOf(OLD_PID);
    const pidStart = oldPidStart < start ? -1 : text.lastIndexOf(PID, oldPidStart - 1);
    const pid = pidStart < start ? NaN : numberAt(text, pidStart + PID.length);
    const oldPid = numberAt(text, oldPidStart + OLD_PID.length);
    if (Number.isNaN(pid) || Number.isNaN(oldPid)) return this.#bad(text);
    const name = text.indexOf(FILENAME, start);
    this.#sink({
      type: "exec",
      time: this.#time,
      line: this.#line,
      pid,
      oldPid,
      path: name < 0 || name > pidStart ? null : text.slice(name + FILENAME.length, pidStart),
      argv: null,
      comm: null,
    });
  }

  #exit(text: string, start: number): void {
    const pidStart = text.lastIndexOf(PID);
    const pid = pidStart < start ? NaN : numberAt(text, pidStart + PID.length);
    if (Number.isNaN(pid)) return this.#bad(text);
    const deadAt = text.indexOf(GROUP_DEAD, pidStart);
    this.#newTasks.delete(pid);
    if (this.#undecided.size > 0) this.#decide(pid, pid === this.#pid ? this.#tgid : pid);
    this.#sink({
      type: "exit",
      time: this.#time,
      line: this.#line,
      pid,
      tgid: pid === this.#pid ? this.#tgid : null,
      status: null,
      parent: null,
      groupDead: deadAt < 0 ? null : text.startsWith("true", deadAt + GROUP_DEAD.length),
    });
  }

  #rename(text: string, start: number): void {
    const pid = field(text, PID, start);
    const comm = between(text, " newcomm=", start, " oom_score_adj=");
    if (Number.isNaN(pid) || comm === null) return this.#bad(text);
    this.#sink({ type: "rename", time: this.#time, line: this.#line, pid, comm });
  }

  #signal(text: string, start: number): void {
    const signal = field(text, " sig=", start);
    if (!(signal >= 1 && signal <= 64)) return this.#bad(text);
    // A process survives a signal that it handles.
    if (isIgnoredByDefault(signal) || field(text, HANDLER, start) !== 0) return;
    const handler = text.indexOf(HANDLER, start) + HANDLER.length;
    const after = text.charCodeAt(handler + 1);
    if (after !== SPACE && !Number.isNaN(after)) return;
    this.#sink({ type: "signal", time: this.#time, line: this.#line, pid: this.#pid, signal });
  }

  #exitCall(text: string, start: number, group: boolean): void {
    const match = /error_code: ?(0x[0-9a-f]+|\d+)/.exec(text.slice(start));
    if (match === null) {
      // `sys_exit -> ...` is the return of any call, and not a call of exit.
      if (text.startsWith(": NR ", start) || text.startsWith(" -> ", start)) return;
      return this.#bad(text);
    }
    this.#sink({
      type: "exit-call",
      time: this.#time,
      line: this.#line,
      pid: this.#pid,
      tgid: this.#tgid,
      code: exitCodeOf(statusOfCode(Number(match[1]))),
      group,
    });
  }

  #setsid(text: string, start: number): void {
    const match = /^(?: ->|:) ?(0x[0-9a-f]+|-?\d+)/.exec(text.slice(start));
    if (match === null) return this.#bad(text);
    const id = Number(match[1]);
    // A value above the highest pid is a negative error number.
    if (id <= 0 || id > 0x400000) return;
    const pid = this.#tgid ?? this.#pid;
    this.#sink({ type: "session", time: this.#time, line: this.#line, pid, id: pid });
  }
}

/** The clone flags of a line. NaN when it has none. */
function cloneFlagsIn(text: string): number {
  const start = text.lastIndexOf(CLONE_FLAGS);
  if (start < 0) return NaN;
  const digits = start + CLONE_FLAGS.length;
  return parseInt(text.slice(digits, digits + CLONE_FLAGS_LENGTH), 16);
}

/** The number after a word. */
function field(text: string, word: string, start: number): number {
  const wordStart = text.indexOf(word, start);
  return wordStart < 0 ? NaN : numberAt(text, wordStart + word.length);
}

/** The text between a word and the last place of another word. */
function between(text: string, word: string, start: number, end: string): string | null {
  const from = text.indexOf(word, start);
  const to = text.lastIndexOf(end);
  return from < 0 || to < from + word.length ? null : text.slice(from + word.length, to);
}
