import { exitCodeOf, statusOfCode } from "../kernel/wait_status.ts";
import type { RecordingClock } from "./event.ts";
import type { LineParser, ParserOptions } from "./parser.ts";
import {
  type CallKind,
  CALLS,
  type ChildEnd,
  childEnd,
  COMMA,
  execArguments,
  type Returned,
  returnedBy,
  statusOf,
} from "./strace_call.ts";
import { StraceHead } from "./strace_head.ts";
import {
  isDigit,
  isLowerCase,
  LESS_THAN,
  MINUS,
  numberAt,
  OPEN_PAREN,
  PLUS,
  QUESTION_MARK,
  quotedAt,
  UNDERSCORE,
  ZERO,
} from "./text.ts";
import type { BegunCall, Tracee } from "./tracee.ts";
import { Tracees } from "./tracees.ts";
import {
  describeStep,
  excerpt,
  TOLERATED_STEP,
  type WarningKind,
  type Warnings,
} from "./warning.ts";

const ATTACHED = "strace: Process ";
const RESUMED = "<... ";
const SUPERSEDED = "+++ superseded by execve in pid ";
const SET_NAME = "PR_SET_NAME, ";
const SET_SUBREAPER = "PR_SET_CHILD_SUBREAPER, ";

/**
 * Reads the output of `strace`, with or without `-f`, a pid column, a time and a comm, line by line.
 *
 * Origin: the output of `strace(1)`.
 *
 * @example
 * ```ts
 * import { type RecordedEvent, StraceParser, Warnings } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const types: string[] = [];
 * const sink = (event: RecordedEvent) => void types.push(event.type);
 * const parser = new StraceParser({ sink, warnings: new Warnings() });
 * parser.line('7 execve("/bin/true", ["true"], 0x7ffc /* 9 vars *\/) = 0', 1);
 * parser.line("7 +++ exited with 0 +++", 2);
 * parser.end();
 * assertEquals(types, ["exec", "exit"]);
 * ```
 */
export class StraceParser implements LineParser {
  /** The name of the format. */
  readonly format = "strace" as const;
  readonly #warnings: Warnings;
  readonly #head = new StraceHead();
  readonly #tracees: Tracees;
  /** The beginning of a line that strace interrupted to report an attached task. */
  #interrupted = "";

  /**
   * Makes a parser that has read no line.
   *
   * @param options Where events and warnings go, and the pid of a recording without a pid column.
   */
  constructor(options: ParserOptions) {
    this.#warnings = options.warnings;
    this.#tracees = new Tracees(this.#head, options);
  }

  /** How the times are to be read. */
  get clock(): RecordingClock {
    return this.#head.clock;
  }

  /**
   * Takes a line.
   *
   * @param text The line, without its end.
   * @param number Its number, from 1.
   */
  line(text: string, number: number): void {
    const head = this.#head;
    head.line = number;
    const whole = this.#interrupted === "" ? text : this.#resumeText(text);
    if (whole.length === 0) return;
    head.parse(whole);
    if (head.wentBack > TOLERATED_STEP) {
      this.#warn("clock-back", describeStep(head.wentBack));
    }
    const { callStart } = head;
    const first = whole.charCodeAt(callStart);
    if (first === PLUS) return this.#status(whole.slice(callStart));
    if (first === MINUS) return this.#signal(whole.slice(callStart));
    if (first === LESS_THAN) return this.#resumed(whole, callStart);
    if (isLowerCase(first) || first === UNDERSCORE) return this.#call(whole, callStart);
    // strace did not know the call.
    if (first === QUESTION_MARK) return;
    this.#warnNoLine(whole);
  }

  /** Tells the events that still wait. The recording is over. */
  end(): void {
    this.#tracees.finish();
    // With `-qq` strace prints no ends. The exit calls then stand for them.
    for (const tracee of this.#tracees.present) {
      if (tracee.announced !== null && !tracee.ended) this.#end(tracee, null);
    }
  }

