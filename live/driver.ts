import { Errno, type ErrnoName } from "../kernel/errno.ts";
import { WTERMSIG } from "../kernel/wait_status.ts";
import { CLONE_PARENT, CLONE_THREAD, CLONE_VFORK, CLONE_VM } from "../kernel/fork.ts";
import type { ExecCall, RecordedEvent } from "../replay/event.ts";
import type { CallNumbers } from "./architecture.ts";
import { readExecCall } from "./exec_call.ts";
import { PR_SET_CHILD_SUBREAPER, PR_SET_NAME } from "./filter.ts";
import type { TracerParts } from "./parts.ts";
import type { Birth, Tracee } from "./tracee.ts";
import type { CallInfo } from "./registers.ts";
import type { TraceListener } from "./tracer.ts";

const SIGCHLD = 17;

/** Makes the steps of traced tasks happen in a model. */
export interface EventModel {
  /**
   * Takes a step. For a birth and a new program the answer counts.
   *
   * @returns Null, or the errno with which a module refuses it.
   */
  take(event: RecordedEvent): ErrnoName | null;
  /** Whether any module wants to be asked before a program runs. */
  readonly asksExec: boolean;
  /**
   * Asks before a program runs.
   *
   * @returns Null, or the errno with which a module refuses it.
   */
  mayExec(call: ExecCall): ErrnoName | null;
}

/** What a driver measures. */
export interface DriverOptions {
  /** Whether to charge each task with what it used, and to tell who waits for whom. */
  readonly figures: boolean;
  /** Whether a filter stops the calls that change users, groups and names. Without one they are looked for now and then. */
  readonly filter: boolean;
  /** Takes a sentence about something that cannot work under a tracer: once for each kind. */
  readonly notice?: (text: string) => void;
}

/** What the model holds of a task, and what only /proc tells when it has changed. */
interface KnownTraits {
  comm: string;
  uid: number;
  gid: number;
  group: number;
  session: number;
  /** What the kernel gave its program at its start. */
  image: Uint8Array | null;
}

/** Tells a model of traced tasks, as the events of a recording. */
export class Driver implements TraceListener {
  /** Time 0 of the events, in nanoseconds of CLOCK_MONOTONIC: the second of the first event, as in a recording. */
  origin = -1;
  readonly #parts: TracerParts;
  readonly #model: EventModel;
  readonly #figures: boolean;
  readonly #hasFilter: boolean;
  readonly #calls: CallNumbers;
  readonly #traits = new Map<Tracee, KnownTraits>();
  readonly #byTid = new Map<number, Tracee>();
  readonly #notice: (text: string) => void;
  readonly #isRoot: boolean;
  readonly #noticed = new Set<string>();
  /** Processes that have, or had, more than one thread. */
  readonly #threaded = new Set<number>();
  /** The first line of a recording is its header. */
  #line = 1;

  /**
   * @param parts What the tracer works with.
   * @param model Who is told.
   * @param options What is measured.
   */
  constructor(parts: TracerParts, model: EventModel, options: DriverOptions) {
    this.#parts = parts;
    this.#model = model;
    this.#figures = options.figures;
    this.#hasFilter = options.filter;
    this.#notice = options.notice ?? (() => {});
    this.#isRoot = parts.libc.symbols.geteuid() === 0;
    this.#calls = parts.registers.architecture.calls;
  }

  #place(): { readonly time: number; readonly line: number } {
    return { time: this.#time(), line: ++this.#line };
  }

