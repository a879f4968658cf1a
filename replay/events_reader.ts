import { PID_MAX_LIMIT } from "../kernel/pid.ts";
import { RESOURCE_NAMES, type Resources } from "../kernel/resources.ts";
import { exitCodeOf, statusOfCode, WTERMSIG } from "../kernel/wait_status.ts";
import { isCloneFlags } from "./clone_flags.ts";
import { Fields } from "./fields.ts";
import { Errno, type ErrnoName } from "../kernel/errno.ts";
import type { EventSink, FoundEvent, RecordingClock } from "./event.ts";
import type { LineParser, ParserOptions } from "./parser.ts";
import { RECORD_KINDS } from "./record_kinds.ts";
import { describeStep, excerpt, TOLERATED_STEP, type Warnings } from "./warning.ts";

/**
 * What the header of an event recording calls itself.
 *
 * @example
 * ```ts
 * import { EVENTS_FORMAT, EVENTS_VERSION, EventsParser, Warnings } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const parser = new EventsParser({ sink: () => {}, warnings: new Warnings() });
 * parser.line(JSON.stringify({ format: EVENTS_FORMAT, version: EVENTS_VERSION, clock: "monotonic" }), 1);
 * assertEquals(parser.version, EVENTS_VERSION);
 * ```
 */
export const EVENTS_FORMAT = "pnotify-events";
/** The newest version that is read, and the one that is written. */
export const EVENTS_VERSION = 1;

/** Events that say nothing about the tree of processes. */
const PASSED_OVER: ReadonlySet<string> = new Set(["ptrace", "coredump", "none", "ack"]);
/** So many unknown kinds of records are named. Those beyond them are counted together. */
const MOST_KINDS = 20;

/**
 * Reads process events as lines of JSON. Version 0 has no header: it is what the process connector sends, one record a
 * line. Version 1 begins with a header. It can also tell of lost events.
 *
 * Origin: the records of the process events connector (`cn_proc`).
 *
 * @example
 * ```ts
 * import { EventsParser, Warnings } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const pids: number[] = [];
 * const warnings = new Warnings();
 * const parser = new EventsParser({ sink: (event) => event.type === "fork" && pids.push(event.pid), warnings });
 * parser.line('{"t":5,"cpu":0,"seq":0,"ev":"fork","ppid":1,"ptgid":1,"pid":7,"tgid":7}', 1);
 * parser.line("what", 2);
 * parser.end();
 * assertEquals([pids, warnings.total], [[7], 1]);
 * ```
 */
export class EventsParser implements LineParser {
  /** The name of the format. */
  readonly format = "events" as const;
  /** The version, as far as it is known. */
  version = 0;
  readonly #sink: EventSink;
  readonly #warnings: Warnings;
  readonly #fields = new Fields();
  /** The next sequence number of each CPU, where gaps mean lost events. */
  readonly #next = new Map<number, number>();
  #complete = false;
  #kind: RecordingClock["kind"] = "monotonic";
  #originSeconds = -1;
  #line = 0;
  #time = 0;
  /** How many records there were of each kind that is not known, and the line of the first. */
  readonly #unknown = new Map<string, number>();
  #firstUnknown = 0;

  /**
   * Makes a parser that has read no line.
   *
   * @param options Where events and warnings go.
   */
  constructor(options: ParserOptions) {
    this.#sink = options.sink;
    this.#warnings = options.warnings;
  }