  #warn(kind: WarningKind, text: string): void {
    this.#warnings.add({ kind, line: this.#head.line, text });
  }

  #warnNoLine(text: string): void {
    this.#warn("not-understood", `no strace line: ${excerpt(text)}`);
  }

  #resumeText(text: string): string {
    const begun = this.#interrupted;
    this.#interrupted = "";
    return /^[\s,)<]/.test(text) ? begun + text : text;
  }

  // Calls.

  #call(text: string, start: number): void {
    let paren = start;
    for (;;) {
      const code = text.charCodeAt(paren);
      if (code === OPEN_PAREN) break;
      if (!isLowerCase(code) && !isDigit(code) && code !== UNDERSCORE) {
        return this.#noCall(text, start);
      }
      paren++;
    }
    const name = text.slice(start, paren);
    const kind = CALLS.get(name);
    if (kind === undefined) return this.#passOver(text);
    const attached = text.indexOf(ATTACHED, paren);
    if (attached >= 0) {
      this.#interrupted = text.slice(0, attached);
      return this.#attached(text, attached);
    }
    const tracee = this.#tracees.current();
    const call = { name, args: text.slice(paren + 1), ...this.#head.place };
    if (kind === "exit") return this.#exitCall(tracee, call);
    if (text.endsWith("<unfinished ...>")) return this.#tracees.begin(tracee, call);
    this.#returned(tracee, kind, call, returnedBy(text));
  }

  /** Passes over a call that a replay does not follow. The line still shows that its task exists. */
  #passOver(text: string): void {
    this.#tracees.notice();
    const attached = text.indexOf(ATTACHED);
    if (attached >= 0) this.#attached(text, attached);
  }

  #noCall(text: string, start: number): void {
    if (text.startsWith("strace: ", start)) return this.#attached(text, start);
    this.#warnNoLine(text);
  }

  #attached(text: string, start: number): void {
    if (!text.startsWith(ATTACHED, start)) return;
    const pid = numberAt(text, start + ATTACHED.length);
    if (Number.isNaN(pid) || !text.includes(" attached", start)) return;
    // A task that strace attaches to in the middle of a line is a child of the call on that line.
    if (this.#interrupted !== "") this.#tracees.attach(pid);
  }

  #resumed(text: string, start: number): void {
    if (!text.startsWith(RESUMED, start)) return this.#warnNoLine(text);
    const nameStart = start + RESUMED.length;
    const end = text.indexOf(" ", nameStart);
    const name = end < 0 ? "" : text.slice(nameStart, end);
    const kind = CALLS.get(name);
    if (kind === undefined || kind === "exit") return;
    const tracee = this.#tracees.current();
    const begun = this.#tracees.takeBegun(tracee, name);
    if (begun === null) {
      this.#warn("not-begun", `pid ${tracee.pid} returns from ${name}, which it has not begun`);
      if (kind !== "clone" && kind !== "exec") return;
    }
    const call = begun === null
      ? { name, args: text.slice(end), ...this.#head.place }
      : { ...begun, args: `${begun.args} ${text.slice(end)}` };
    const returned = returnedBy(text);
    if (returned === null && !text.endsWith("<unfinished ...>")) {
      this.#warn("not-understood", `no return value: ${excerpt(text)}`);
    }
    this.#returned(tracee, kind, call, returned);
  }

  #returned(
    tracee: Tracee,
    kind: Exclude<CallKind, "exit">,
    call: BegunCall,
    returned: Returned | null,
  ): void {
    if (kind === "clone") return this.#tracees.cloneReturned(tracee, call, returned);
    if (returned === null || returned.value === null) return;
    if (kind === "exec") return this.#exec(tracee, call, returned.value);
    if (returned.value >= 0) this.#succeeded(tracee, kind, call);
  }

  #succeeded(
    tracee: Tracee,
    kind: Exclude<CallKind, "exit" | "clone" | "exec">,
    call: BegunCall,
  ): void {
    switch (kind) {
      case "prctl":
        return this.#prctl(tracee, call.args);
      case "session":
        return this.#setsid(tracee);
      case "group":
        return this.#setpgid(tracee, call.args);
      case "namespace":
        return this.#unshare(tracee, call);
      case "credentials":
        return this.#credentials(tracee, call);
      default:
        kind satisfies never;
    }
  }

  #exec(tracee: Tracee, call: BegunCall, value: number): void {
    const place = this.#head.place;
    if (value < 0) {
      return this.#tracees.tell(tracee, { type: "exec-failed", ...place, pid: tracee.pid });
    }
    const { path, argv } = execArguments(call.name, call.args);
    const oldPid = tracee.supersededBy ?? tracee.pid;
    tracee.supersededBy = null;
    tracee.tgid = tracee.pid;
    this.#tracees.tell(tracee, {
      type: "exec",
      ...place,
      pid: tracee.pid,
      oldPid,
      path,
      argv,
      comm: null,
    });
  }

  #exitCall(tracee: Tracee, call: BegunCall): void {
    const code = numberAt(call.args, 0);
    if (Number.isNaN(code) || tracee.ended) return;
    const status = statusOfCode(code);
    const group = call.name === "exit_group";
    const { time, line } = call;
    const { pid, tgid } = tracee;
    this.#tracees.tell(tracee, {
      type: "exit-call",
      time,
      line,
      pid,
      tgid,
      code: exitCodeOf(status),
      group,
    });
    tracee.announced = { status, time, line };
    // strace prints the end of a leader when its whole process has ended. The leader itself ends here.
    if (!group) this.#end(tracee, null);
  }

  #prctl(tracee: Tracee, args: string): void {
    if (args.startsWith(SET_NAME)) {
      const name = quotedAt(args, SET_NAME.length);
      if (name === null) return;
      const comm = name.value;
      this.#tracees.tell(tracee, { type: "rename", ...this.#head.place, pid: tracee.pid, comm });
    } else if (args.startsWith(SET_SUBREAPER)) {
      const on = args.charCodeAt(SET_SUBREAPER.length) !== ZERO;
      this.#tracees.tell(tracee, { type: "subreaper", ...this.#head.place, pid: tracee.tgid, on });
    }
  }

  #setsid(tracee: Tracee): void {
    const { tgid } = tracee;
    this.#tracees.tell(tracee, { type: "session", ...this.#head.place, pid: tgid, id: tgid });
  }

  #setpgid(tracee: Tracee, args: string): void {
    // The pids are those of the caller's namespace.
    if (tracee.namespace !== null) return;
    const target = numberAt(args, 0);
    const comma = args.indexOf(COMMA);
    const group = comma < 0 ? NaN : numberAt(args, comma + COMMA.length);
    if (Number.isNaN(target) || Number.isNaN(group)) return;
    const pid = target === 0 ? tracee.tgid : target;
    const id = group === 0 ? pid : group;
    this.#tracees.tell(tracee, { type: "group", ...this.#head.place, pid, id });
  }

  #unshare(tracee: Tracee, call: BegunCall): void {
    if (!call.args.includes("CLONE_NEWPID")) return;
    // With setns the children join a namespace that exists. Nothing else is known of it.
    tracee.unshared = true;
    if (call.name === "setns") return;
    this.#tracees.tell(tracee, { type: "namespace", ...this.#head.place, pid: tracee.tgid });
  }

  #credentials(tracee: Tracee, call: BegunCall): void {
    const id = numberAt(call.args, 0);
    // -1 leaves the real id as it is.
    if (Number.isNaN(id)) return;
    const isUser = call.name.endsWith("uid");
    this.#tracees.tell(tracee, {
      type: "credentials",
      ...this.#head.place,
      pid: tracee.pid,
      uid: isUser ? id : null,
      gid: isUser ? null : id,
    });
  }

  // Ends.

  #status(text: string): void {
    if (text.startsWith(SUPERSEDED)) return this.#superseded(text);
    const status = statusOf(text);
    if (status === null) return this.#warnNoLine(text);
    const tracee = this.#tracees.ending();
    this.#tracees.abandonCall(tracee);
    if (!tracee.ended) this.#end(tracee, status);
    this.#tracees.leave(tracee);
  }

  /** Tells an end, with the status of the line or the one that was announced. */
  #end(tracee: Tracee, status: number | null): void {
    const { announced, pid, tgid } = tracee;
    const place = status === null ? announced! : this.#head.place;
    tracee.ended = true;
    this.#tracees.tell(tracee, {
      type: "exit",
      time: place.time,
      line: place.line,
      pid,
      tgid,
      status: status ?? announced!.status,
      parent: null,
      groupDead: null,
    });
  }

  /** Lets a thread that calls execve take over the pid of its leader. */
  #superseded(text: string): void {
    const pid = numberAt(text, SUPERSEDED.length);
    const leader = this.#tracees.ending();
    leader.ended = false;
    leader.announced = null;
    leader.supersededBy = Number.isNaN(pid) ? null : pid;
    this.#tracees.supersede(leader, pid);
  }

  #signal(text: string): void {
    if (!text.startsWith("--- SIGCHLD ")) return;
    const end = childEnd(text);
    if (end !== null) this.#childEnded(this.#tracees.current(), end);
  }

  /**
   * Tells the end of a child from the SIGCHLD of its parent. Without `-f`, or with `-qq`, strace prints no line about
   * the end.
   */
  #childEnded(parent: Tracee, { pid, status }: ChildEnd): void {
    if (parent.namespace !== null) return;
    const child = this.#tracees.get(pid);
    if (child === undefined || child.ended || child.tgid !== child.pid) return;
    this.#end(child, status);
    this.#tracees.leave(child);
  }
}