  #time(): number {
    const now = this.#parts.libc.now();
    if (this.origin < 0) this.origin = Math.floor(now / 1e9) * 1e9;
    return now - this.origin;
  }

  #errnoOf(refusal: ErrnoName | null): number {
    return refusal === null ? 0 : Errno[refusal];
  }

  /** The command stands before its first instruction. It existed before: nobody saw its birth. */
  launched(root: Tracee): number {
    const { proc } = this.#parts;
    const identity = proc.identity(root.tid);
    const stat = proc.stat(root.tid);
    const traits: KnownTraits = {
      comm: identity?.comm ?? "?",
      uid: identity?.uid ?? 0,
      gid: identity?.gid ?? 0,
      group: stat?.group ?? root.tid,
      session: stat?.session ?? root.tid,
      image: null,
    };
    this.#remember(root, traits);
    const { comm, uid, gid, group, session } = traits;
    this.#model.take({
      type: "found",
      ...this.#place(),
      pid: root.tid,
      tgid: root.tgid,
      parent: null,
      comm,
      uid,
      gid,
      group,
      session,
    });
    return this.#tellProgram(root, root.tid);
  }

  attached(tracee: Tracee, parent: number | null): void {
    const { tid, tgid } = tracee;
    const traits = this.#readTraits(tid);
    if (!tracee.isLeader) this.#threaded.add(tgid);
    this.#remember(tracee, traits);
    const identity = tracee.isLeader ? traits : {};
    this.#model.take({
      type: "found",
      ...this.#place(),
      pid: tid,
      tgid,
      parent,
      ...identity,
      comm: traits.comm,
    });
  }

  #remember(tracee: Tracee, traits: KnownTraits): void {
    this.#traits.set(tracee, traits);
    this.#byTid.set(tracee.tid, tracee);
  }

  born(tracee: Tracee, { creator, parent, vfork }: Birth): number {
    if (!this.#hasFilter && creator !== null) this.#lookForChanges(creator);
    const above = creator === null ? undefined : this.#traits.get(creator);
    const isThread = !tracee.isLeader;
    if (isThread) this.#threaded.add(tracee.tgid);
    const isSibling = !isThread && creator !== null && parent !== creator.tgid;
    this.#remember(tracee, above === undefined ? this.#readTraits(tracee.tid) : { ...above });
    const flags = isThread
      ? CLONE_VM | CLONE_THREAD
      : (vfork ? CLONE_VM | CLONE_VFORK : 0) | (isSibling ? CLONE_PARENT : 0);
    const refusal = this.#model.take({
      type: "fork",
      ...this.#place(),
      pid: tracee.tid,
      tgid: tracee.tgid,
      thread: isThread,
      creator: creator?.tid ?? null,
      creatorTgid: creator?.tgid ?? null,
      parent: parent > 0 ? parent : null,
      flags,
      comm: null,
    });
    if (refusal !== null) this.#forget(tracee);
    return this.#errnoOf(refusal);
  }

  #forget(tracee: Tracee): void {
    if (tracee.isLeader) this.#threaded.delete(tracee.tgid);
    this.#traits.delete(tracee);
    if (this.#byTid.get(tracee.tid) === tracee) this.#byTid.delete(tracee.tid);
  }

  #readTraits(pid: number): KnownTraits {
    const identity = this.#parts.proc.identity(pid);
    const stat = this.#parts.proc.stat(pid);
    return {
      comm: identity?.comm ?? "?",
      uid: identity?.uid ?? 0,
      gid: identity?.gid ?? 0,
      group: stat?.group ?? 0,
      session: stat?.session ?? 0,
      image: this.#parts.proc.image(pid),
    };
  }

  execed(tracee: Tracee, oldTid: number): number {
    if (oldTid !== tracee.tid) {
      const leader = this.#byTid.get(tracee.tid);
      if (leader !== undefined && leader !== tracee) this.#traits.delete(leader);
      this.#byTid.delete(oldTid);
      this.#byTid.set(tracee.tid, tracee);
      this.#threaded.add(tracee.tgid);
    }
    return this.#tellProgram(tracee, oldTid);
  }

  /** Tells what a task runs now. It is asked about once more when that is not what was permitted before. */
  #tellProgram(tracee: Tracee, oldTid: number): number {
    const { proc } = this.#parts;
    const { tid } = tracee;
    const identity = proc.identity(tid);
    const path = proc.executable(tid);
    const image = proc.image(tid);
    const permitted = path !== null && tracee.permitted.includes(path);
    tracee.permitted = [];
    const refusal = this.#model.take({
      type: "exec",
      ...this.#place(),
      pid: tid,
      oldPid: oldTid,
      path,
      argv: proc.argv(tid),
      comm: identity?.comm ?? null,
      cwd: proc.cwd(tid),
      permitted,
    });
    if (!this.#isRoot && path !== null && this.#parts.proc.gainsPrivileges(tid)) {
      this.#noticeOnce(
        "setuid",
        `${path} [${tid}] runs without the rights of its owner: under a tracer only root can give them`,
      );
    }
    const traits = this.#traits.get(tracee);
    if (traits !== undefined) traits.image = image;
    if (refusal === null && traits !== undefined && identity !== null) {
      traits.comm = identity.comm;
      this.#tellCredentials(tracee, traits, identity.uid, identity.gid);
    }
    return this.#errnoOf(refusal);
  }

  /** A SIGKILL during exec takes the exec stop away: the program was there, and has executed no instruction. */
  #tellMissedProgram(tracee: Tracee): void {
    const known = this.#traits.get(tracee)?.image ?? null;
    const image = this.#parts.proc.image(tracee.tid);
    if (known === null || image === null) return;
    const isSame = image.every((byte, index) => byte === known[index]);
    if (!isSame) this.#tellProgram(tracee, tracee.tid);
  }

  #tellCredentials(tracee: Tracee, traits: KnownTraits, uid: number, gid: number): void {
    if (uid === traits.uid && gid === traits.gid) return;
    const pid = tracee.tid;
    if (uid !== traits.uid) {
      this.#model.take({ type: "credentials", ...this.#place(), pid, uid, gid: null });
    }
    if (gid !== traits.gid) {
      this.#model.take({ type: "credentials", ...this.#place(), pid, uid: null, gid });
    }
    traits.uid = uid;
    traits.gid = gid;
  }

  /** What has changed since the last look, where no filter told of it. */
  #lookForChanges(tracee: Tracee): void {
    const traits = this.#traits.get(tracee);
    const identity = this.#parts.proc.identity(tracee.tid);
    if (traits === undefined || identity === null) return;
    this.#tellComm(tracee, traits, identity.comm);
    this.#tellCredentials(tracee, traits, identity.uid, identity.gid);
    this.#tellGroup(tracee.tgid);
  }

  mayExec(tracee: Tracee, call: CallInfo): number {
    const attempt = readExecCall(this.#parts, tracee.tid, call);
    if (attempt === null) return 0;
    const { paths, argv, cwd } = attempt;
    const { tid: pid, tgid } = tracee;
    for (const path of paths) {
      // A question is no event: it has no line of its own in a recording.
      const place = { time: this.#time(), line: this.#line + 1 };
      const errno = this.#model.mayExec({ ...place, pid, path, argv, cwd });
      if (errno === null) continue;
      const creator = null;
      this.#model.take({
        type: "refused",
        ...this.#place(),
        call: "exec",
        pid,
        tgid,
        creator,
        errno,
        path,
      });
      return Errno[errno];
    }
    tracee.permitted = paths;
    return 0;
  }

  exiting(tracee: Tracee, status: number): void {
    const { tid, tgid } = tracee;
    let parent: number | null = null;
    if (tracee.isLeader && (status & WTERMSIG) !== 0) this.#tellMissedProgram(tracee);
    if (!this.#hasFilter) this.#lookForChanges(tracee);
    if (this.#figures) {
      const { proc } = this.#parts;
      const peaks = proc.peaks(tid);
      const resources = proc.resources(tgid, tid, !this.#threaded.has(tgid));
      if (peaks !== null) {
        parent = peaks.parent;
        if (peaks.residentPeak !== null) resources.residentPeak = peaks.residentPeak;
        if (peaks.virtualPeak !== null) resources.virtualPeak = peaks.virtualPeak;
      }
      this.#model.take({ type: "usage", ...this.#place(), pid: tid, resources });
      if (parent !== null) this.#tellWait(tracee, parent);
    }
    this.#tellEnd(tracee, status, parent);
  }

  /** Whether the parent sleeps in wait(2) while its child ends, in the thread that leads it or that made the child. */
  #tellWait(tracee: Tracee, parent: number): void {
    if (!this.#byTid.has(parent)) return;
    // Some shells sleep until SIGCHLD comes, and reap then.
    const { wait4, waitid, rt_sigsuspend } = this.#calls;
    const waits = (tid: number) => {
      const call = this.#parts.proc.sleepingCall(tid);
      return call === wait4 || call === waitid || call === rt_sigsuspend;
    };
    const creator = tracee.creatorTid;
    const waiter = [parent, creator].find((tid) => tid !== null && waits(tid)) ?? null;
    if (waiter === null) return;
    this.#model.take({ type: "wait", ...this.#place(), pid: waiter, child: tracee.tgid });
  }

  #tellEnd(tracee: Tracee, status: number, parent: number | null): void {
    this.#model.take({
      type: "exit",
      ...this.#place(),
      pid: tracee.tid,
      tgid: tracee.tgid,
      status,
      parent: parent !== null && parent > 0 ? parent : null,
      groupDead: null,
    });
  }

  gone(tracee: Tracee, status: number): void {
    if (!tracee.isEndTold) this.#tellEnd(tracee, status, null);
    this.#parts.proc.forget(tracee.tid);
    this.#forget(tracee);
  }

  called(tracee: Tracee, number: number, args: readonly bigint[]): void {
    const traits = this.#traits.get(tracee);
    if (traits === undefined) return;
    const { calls } = this.#parts.registers.architecture;
    const { tid } = tracee;
    switch (number) {
      case calls.prctl:
        return this.#tellPrctl(tracee, traits, args);
      case calls.setsid:
        return this.#tellGroup(tid);
      case calls.setpgid: {
        const target = Number(BigInt.asIntN(32, args[0]));
        return this.#tellGroup(target === 0 ? tid : target);
      }
      case calls.setuid:
      case calls.setgid:
      case calls.setreuid:
      case calls.setregid:
      case calls.setresuid:
      case calls.setresgid: {
        const identity = this.#parts.proc.identity(tid);
        if (identity !== null) this.#tellCredentials(tracee, traits, identity.uid, identity.gid);
        return;
      }
    }
  }

  #tellPrctl(tracee: Tracee, traits: KnownTraits, args: readonly bigint[]): void {
    const pid = tracee.tid;
    if (Number(args[0]) === PR_SET_CHILD_SUBREAPER) {
      const on = args[1] !== 0n;
      this.#model.take({ type: "subreaper", ...this.#place(), pid: tracee.tgid, on });
      return;
    }
    if (Number(args[0]) !== PR_SET_NAME) return;
    const comm = this.#parts.proc.comm(pid);
    if (comm !== null) this.#tellComm(tracee, traits, comm);
  }

  #tellComm(tracee: Tracee, traits: KnownTraits, comm: string): void {
    if (comm === traits.comm) return;
    traits.comm = comm;
    this.#model.take({ type: "rename", ...this.#place(), pid: tracee.tid, comm });
  }

  /** Bash sets the group of a child in the parent and in the child. The second call changes nothing. */
  #tellGroup(pid: number): void {
    const tracee = this.#byTid.get(pid);
    const stat = this.#parts.proc.stat(pid);
    const leader = tracee === undefined ? undefined : this.#byTid.get(tracee.tgid);
    const traits = leader === undefined ? undefined : this.#traits.get(leader);
    if (traits === undefined || leader === undefined || stat === null) return;
    const { group, session } = stat;
    if (session !== traits.session) {
      this.#model.take({ type: "session", ...this.#place(), pid: leader.tid, id: session });
    } else if (group !== traits.group) {
      this.#model.take({ type: "group", ...this.#place(), pid: leader.tid, id: group });
    }
    traits.group = group;
    traits.session = session;
  }

  tracing(tracee: Tracee): void {
    const who = `${this.#traits.get(tracee)?.comm ?? "a task"} [${tracee.tid}]`;
    this.#noticeOnce("ptrace", `${who} wants to trace, which fails here: a process has one tracer`);
  }

  #noticeOnce(kind: string, text: string): void {
    if (this.#noticed.has(kind)) return;
    this.#noticed.add(kind);
    this.#notice(text);
  }

  /** Told before the call is made: SIGKILL may end the sender itself. One that would fail is not told. */
  killing(tracee: Tracee, { number, args }: CallInfo): void {
    const calls = this.#calls;
    const word = (index: number) => Number(BigInt.asIntN(32, args[index]));
    const isGroupCall = number === calls.tgkill || number === calls.rt_tgsigqueueinfo;
    const target = number === calls.pidfd_send_signal
      ? this.#parts.proc.pidOfDescriptor(tracee.tid, word(0))
      : word(isGroupCall ? 1 : 0);
    const signal = word(isGroupCall ? 2 : 1);
    // Signal 0 only asks whether a process is there.
    if (target === null || signal <= 0 || signal > 64) return;
    if (this.#parts.libc.symbols.kill(target, 0) !== 0) return;
    this.#model.take({ type: "kill", ...this.#place(), pid: tracee.tid, target, signal });
  }

  signalled(tracee: Tracee, signal: number): void {
    // Ends of children are told as such, and there are many of them.
    if (signal === SIGCHLD) return;
    const sender = this.#parts.ptrace.sender(tracee.tid);
    if (sender === null || sender === 0) return;
    // Where there is a filter, a traced sender has told of it by its call.
    if (this.#hasFilter && this.#byTid.has(sender)) return;
    this.#model.take({ type: "kill", ...this.#place(), pid: sender, target: tracee.tid, signal });
  }
}