  /** How the times are to be read. */
  get clock(): RecordingClock {
    return { origin: Math.max(this.#originSeconds, 0) * 1e9, kind: this.#kind };
  }

  /** Says once which records were passed over. Each record stands alone, so none still waits. */
  end(): void {
    if (this.#unknown.size === 0) return;
    const counts = [...this.#unknown].map(([kind, count]) => `${count} ${excerpt(kind)}`);
    this.#warnings.add({
      kind: "passed-over",
      line: this.#firstUnknown,
      text: `records of unknown kinds were passed over: ${counts.join(", ")}`,
    });
  }

  /**
   * Takes a line.
   *
   * @param text The line, without its end.
   * @param number Its number, from 1.
   */
  line(text: string, number: number): void {
    if (text.length === 0) return;
    this.#line = number;
    const fields = this.#fields;
    const wrong = fields.read(text);
    if (wrong !== null) return this.#bad(`${wrong}: ${excerpt(text)}`);
    if (fields.ev === "") return this.#header(text);
    this.#setTime(fields);
    if (this.#complete && fields.seq >= 0) this.#countLost(fields);
    if (!this.#event(fields)) this.#refuse(fields.ev, text);
  }

  /** From version 1 on there may be kinds that only a newer reader knows. */
  #refuse(kind: string, text: string): void {
    if (this.version === 0 || Object.hasOwn(RECORD_KINDS, kind)) {
      return this.#bad(`no event: ${excerpt(text)}`);
    }
    const unknown = this.#unknown;
    if (unknown.size === 0) this.#firstUnknown = this.#line;
    const name = unknown.has(kind) || unknown.size < MOST_KINDS ? kind : "of further kinds";
    unknown.set(name, (unknown.get(name) ?? 0) + 1);
  }

  #bad(text: string): void {
    this.#warnings.add({ kind: "not-understood", line: this.#line, text });
  }

  #header(text: string): void {
    const { rare } = this.#fields;
    if (rare?.format !== EVENTS_FORMAT) return this.#bad(`no event: ${excerpt(text)}`);
    const { version } = rare;
    if (typeof version === "number") this.version = version;
    if (version !== EVENTS_VERSION) {
      this.#bad(`version ${String(version)} of the format, version ${EVENTS_VERSION} is wanted`);
    }
    this.#complete = rare.complete === true;
    const { clock } = rare;
    if (clock === "epoch" || clock === "day" || clock === "relative" || clock === "none") {
      this.#kind = clock;
    }
  }

  #setTime(fields: Fields): void {
    if (!fields.timed) return;
    if (this.#originSeconds < 0) this.#originSeconds = fields.seconds;
    const time = (fields.seconds - this.#originSeconds) * 1e9 + fields.nanoseconds;
    if (this.#time - time > TOLERATED_STEP) {
      const text = describeStep(this.#time - time);
      this.#warnings.add({ kind: "clock-back", line: this.#line, text });
    }
    this.#time = time;
  }

  /** Each CPU numbers its events. A gap in a recording of everything is a loss. */
  #countLost({ cpu, seq }: Fields): void {
    const expected = this.#next.get(cpu);
    this.#next.set(cpu, seq + 1);
    if (expected === undefined || seq <= expected) return;
    this.#sink({ type: "lost", time: this.#time, line: this.#line, count: seq - expected });
  }

  /** Makes the event of a record. False when a needed field is missing. */
  #event(fields: Fields): boolean {
    const { ev, pid } = fields;
    if (ev === "lost") return this.#lost(fields);
    if (PASSED_OVER.has(ev) || ev === "end") return true;
    if (!isPid(pid)) return false;
    switch (ev) {
      case "fork":
        return this.#fork(fields);
      case "exec":
        return this.#exec(fields);
      case "exit":
        return this.#exit(fields);
      case "comm":
        return this.#rename(fields);
      case "sid":
        return this.#told({ type: "session", pid, id: fields.tgid > 0 ? fields.tgid : pid });
      case "uid":
        return fields.r >= 0 && this.#told({ type: "credentials", pid, uid: fields.r, gid: null });
      case "gid":
        return fields.r >= 0 && this.#told({ type: "credentials", pid, uid: null, gid: fields.r });
      default:
        return this.#further(fields);
    }
  }

  /** Makes the event of a record that only version 1 has. */
  #further(fields: Fields): boolean {
    const { ev, pid, rare } = fields;
    const place = { time: this.#time, line: this.#line };
    switch (ev) {
      case "pgid": {
        const id = rare?.id;
        if (!isPid(id)) return false;
        return this.#told({ type: "group", pid, id });
      }
      case "exec-failed":
        return this.#told({ type: "exec-failed", pid });
      case "exit-call": {
        const argument = rare?.to;
        if (typeof argument !== "number") return false;
        const code = exitCodeOf(statusOfCode(argument));
        const group = rare?.group === true;
        this.#sink({ type: "exit-call", ...place, pid, tgid: known(fields.tgid), code, group });
        return true;
      }
      case "signal": {
        const signal = rare?.signal;
        if (!isPid(signal) || signal > 64) return false;
        return this.#told({ type: "signal", pid, signal });
      }
      case "subreaper":
        return this.#told({ type: "subreaper", pid, on: rare?.on === true });
      case "namespace":
        return this.#told({ type: "namespace", pid });
      case "found": {
        const { comm } = fields;
        const tgid = known(fields.tgid);
        const parent = known(fields.ptgid);
        const ids = {
          ...id("uid", rare?.uid, MAX_USER),
          ...id("gid", rare?.gid, MAX_USER),
          ...id("group", rare?.pgid, PID_MAX_LIMIT - 1),
          ...id("session", rare?.sid, PID_MAX_LIMIT - 1),
        };
        this.#sink({ type: "found", ...place, pid, tgid, parent, comm, ...ids });
        return true;
      }
      case "kill":
      case "wait":
      case "refused":
        return this.#liveRecord(fields);
      case "usage":
        return this.#usage(fields);
    }
    return false;
  }

  /** The records that only a live run makes. */
  #liveRecord({ ev, pid, tgid, rare }: Fields): boolean {
    const place = { time: this.#time, line: this.#line };
    if (ev === "wait") {
      const child = rare?.child;
      if (!isPid(child)) return false;
      this.#sink({ type: "wait", ...place, pid, child });
      return true;
    }
    if (ev === "kill") {
      const { target, signal } = rare ?? {};
      if (typeof target !== "number" || !isPid(signal) || signal > 64) return false;
      this.#sink({ type: "kill", ...place, pid, target, signal });
      return true;
    }
    const { call, creator, errno, path } = rare ?? {};
    if ((call !== "fork" && call !== "exec") || !isErrnoName(errno)) return false;
    this.#sink({
      type: "refused",
      ...place,
      call,
      pid,
      tgid: tgid > 0 ? tgid : pid,
      creator: isPid(creator) ? creator : null,
      errno,
      path: typeof path === "string" ? path : null,
    });
    return true;
  }

  #told(
    event:
      | { type: "session" | "group"; pid: number; id: number }
      | { type: "credentials"; pid: number; uid: number | null; gid: number | null }
      | { type: "exec-failed" | "namespace"; pid: number }
      | { type: "signal"; pid: number; signal: number }
      | { type: "subreaper"; pid: number; on: boolean },
  ): boolean {
    this.#sink({ ...event, time: this.#time, line: this.#line });
    return true;
  }

  #lost({ rare }: Fields): boolean {
    const count = rare?.count;
    this.#sink({
      type: "lost",
      time: this.#time,
      line: this.#line,
      count: typeof count === "number" && count >= 0 ? count : null,
    });
    return true;
  }

  #fork({ pid, tgid, ppid, ptgid, comm, rare }: Fields): boolean {
    if (!isPid(tgid)) return false;
    const thread = pid !== tgid;
    let creator = thread || ppid <= 0 ? null : ppid;
    let creatorTgid = thread || ptgid <= 0 ? null : ptgid;
    let flags: number | null = null;
    if (rare !== null) {
      if (isPid(rare.creator)) creator = rare.creator;
      if (isPid(rare.ctgid)) creatorTgid = rare.ctgid;
      if (isCloneFlags(rare.flags)) flags = rare.flags;
    }
    this.#sink({
      type: "fork",
      time: this.#time,
      line: this.#line,
      pid,
      tgid,
      thread: rare?.thread === null ? null : thread,
      creator,
      creatorTgid,
      // The connector gives the parent of the process, for a thread too. It does not know who made a thread.
      parent: ptgid > 0 ? ptgid : null,
      flags,
      comm,
    });
    return true;
  }

  #exec({ pid, comm, rare }: Fields): boolean {
    const { path, argv, oldpid, cwd } = rare ?? {};
    this.#sink({
      type: "exec",
      time: this.#time,
      line: this.#line,
      pid,
      oldPid: isPid(oldpid) ? oldpid : null,
      path: typeof path === "string" ? path : null,
      argv: Array.isArray(argv) ? argv.map(String) : null,
      comm,
      ...(typeof cwd === "string" ? { cwd } : {}),
    });
    return true;
  }

  #exit({ pid, tgid, status, ptgid, rare }: Fields): boolean {
    const dead = rare?.dead;
    const isKnown = isStatus(status);
    if (!isKnown && status !== -1) this.#bad(`no wait status: ${status}`);
    this.#sink({
      type: "exit",
      time: this.#time,
      line: this.#line,
      pid,
      tgid: known(tgid),
      status: isKnown ? status : null,
      parent: ptgid >= 0 ? ptgid : null,
      groupDead: typeof dead === "boolean" ? dead : null,
    });
    return true;
  }

  #rename({ pid, comm }: Fields): boolean {
    if (comm === null) return false;
    this.#sink({ type: "rename", time: this.#time, line: this.#line, pid, comm });
    return true;
  }

  #usage({ pid, rare }: Fields): boolean {
    const resources: Resources = {};
    let any = false;
    for (const name of RESOURCE_NAMES) {
      const amount = rare?.[name];
      if (typeof amount !== "number" || !(amount >= 0 && amount < Infinity)) continue;
      resources[name] = amount;
      any = true;
    }
    if (!any) return false;
    this.#sink({ type: "usage", time: this.#time, line: this.#line, pid, resources });
    return true;
  }
}

function isPid(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}

/** The highest number of a user or group. The one above stands for none. */
const MAX_USER = 0xffff_fffe;

/** The highest number of a signal. */
const MAX_SIGNAL = 64;

/** Whether a number is a wait status: an exit code from 0 to 255, or a signal from 1 to 64. */
function isStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 0 && status <= 0xffff &&
    (status & WTERMSIG) <= MAX_SIGNAL;
}

function isErrnoName(value: unknown): value is ErrnoName {
  return typeof value === "string" && Object.hasOwn(Errno, value);
}

/** An id, where a record has it. 0 is that of root, and of a session outside of this pid namespace. */
function id(
  name: "uid" | "gid" | "group" | "session",
  value: unknown,
  most: number,
): Partial<Pick<FoundEvent, "uid" | "gid" | "group" | "session">> {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most
    ? { [name]: value }
    : {};
}

function known(pid: number): number | null {
  return pid > 0 ? pid : null;
}
