import {
  type ChildEnd,
  childEnd,
  cloneFlags,
  execArguments,
  type Returned,
  returnedBy,
  statusOf,
} from "./strace_call.ts";
import { StraceHead } from "./strace_head.ts";
import { numberAt, OPEN_PAREN, quotedAt } from "./text.ts";
import { type BegunCall, type PendingChild, Tracee } from "./tracee.ts";
import { CLONE_NEWPID, type EventSink, type RecordedEvent, type RecordingClock } from "./event.ts";
import type { LineParser, ParserOptions } from "./parser.ts";
import { excerpt, type WarningKind, type Warnings } from "./warning.ts";

const CLONE_PARENT = 0x8000;
const CLONE_THREAD = 0x10000;
/** A clock may step back this far for want of order between CPUs; more is worth a warning. */
const TOLERATED_STEP = 5_000_000;
/** So many events are kept back at most until the recording tells the pid of its first process. */
const KEPT_BACK = 256;

/** The calls that matter. All others are passed over. */
const CALLS: ReadonlySet<string> = new Set([
  "clone",
  "clone2",
  "clone3",
  "execve",
  "execveat",
  "exit",
  "exit_group",
  "fork",
  "prctl",
  "setgid",
  "setpgid",
  "setregid",
  "setresgid",
  "setresuid",
  "setreuid",
  "setsid",
  "setuid",
  "setns",
  "unshare",
  "vfork",
]);

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
  readonly #sink: EventSink;
  readonly #warnings: Warnings;
  readonly #head = new StraceHead();
  readonly #tracees = new Map<number, Tracee>();
  /** The process that lines without a pid belong to. */
  #main: Tracee | null = null;
  /** Those whose call of clone has begun and not returned. */
  readonly #cloning = new Set<Tracee>();
  /** Tracees whose events wait. */
  #parked = 0;
  /** A line that strace itself interrupted to say whom it attached to. */
  #interrupted = "";
  /** The number of the line in work. */
  #line = 0;
  readonly #ownPid: number;
  /** Whether the pid of the first process is known. */
  #numbered = false;
  /** Whether anybody has been met. */
  #begun = false;
  /** Whether somebody appeared whom nobody made: strace was attached to running tasks. */
  #incomplete = false;
  /** Whether queues are shared: those who wait for somebody who waits. */
  #shared = false;
  /** Whether any task is in a pid namespace of its own. */
  #foreign = false;

  /**
   * Makes a parser that has read no line.
   *
   * @param options Where events and warnings go, and the pid of a recording without a pid column.
   */
  constructor(options: ParserOptions) {
    this.#sink = options.sink;
    this.#warnings = options.warnings;
    this.#ownPid = options.pid ?? 0;
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
    this.#line = number;
    const whole = this.#interrupted === "" ? text : this.#resumeText(text);
    if (whole.length === 0) return;
    const head = this.#head;
    head.parse(whole);
    if (head.wentBack > TOLERATED_STEP) {
      this.#warn("clock-back", `the clock goes back by ${(head.wentBack / 1e6).toFixed(3)} ms`);
    }
    const { at } = head;
    const first = whole.charCodeAt(at);
    if (first === 43) return this.#status(whole.slice(at));
    if (first === 45) return this.#signal(whole.slice(at));
    if (first === 60) return this.#resumed(whole, at);
    if ((first >= 97 && first <= 122) || first === 95) return this.#call(whole, at);
    if (first === 63) return;
    this.#warn("not-understood", `no strace line: ${excerpt(whole)}`);
  }

  /** Tells what is left when the recording is over. */
  end(): void {
    for (const child of [...this.#tracees.values()]) {
      if (child.parked) this.#adopt(child);
    }
    if (this.#main?.queue) this.#release(this.#main);
    // Where strace was told to say nothing of ends, the calls that ask for them are all there is.
    for (const tracee of this.#tracees.values()) {
      if (tracee.announced !== null && !tracee.ended) this.#end(tracee, null);
    }
  }

  #warn(kind: WarningKind, text: string): void {
    this.#warnings.add({ kind, line: this.#line, text });
  }

  #resumeText(text: string): string {
    const begun = this.#interrupted;
    this.#interrupted = "";
    return /^[\s,)<]/.test(text) ? begun + text : text;
  }

  // Who a line belongs to.

  #tracee(): Tracee {
    const { pid, comm } = this.#head;
    if (pid < 0) return this.#unnumbered();
    const known = this.#tracees.get(pid);
    const tracee = known !== undefined && !(known.ended && known.queue === null)
      ? known
      : this.#meet(pid);
    if (comm !== null && known === undefined) this.#name(tracee, comm);
    return tracee;
  }

  /** A comm beside the pid of a task that nobody made: all that is known of it. */
  #name(tracee: Tracee, comm: string): void {
    if (tracee.queue !== null) return;
    this.#tell(tracee, {
      type: "found",
      ...this.#place(),
      pid: tracee.pid,
      tgid: null,
      parent: null,
      comm,
    });
  }

  #unnumbered(): Tracee {
    let main = this.#main;
    if (main === null) {
      main = this.#main = new Tracee(this.#ownPid, this.#ownPid);
      this.#tracees.set(main.pid, main);
      this.#numbered = main.pid !== 0;
      if (!this.#numbered) main.queue = [];
      return main;
    }
    if (!this.#head.bracketed) return main;
    // On a terminal strace leaves the pid out while there is only one task.
    let only: Tracee | null = null;
    for (const tracee of this.#tracees.values()) {
      if (tracee.ended) continue;
      if (only !== null) return main;
      only = tracee;
    }
    return only ?? main;
  }

  /** Somebody of whom nothing was known. */
  #meet(pid: number): Tracee {
    const main = this.#main;
    if (main !== null && !this.#numbered && this.#cloning.size === 0) {
      this.#number(main, pid);
      return main;
    }
    const known = this.#tracees.get(pid);
    const tracee = new Tracee(pid, pid);
    this.#tracees.set(pid, tracee);
    const pending = this.#pendingFor(pid);
    if (pending !== null) this.#born(pending.creator, tracee, pending.call);
    else if (this.#cloning.size > 0) this.#expect(tracee);
    else if (known !== undefined) {
      this.#warn("never-born", `pid ${pid} does something after its end`);
    } else if (this.#begun) {
      this.#incomplete = true;
      this.#warn("never-born", `pid ${pid} appears, and nobody made it`);
    }
    this.#begun = true;
    return tracee;
  }

  /** Somebody new while clone is under way: its child, if there is just one call and everybody's birth was seen. */
  #expect(child: Tracee): void {
    const [creator] = this.#cloning;
    const { begun } = creator;
    const isSure = this.#cloning.size === 1 && this.#parked === 0 && !this.#incomplete;
    if (!isSure || begun === null || creator.made !== null) return this.#park(child);
    creator.made = child;
    this.#born(creator, child, begun);
  }

  #park(tracee: Tracee): void {
    tracee.queue = [];
    tracee.parked = true;
    this.#parked++;
  }

  /** The first process has a number after all. */
  #number(main: Tracee, pid: number): void {
    this.#numbered = true;
    this.#tracees.delete(main.pid);
    main.pid = main.tgid = pid;
    this.#tracees.set(pid, main);
    const queue = main.queue ?? [];
    main.queue = queue.map((event) => renumber(event, pid));
    for (const tracee of this.#tracees.values()) {
      if (tracee.queue === queue) tracee.queue = main.queue;
      if (tracee.tgid === 0) tracee.tgid = pid;
    }
    this.#release(main);
  }

  // Telling.

  #place(): { time: number; line: number } {
    return { time: this.#head.time, line: this.#line };
  }

  #tell(tracee: Tracee, event: RecordedEvent): void {
    const { queue } = tracee;
    if (queue === null) return this.#sink(event);
    queue.push(event);
    if (tracee === this.#main && queue.length > KEPT_BACK) {
      this.#numbered = true;
      this.#release(tracee);
    }
  }

  /** Lets the events go that had to wait, with those of everybody who waited in the same queue. */
  #release(tracee: Tracee): void {
    const queue = tracee.queue!;
    if (this.#shared) {
      for (const other of this.#tracees.values()) if (other.queue === queue) other.queue = null;
    }
    tracee.queue = null;
    for (const event of queue) this.#sink(event);
  }

  // Births.

  #returnedClone(creator: Tracee, call: BegunCall, returned: Returned | null): void {
    const { value } = returned ?? { value: null };
    const { made } = creator;
    creator.made = null;
    if (made !== null && (value === null || this.#isMade(creator, made, returned!))) {
      return this.#settle();
    }
    if (value === null || value < 0) {
      if (returned !== null && !returned.restarts && value === null) {
        this.#orphanedClone(creator, call);
      }
      this.#settle();
      return;
    }
    const pid = returned!.translated ?? value;
    const inside = returned!.translated === null && creator.namespace !== null;
    const child = inside ? this.#insideChild(creator, pid, call) : this.#childNumbered(pid);
    if (child !== null) this.#born(creator, child, call);
    this.#settle();
  }

  /** Whether a call returned the child that had been taken for its own. */
  #isMade({ namespace }: Tracee, made: Tracee, { value, translated }: Returned): boolean {
    if (translated !== null || namespace === null) return (translated ?? value) === made.pid;
    if (value! <= 0) return false;
    namespace.base = Math.max(namespace.base, made.pid - value!);
    return true;
  }

  /** The child with a pid: one that was met already and waits, or one of whom this is the first word. */
  #childNumbered(pid: number): Tracee {
    const met = this.#tracees.get(pid);
    if (met !== undefined && met.parked) return this.#unpark(met);
    const child = new Tracee(pid, pid);
    this.#tracees.set(pid, child);
    return child;
  }

  #unpark(child: Tracee): Tracee {
    child.parked = false;
    this.#parked--;
    return child;
  }

  #born(creator: Tracee, child: Tracee, call: BegunCall): void {
    const flags = cloneFlags(call.name, call.args);
    const bits = flags ?? 0;
    const thread = (bits & CLONE_THREAD) !== 0;
    child.tgid = thread ? creator.tgid : child.pid;
    if ((bits & CLONE_NEWPID) !== 0 || creator.unshared) {
      child.namespace = { base: child.pid - 1, pending: [] };
      this.#foreign = true;
    } else {
      child.namespace = creator.namespace;
    }
    this.#tell(creator, {
      type: "fork",
      time: call.time,
      line: this.#line,
      pid: child.pid,
      tgid: child.tgid,
      thread,
      creator: creator.pid,
      creatorTgid: creator.tgid,
      // With CLONE_PARENT it is the parent of the creator, which the model knows better.
      parent: thread || (bits & CLONE_PARENT) !== 0 ? null : creator.tgid,
      flags,
      comm: null,
    });
    this.#join(child, creator);
    if (child.gone) this.#forget(child);
  }

  /** What a child did while it was not known whose it was follows its birth. */
  #join(child: Tracee, creator: Tracee): void {
    const { queue } = creator;
    const old = child.queue;
    if (queue === null) {
      if (old !== null) this.#release(child);
      return;
    }
    this.#shared = true;
    child.queue = queue;
    if (old === null) return;
    queue.push(...old);
    for (const other of this.#tracees.values()) if (other.queue === old) other.queue = queue;
  }

  /** Somebody was killed within clone. When one child waits and nobody else can have made it, it is this one's. */
  #orphanedClone(creator: Tracee, call: BegunCall): void {
    if (this.#parked !== 1 || this.#cloning.size > 0) return;
    for (const child of this.#tracees.values()) {
      if (child.parked) return this.#born(creator, this.#unpark(child), call);
    }
  }

  /** When no clone is under way any more, those that still wait for a maker were there before, or come from inside. */
  #settle(): void {
    if (this.#cloning.size > 0 || this.#parked === 0) return;
    for (const child of [...this.#tracees.values()]) {
      if (!child.parked) continue;
      const pending = this.#pendingFor(child.pid);
      if (pending === null) this.#adopt(child);
      else this.#born(pending.creator, this.#unpark(child), pending.call);
    }
  }

  #adopt(child: Tracee): void {
    this.#unpark(child);
    this.#incomplete = true;
    this.#warn("never-born", `pid ${child.pid} appears, and nobody made it`);
    this.#release(child);
    if (child.gone) this.#forget(child);
  }

  // Pid namespaces: clone returns a pid of the caller's namespace, and the pid column has the recorder's.

  /** Whom a pid inside stands for: one who waits already, or nobody so far, and then it is kept in mind. */
  #insideChild(creator: Tracee, inside: number, call: BegunCall): Tracee | null {
    const namespace = creator.namespace!;
    const expected = inside + namespace.base;
    let best: Tracee | null = null;
    for (const child of this.#tracees.values()) {
      if (!child.parked || child.pid < expected) continue;
      if (best === null || child.pid < best.pid) best = child;
    }
    const alone = this.#cloning.size === 0 && namespace.pending.length === 0;
    if (best === null || (best.pid !== expected && !alone)) {
      namespace.pending.push({ creator, inside, call });
      return null;
    }
    namespace.base = best.pid - inside;
    return this.#unpark(best);
  }

  /** The child that a pid outside stands for, if any is expected: the one whose turn it is exactly, else the oldest. */
  #pendingFor(pid: number): PendingChild | null {
    if (!this.#foreign) return null;
    const seen = new Set<unknown>();
    for (const tracee of this.#tracees.values()) {
      const { namespace } = tracee;
      if (namespace === null || namespace.pending.length === 0 || seen.has(namespace)) continue;
      seen.add(namespace);
      const { pending, base } = namespace;
      let at = pending.findIndex((one) => one.inside + base === pid);
      if (at < 0 && this.#cloning.size === 0) {
        at = pending.findIndex((one) => one.inside + base < pid);
      }
      if (at < 0) continue;
      const [found] = pending.splice(at, 1);
      namespace.base = pid - found.inside;
      return found;
    }
    return null;
  }

  // Calls.

  #call(text: string, at: number): void {
    let paren = at;
    for (;;) {
      const code = text.charCodeAt(paren);
      if (code === OPEN_PAREN) break;
      const isWord = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95;
      if (!isWord) return this.#noCall(text, at);
      paren++;
    }
    const name = text.slice(at, paren);
    if (!CALLS.has(name)) return this.#otherCall(text);
    const attached = text.indexOf("strace: Process ", paren);
    if (attached >= 0) {
      this.#interrupted = text.slice(0, attached);
      return this.#attached(text, attached);
    }
    const tracee = this.#tracee();
    const call = { name, args: text.slice(paren + 1), ...this.#place() };
    if (name === "exit" || name === "exit_group") return this.#exitCall(tracee, call);
    if (text.endsWith("<unfinished ...>")) return this.#begin(tracee, call);
    this.#returned(tracee, call, returnedBy(text));
  }

  /** A call that does not matter shows at least that there is somebody. */
  #otherCall(text: string): void {
    const { pid } = this.#head;
    if (pid < 0 || !this.#tracees.has(pid)) this.#tracee();
    if (!text.includes("strace: Process ")) return;
    this.#attached(text, text.indexOf("strace: Process "));
  }

  #noCall(text: string, at: number): void {
    if (text.startsWith("strace: ", at)) return this.#attached(text, at);
    this.#warn("not-understood", `no strace line: ${excerpt(text)}`);
  }

  #attached(text: string, at: number): void {
    if (!text.startsWith("strace: Process ", at)) return;
    const pid = numberAt(text, at + 16);
    if (!Number.isNaN(pid) && text.includes(" attached", at)) {
      // Whoever is attached to in the middle of a line was made by the call on that line.
      if (this.#interrupted !== "" && !this.#tracees.has(pid)) {
        const child = new Tracee(pid, pid);
        this.#tracees.set(pid, child);
        this.#park(child);
      }
    }
  }

  #begin(tracee: Tracee, call: BegunCall): void {
    if (isClone(call.name)) this.#cloning.add(tracee);
    tracee.begun = call;
    tracee.made = null;
  }

  #resumed(text: string, at: number): void {
    if (!text.startsWith("<... ", at)) {
      return this.#warn("not-understood", `no strace line: ${excerpt(text)}`);
    }
    const end = text.indexOf(" ", at + 5);
    const name = end < 0 ? "" : text.slice(at + 5, end);
    if (!CALLS.has(name) || name === "exit" || name === "exit_group") return;
    const tracee = this.#tracee();
    const { begun } = tracee;
    tracee.begun = null;
    if (begun === null || begun.name !== name) {
      this.#cloning.delete(tracee);
      this.#warn("not-begun", `pid ${tracee.pid} returns from ${name}, which it has not begun`);
      if (!isClone(name) && !name.startsWith("execve")) return;
    } else if (isClone(name)) {
      this.#cloning.delete(tracee);
    }
    const call = begun?.name === name
      ? { ...begun, args: `${begun.args} ${text.slice(end)}` }
      : { name, args: text.slice(end), ...this.#place() };
    const returned = returnedBy(text);
    if (returned === null && !text.endsWith("<unfinished ...>")) {
      this.#warn("not-understood", `no return value: ${excerpt(text)}`);
    }
    this.#returned(tracee, call, returned);
  }

  #returned(tracee: Tracee, call: BegunCall, returned: Returned | null): void {
    const { name } = call;
    if (isClone(name)) return this.#returnedClone(tracee, call, returned);
    if (returned === null || returned.value === null) return;
    if (name.startsWith("execve")) return this.#exec(tracee, call, returned.value);
    if (returned.value < 0) return;
    if (name === "prctl") this.#prctl(tracee, call.args);
    else if (name === "setsid") {
      this.#tell(tracee, { type: "session", ...this.#place(), pid: tracee.tgid, id: tracee.tgid });
    } else if (name === "setpgid") this.#setpgid(tracee, call.args);
    else if (name === "unshare" || name === "setns") this.#unshare(tracee, call);
    else this.#credentials(tracee, call);
  }

  #exec(tracee: Tracee, call: BegunCall, value: number): void {
    const place = this.#place();
    if (value < 0) {
      return this.#tell(tracee, { type: "exec-failed", ...place, pid: tracee.pid });
    }
    const { path, argv } = execArguments(call.name, call.args);
    const oldPid = tracee.supersededBy ?? tracee.pid;
    tracee.supersededBy = null;
    tracee.tgid = tracee.pid;
    this.#tell(tracee, {
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
    const group = call.name === "exit_group";
    const { time, line } = call;
    const { pid, tgid } = tracee;
    this.#tell(tracee, { type: "exit-call", time, line, pid, tgid, code: code & 0xff, group });
    tracee.announced = { status: (code & 0xff) << 8, time, line };
    // strace tells the end of a leader when its whole process has ended; the leader itself ends here.
    if (!group) this.#end(tracee, null);
  }

  #prctl(tracee: Tracee, args: string): void {
    if (args.startsWith("PR_SET_NAME, ")) {
      const name = quotedAt(args, 13);
      if (name === null) return;
      const comm = name.value;
      this.#tell(tracee, { type: "rename", ...this.#place(), pid: tracee.pid, comm });
    } else if (args.startsWith("PR_SET_CHILD_SUBREAPER, ")) {
      const on = args.charCodeAt(24) !== 48;
      this.#tell(tracee, { type: "subreaper", ...this.#place(), pid: tracee.tgid, on });
    }
  }

  #setpgid(tracee: Tracee, args: string): void {
    // The pids are those of the caller's namespace.
    if (tracee.namespace !== null) return;
    const target = numberAt(args, 0);
    const comma = args.indexOf(", ");
    const group = comma < 0 ? NaN : numberAt(args, comma + 2);
    if (Number.isNaN(target) || Number.isNaN(group)) return;
    const pid = target === 0 ? tracee.tgid : target;
    const id = group === 0 ? pid : group;
    this.#tell(tracee, { type: "group", ...this.#place(), pid, id });
  }

  #unshare(tracee: Tracee, call: BegunCall): void {
    if (!call.args.includes("CLONE_NEWPID")) return;
    // With setns the children join a namespace that is there already, of which nothing else is known.
    tracee.unshared = true;
    if (call.name === "setns") return;
    this.#tell(tracee, { type: "namespace", ...this.#place(), pid: tracee.tgid });
  }

  #credentials(tracee: Tracee, call: BegunCall): void {
    const id = numberAt(call.args, 0);
    // -1 leaves the real id as it is.
    if (Number.isNaN(id)) return;
    const isUser = call.name.endsWith("uid");
    this.#tell(tracee, {
      type: "credentials",
      ...this.#place(),
      pid: tracee.pid,
      uid: isUser ? id : null,
      gid: isUser ? null : id,
    });
  }

  // Ends.

  /** Whom a line about an end belongs to: a leader may have ended before. */
  #endingTracee(): Tracee {
    return this.#tracees.get(this.#head.pid) ?? this.#tracee();
  }

  #status(text: string): void {
    if (text.startsWith("+++ superseded by execve in pid ")) return this.#superseded(text);
    const status = statusOf(text);
    if (status === null) return this.#warn("not-understood", `no strace line: ${excerpt(text)}`);
    const tracee = this.#endingTracee();
    const { begun } = tracee;
    if (begun !== null && isClone(begun.name)) {
      tracee.begun = null;
      this.#cloning.delete(tracee);
      this.#orphanedClone(tracee, begun);
      this.#settle();
    }
    if (!tracee.ended) this.#end(tracee, status);
    tracee.gone = true;
    if (tracee.queue === null) this.#forget(tracee);
  }

  /** Tells an end: with the status of the line, or with the one that was announced. */
  #end(tracee: Tracee, status: number | null): void {
    const { announced, pid, tgid } = tracee;
    const place = status === null ? announced! : this.#place();
    tracee.ended = true;
    this.#tell(tracee, {
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

  #forget(tracee: Tracee): void {
    if (this.#tracees.get(tracee.pid) === tracee) this.#tracees.delete(tracee.pid);
  }

  /** A thread calls execve and becomes the leader: it takes over the leader's pid, with the call it is in. */
  #superseded(text: string): void {
    const pid = numberAt(text, 32);
    const leader = this.#endingTracee();
    const thread = this.#tracees.get(pid);
    leader.ended = false;
    leader.announced = null;
    leader.supersededBy = Number.isNaN(pid) ? null : pid;
    leader.begun = thread?.begun ?? null;
    if (thread !== undefined) this.#forget(thread);
  }

  #signal(text: string): void {
    if (!text.startsWith("--- SIGCHLD ")) return;
    const end = childEnd(text);
    if (end !== null) this.#heardOf(this.#tracee(), end);
  }

  /**
   * What a parent hears of a child's end. It matters where the child has no line of its own: strace without `-f`, or
   * told to be quiet.
   */
  #heardOf(parent: Tracee, { pid, status }: ChildEnd): void {
    if (parent.namespace !== null) return;
    const child = this.#tracees.get(pid);
    if (child === undefined || child.ended || child.tgid !== child.pid) return;
    this.#end(child, status);
    child.gone = true;
    if (child.queue === null) this.#forget(child);
  }
}

function isClone(name: string): boolean {
  return name.endsWith("fork") || name.startsWith("clone");
}

/** Puts a pid in the place of 0, which stood for it. */
function renumber(event: RecordedEvent, pid: number): RecordedEvent {
  const fields: Record<string, unknown> = { ...event };
  for (const key of ["pid", "tgid", "creator", "creatorTgid", "parent", "oldPid"]) {
    if (fields[key] === 0) fields[key] = pid;
  }
  return fields as unknown as RecordedEvent;
}
