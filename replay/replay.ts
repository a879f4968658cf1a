import type { ErrnoName } from "../kernel/errno.ts";
import { CLONE_PARENT, CLONE_THREAD, CLONE_VM } from "../kernel/fork.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Resources } from "../kernel/resources.ts";
import { TASK_COMM_LENGTH } from "../kernel/program.ts";
import type { Task } from "../kernel/task.ts";
import { statusOfCode } from "../kernel/wait_status.ts";
import { LiveProcess, LiveTask } from "./live.ts";
import { type Forked, Model } from "./model.ts";
import {
  CLONE_NEWPID,
  type ExecCall,
  type ExecEvent,
  type ExitCallEvent,
  type ExitEvent,
  type ForkEvent,
  type FoundEvent,
  type RecordedEvent,
  type RefusedEvent,
  type SignalEvent,
} from "./event.ts";
import { ProcessRecord } from "./process.ts";
import { type Gaps, type Summary, SummaryCounter } from "./summary.ts";
import { type WarningKind, Warnings } from "./warning.ts";

/** How long after a fork of its pid an exit may still be that of the pid's last user. */
const LATE_EXIT_NS = 1_000_000;

/**
 * Hears of the processes of a replay, beside the modules.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { Recording, Replay, type ReplayObserver } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const heard: string[] = [];
 * const observer: ReplayObserver = {
 *   started: (process) => void heard.push(`started ${process.pid}`),
 *   ending: (_process, task) => void heard.push(`ending ${task?.comm}`),
 *   ended: (process) => void heard.push(`ended ${process.exit}`),
 *   neverRan: (process) => void heard.push(`refused ${process.refused}`),
 * };
 * const replay = new Replay(boot().kernel, { observer });
 * const recording = new Recording({ sink: replay.sink });
 * recording.push('7 execve("/bin/true", ["true"], 0x7ffc /* 9 vars *\/) = 0\n7 +++ exited with 0 +++\n');
 * recording.end();
 * replay.finish();
 * assertEquals(heard, ["started 7", "ending true", "ended 0"]);
 * ```
 */
export interface ReplayObserver {
  /**
   * A process begins to count: it is forked in the recording, or it existed before and does something for the first
   * time.
   * A process that is only named as a parent does not count.
   *
   * @param process What is known of it.
   * @param task A task of it; null when the model has none, as when a module refused its fork.
   */
  started?(process: ProcessRecord, task: Task | null): void;
  /**
   * A process is about to end: its exit hooks have not run yet.
   *
   * @param process What is known of it; its status and end are set.
   * @param task The last task of it; null when the model has none.
   */
  ending?(process: ProcessRecord, task: Task | null): void;
  /**
   * A process has ended. Nothing of it changes any more.
   *
   * @param process What is known of it.
   */
  ended?(process: ProcessRecord): void;
  /**
   * The fork of a process was refused, and did not happen. Nothing else is told of it.
   *
   * @param process What is known of it.
   */
  neverRan?(process: ProcessRecord): void;
}

/** How to replay. */
export interface ReplayOptions {
  /** Where warnings go. A new list by default. */
  readonly warnings?: Warnings;
  /** Whether to keep every process, for a tree. Without a tree only live tasks need memory. */
  readonly tree?: boolean;
  /** Hears of the processes of the replay. */
  readonly observer?: ReplayObserver;
  /**
   * The task that forks every process whose parent the recording does not tell. Such a process inherits what modules
   * have hung on that task. Without this task it existed before, and init adopts it.
   */
  readonly root?: Task;
  /**
   * Whether a refusal undoes what a module refused, as in a live run. By default it has happened, as in a recording: the
   * refusal is counted. A fork then goes on without a task in the model, and an exec as if it had been permitted. Only a
   * verdict of a module refuses. Where the model itself cannot follow, or a hook breaks down, the process goes on without
   * a task either way, and a warning tells it.
   */
  readonly vetoesHold?: boolean;
}

/**
 * Replays recorded events in a kernel with its loaded modules, and keeps a record of every
 * process.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { Recording, Replay } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot({ debug: false });
 * const replay = new Replay(kernel);
 * const recording = new Recording({ sink: replay.sink, warnings: replay.warnings });
 * recording.push('7 execve("/bin/false", ["false"], 0x7ffc /* 9 vars *\/) = 0\n');
 * recording.push("7 exit_group(1) = ?\n7 +++ exited with 1 +++\n");
 * recording.end();
 * replay.finish();
 * assertEquals(replay.summary.exit_codes, { "1": 1 });
 * ```
 */
export class Replay {
  /** What was wrong with the recording so far. */
  readonly warnings: Warnings;
  /** Takes an event. The same as {@linkcode Replay.take}, as a function that can be passed on. */
  readonly sink: (event: RecordedEvent) => void;
  /** Every process, in order of first sight. Empty unless a tree is kept. */
  readonly processes: ProcessRecord[] = [];
  readonly #model: Model;
  readonly #observer: ReplayObserver;
  readonly #counter: SummaryCounter;
  readonly #keep: boolean;
  readonly #root: Task | null;
  readonly #vetoesHold: boolean;
  readonly #tasks = new Map<number, LiveTask>();
  #serial = 0;

  /**
   * Makes a replay that begins with the tasks that the kernel has.
   *
   * @param kernel The kernel in which the events happen. Load modules before.
   * @param options How to replay.
   */
  constructor(kernel: Kernel, options: ReplayOptions = {}) {
    this.warnings = options.warnings ?? new Warnings();
    this.#model = new Model(kernel);
    this.#observer = options.observer ?? {};
    this.#keep = options.tree ?? false;
    this.#root = options.root ?? null;
    this.#vetoesHold = options.vetoesHold ?? false;
    this.#counter = new SummaryCounter(this.#keep);
    this.sink = (event) => void this.take(event);
  }

  /** What has been counted so far. */
  get summary(): Summary {
    return this.#counter.summary;
  }

  /** What was missing from the recording so far. */
  get gaps(): Gaps {
    return this.#counter.gaps;
  }

  /** What all tasks used together so far; null where the recording tells no figures. */
  get resources(): Resources | null {
    return this.#counter.resources;
  }

  /** How many tasks are alive now, as far as the recording tells. */
  get liveTasks(): number {
    return this.#tasks.size;
  }

  /**
   * Takes the next event.
   *
   * @param event The event.
   * @returns The errno with which a module refuses it, where vetoes hold; else null.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { Replay } from "@pnotify/pnotify/replay";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * const replay = new Replay(kernel, { tree: true });
   * replay.take({ type: "rename", line: 1, time: 0, pid: 7, comm: "worker" });
   * assertEquals([replay.processes[0].comm, replay.liveTasks], ["worker", 1]);
   * ```
   */
  take(event: RecordedEvent): ErrnoName | null {
    this.#model.advance(event.time);
    this.#counter.event(event);
    if (event.type === "fork") return this.#fork(event);
    if (event.type === "exec") return this.#exec(event);
    this.#tell(event);
    return null;
  }

  /**
   * Asks the modules whether a task may execute a program, before it does. Nothing changes but the time, and nothing is
   * counted. A live run calls it at the call, and takes the exec, with `permitted`, when the program runs. It takes a
   * `refused` event for an exec that it does not let happen.
   *
   * @param call The exec: `pid` is the task that calls it.
   * @returns The errno with which a module refuses it, or null.
   * @example
   * ```ts
   * import { boot, defineEvents, PNOTIFY_ERROR, PNOTIFY_OK } from "@pnotify/pnotify";
   * import { Replay } from "@pnotify/pnotify/replay";
   * import { assertEquals } from "@std/assert";
   * const noCurl = defineEvents({
   *   name: "no_curl",
   *   init: () => PNOTIFY_OK,
   *   fork: () => PNOTIFY_OK,
   *   canExec: (_task, _subscriber, { path }) => path === "/usr/bin/curl" ? PNOTIFY_ERROR : PNOTIFY_OK,
   * });
   * const { kernel, pnotify } = boot();
   * pnotify.register(noCurl);
   * const replay = new Replay(kernel, { vetoesHold: true });
   * replay.take({ type: "rename", line: 1, time: 0, pid: 7, comm: "sh" });
   * const call = { line: 2, time: 1, pid: 7, path: "/usr/bin/curl", argv: ["curl"] };
   * assertEquals([replay.mayExec(call), replay.mayExec({ ...call, path: "/bin/ls" })], ["EPERM", null]);
   * ```
   */
  mayExec(call: ExecCall): ErrnoName | null {
    this.#model.advance(call.time);
    const live = this.#tasks.get(call.pid);
    return live === undefined || live.ended ? null : this.#model.mayExec(live.task, call);
  }

  #tell(event: Exclude<RecordedEvent, ForkEvent | ExecEvent>): void {
    switch (event.type) {
      case "exit":
        return this.#exit(event);
      case "exit-call":
        return this.#exitCall(event);
      case "signal":
        return this.#signal(event);
      case "found":
        return this.#found(event);
      case "refused":
        return this.#refused(event);
      case "lost":
        return this.#lost(event.line, event.count);
      case "exec-failed":
        this.#actor(event.pid, null, event);
        return;
      case "kill":
      case "wait":
        // The model has neither a sender outside of the recording nor a sleep in wait.
        return;
    }
    this.#change(event);
  }

  /** Ends the replay. Tasks that are still alive stay alive. */
  finish(): void {
    for (const { process } of this.#tasks.values()) {
      const { record } = process;
      if (record.parentAtExit !== null || process.leader.task === null) continue;
      if (process.parentKnown) record.parentAtExit = this.#model.parentOf(process.leader.task);
    }
  }

  #warn(kind: WarningKind, line: number, text: string): void {
    this.warnings.add({ kind, line, text });
  }

  #lost(line: number, count: number | null): void {
    this.#warn("lost", line, `the recorder lost ${count ?? "some"} events`);
  }

  // Tasks.

  /** The task of an event. An unknown task existed before the recording. */
  #actor(pid: number, tgid: number | null, event: RecordedEvent): LiveTask {
    const live = this.#tasks.get(pid) ?? this.#adopt(pid, tgid, null, event);
    if (!live.process.counted) this.#count(live.process);
    return live;
  }

  /** Counts a process that did something or was forked. A process that is only named as a parent does not count. */
  #count(process: LiveProcess): void {
    process.counted = true;
    const { record } = process;
    this.#counter.process(record);
    if (this.#keep) {
      this.processes.push(record);
      record.above?.below.push(record);
    }
    this.#observer.started?.(record, process.anyLive?.task ?? null);
  }

  #process(pid: number, event: RecordedEvent): LiveProcess {
    return (this.#tasks.get(pid) ?? this.#adopt(pid, null, null, event)).process;
  }

  /** Adds a task that existed before the recording. */
  #adopt(
    pid: number,
    tgid: number | null,
    found: FoundEvent | null,
    event: RecordedEvent,
  ): LiveTask {
    this.#counter.found++;
    if (tgid !== null && tgid !== pid) return this.#adoptThread(pid, this.#process(tgid, event));
    const record = new ProcessRecord(pid, {
      serial: this.#serial++,
      firstSeen: event.time,
      forked: false,
      comm: found?.comm ?? null,
    });
    const parent = found?.parent ?? null;
    const above = parent === null || parent === pid ? null : this.#process(parent, event);
    record.parent = above === null ? null : parent;
    const task = this.#place(pid, above, found, event);
    const process = new LiveProcess(record, above?.root ?? null, above !== null);
    const live = new LiveTask(pid, process, task, null);
    process.leader = live;
    this.#tasks.set(pid, live);
    return live;
  }

  /** Puts a task whose fork was not recorded into the model. */
  #place(
    pid: number,
    above: LiveProcess | null,
    known: FoundEvent | null,
    event: RecordedEvent,
  ): Task | null {
    const model = this.#model;
    if (this.#root === null || above !== null) {
      return model.adopt(above?.anyLive?.task ?? model.kernel.init, pid, known, false);
    }
    const comm = known?.comm ?? null;
    const forked = model.fork(this.#root, pid, 0);
    const { task } = forked;
    this.#warnOfFailure(forked, pid, event);
    if (task !== null && comm !== null) model.kernel.rename(task, comm);
    return task;
  }

  #adoptThread(pid: number, process: LiveProcess): LiveTask {
    const beside = process.anyLive?.task ?? null;
    const task = beside === null ? null : this.#model.adopt(beside, pid, null, true);
    const live = new LiveTask(pid, process, task, null);
    process.addThread(live);
    this.#tasks.set(pid, live);
    return live;
  }

  #found(event: FoundEvent): void {
    let live = this.#tasks.get(event.pid);
    if (live === undefined) live = this.#adopt(event.pid, event.tgid, event, event);
    else if (event.comm !== null) live.process.record.comm ??= event.comm;
    // The recorder looked at it, so it is more than the name of a parent.
    if (!live.process.counted) this.#count(live.process);
  }

  // Births.

  #fork(event: ForkEvent): ErrnoName | null {
    const lastUser = this.#tasks.get(event.pid);
    if (lastUser !== undefined) this.#replace(lastUser, event);
    const isThread = event.thread ?? ((event.flags ?? 0) & CLONE_THREAD) !== 0;
    const live = isThread ? this.#forkThread(event) : this.#forkProcess(event);
    if (!(live instanceof LiveTask)) return live;
    if (lastUser !== undefined && lastUser.pid === lastUser.process.record.pid) {
      live.predecessor = lastUser.process.record;
    }
    this.#tasks.set(event.pid, live);
    return null;
  }

  /** Ends the last user of a pid that is in use again. The end itself was not recorded. */
  #replace(lastUser: LiveTask, event: ForkEvent): void {
    this.#warn(
      "pid-in-use",
      event.line,
      `pid ${event.pid} is forked, and its last user has not ended`,
    );
    if (lastUser.process.leader === lastUser) this.#endUnseen(lastUser.process);
    else this.#endThreadUnseen(lastUser);
  }

  #forkThread(event: ForkEvent): LiveTask | ErrnoName {
    const { pid, creator } = event;
    const tgid = event.tgid ?? event.creatorTgid;
    const maker = creator === null ? undefined : this.#tasks.get(creator);
    const process = tgid !== null ? this.#process(tgid, event) : maker?.process ??
      this.#process(creator ?? pid, event);
    if (event.parent !== null) this.#learnParent(process, event.parent, event);
    const by = maker?.process === process && !maker.ended ? maker : process.anyLive;
    const forked = this.#model.fork(by?.task ?? null, pid, CLONE_VM | CLONE_THREAD);
    const { task, refused } = forked;
    if (refused !== null && this.#vetoesHold) {
      this.#counter.refused++;
      return refused;
    }
    this.#warnOfFailure(forked, pid, event);
    const live = new LiveTask(pid, process, task, event.time);
    process.addThread(live);
    process.record.threads++;
    this.#counter.threads++;
    return live;
  }

  #forkProcess(event: ForkEvent): LiveTask | ErrnoName {
    const { pid, flags } = event;
    const bits = flags ?? 0;
    const creatorPid = event.creator ?? event.creatorTgid ?? event.parent;
    const maker = creatorPid === null
      ? null
      : this.#tasks.get(creatorPid) ?? this.#adopt(creatorPid, event.creatorTgid, null, event);
    const by = maker === null || !maker.ended ? maker : maker.process.anyLive;
    const forker = maker === null ? this.#model.kernel.init : by?.task ?? null;
    const forked = this.#model.fork(forker, pid, bits);
    const { task, refused } = forked;
    if (refused !== null && this.#vetoesHold) return this.#neverRan(event, maker, refused);
    this.#warnOfFailure(forked, pid, event);
    const comm = event.comm ?? maker?.process.record.comm ?? null;
    const record = new ProcessRecord(pid, {
      serial: this.#serial++,
      firstSeen: event.time,
      forked: true,
      comm,
    });
    const process = new LiveProcess(record, maker?.process.root ?? null, maker !== null);
    const live = new LiveTask(pid, process, task, event.time);
    process.leader = live;
    record.creatorTid = event.creator;
    record.cloneFlags = flags;
    this.#setParent(process, maker, event);
    if (task === null) this.#setRefused(record, maker, refused);
    if (task !== null && maker !== null) this.#beginNamespace(maker.process, task, bits);
    this.#count(process);
    return live;
  }

  /** The parent is the creator's process, or with CLONE_PARENT the parent of that process. */
  #setParent(process: LiveProcess, maker: LiveTask | null, event: ForkEvent): void {
    const { record } = process;
    if (maker === null) return;
    let parent: number | null = event.parent ?? maker.process.record.pid;
    if (event.parent === null && ((event.flags ?? 0) & CLONE_PARENT) !== 0) {
      parent = this.#currentParent(maker.process);
      process.parentKnown = maker.process.parentKnown;
    }
    record.parent = parent;
    const above = parent === null ? undefined : this.#tasks.get(parent)?.process;
    if (above === undefined || !above.counted) return;
    record.depth = above.record.depth + 1;
    if (this.#keep) record.above = above.record;
  }

  /** A fork was refused, and did not happen. It stands in the tree, and counts as no process. */
  #neverRan(
    { pid, time, creator }: ForkEvent | RefusedEvent,
    maker: LiveTask | null,
    errno: ErrnoName,
  ): ErrnoName {
    this.#counter.refused++;
    const above = maker?.process ?? null;
    const record = new ProcessRecord(pid, {
      serial: this.#serial++,
      firstSeen: time,
      forked: true,
      comm: above?.record.comm ?? null,
    });
    record.creatorTid = creator;
    record.parent = above?.record.pid ?? null;
    record.refused = errno;
    record.neverRan = true;
    record.end = time;
    if (above?.counted) record.depth = above.record.depth + 1;
    if (this.#keep) {
      this.processes.push(record);
      if (above?.counted) {
        record.above = above.record;
        above.record.below.push(record);
      }
    }
    this.#observer.neverRan?.(record);
    return errno;
  }

  /** A recording of a live run tells what was refused there. No module is asked again. */
  #refused(event: RefusedEvent): void {
    const { call, pid, tgid, creator, errno } = event;
    if (call === "exec") {
      this.#actor(pid, tgid, event);
      this.#counter.refusedExecs++;
    } else if (pid !== tgid) this.#counter.refused++;
    else this.#neverRan(event, this.#tasks.get(creator ?? 0) ?? null, errno);
  }

  #setRefused(record: ProcessRecord, maker: LiveTask | null, refused: ErrnoName | null): void {
    // A task that the model does not have has no children there.
    record.refused = refused ?? maker?.process.record.refused ?? null;
    if (record.refused !== null) this.#counter.refused++;
  }

  /** The fork has happened, and no module refused it. But the model could not follow. */
  #warnOfFailure({ failure }: Forked, pid: number, { line }: RecordedEvent): void {
    if (failure === null) return;
    this.#warn("refused", line, `the model has no task for pid ${pid}: ${failure}`);
  }

  /** The init of a pid namespace adopts the orphans in it, as a subreaper does. */
  #beginNamespace(maker: LiveProcess, task: Task, flags: number): void {
    if (!maker.unshared && (flags & CLONE_NEWPID) === 0) return;
    maker.unshared = false;
    this.#model.kernel.setSubreaper(task, true);
  }

  // Parents.

  /** The present parent of a process, as far as it is known. */
  #currentParent(process: LiveProcess): number | null {
    const { task } = process.leader;
    if (!process.parentKnown) return null;
    return task === null ? process.record.parent : this.#model.parentOf(task);
  }

  /** Takes the parent of a process that existed before from a line about another event. */
  #learnParent(process: LiveProcess, parent: number, event: RecordedEvent): void {
    if (process.parentKnown || parent <= 0 || parent === process.record.pid) return;
    const above = this.#process(parent, event);
    const over = above.anyLive?.task ?? null;
    const { task } = process.leader;
    process.parentKnown = true;
    process.root = above.root;
    process.record.parent = parent;
    if (over !== null && task !== null) this.#model.correctParent(task, over);
  }

  /**
   * Compares the parent that an exit tells with the parent that the rules gave. A parent that is neither the forker nor
   * init is a subreaper. The recording does not say so, but the model does from here on.
   */
  #checkParent(process: LiveProcess, parent: number, event: ExitEvent): void {
    const { record } = process;
    const { task } = process.leader;
    if (task === null || this.#model.parentOf(task) === parent) return;
    if (!process.parentKnown) return this.#learnParent(process, parent, event);
    const reaper = this.#process(parent, event);
    const over = reaper.anyLive?.task ?? null;
    if (over === null) return;
    if (parent !== record.parent && parent !== 1) {
      this.#model.kernel.setSubreaper(over, true);
      // The subreaper is above every process of this tree. Otherwise no orphan would have come to it.
      const { root } = process;
      const top = root.leader.task;
      if (root !== reaper && root !== reaper.root && !root.parentKnown && top !== null) {
        root.parentKnown = true;
        this.#model.correctParent(top, over);
      }
    }
    this.#model.correctParent(task, over);
  }

  // Exec.

  #exec(event: ExecEvent): ErrnoName | null {
    const leader = this.#actor(event.pid, null, event);
    const { process } = leader;
    const caller = this.#execCaller(leader, event);
    const byTid = caller === null ? null : caller.pid;
    const by = caller ?? process.anyLive;
    if (by === null) {
      this.#warnDead(event.pid, event.line);
      return null;
    }
    const refused = event.permitted ? null : this.#model.mayExec(by.task, event);
    if (refused !== null) this.#counter.refusedExecs++;
    if (refused !== null && this.#vetoesHold) return refused;
    const oldPid = by.pid;
    this.#becomeOnlyThread(process, by);
    this.#model.exec(by.task, event, event.comm);
    if (oldPid !== event.pid) {
      this.#tasks.delete(oldPid);
      by.pid = event.pid;
      this.#tasks.set(event.pid, by);
      process.leader = by;
      this.#model.tookOver(by.task, event.pid);
    }
    process.groupStatus = null;
    by.exitStatus = null;
    by.signal = 0;
    this.#counter.execs++;
    const { record } = process;
    if (event.comm !== null) record.comm = event.comm;
    else if (event.path !== null) record.comm = commOf(event.path);
    const { path: file, argv, time } = event;
    record.execs.push({ file, argv, byTid, time, refused });
    return null;
  }

  /** The task that called exec. Null when it may be one of several threads. */
  #execCaller(leader: LiveTask, event: ExecEvent): LiveTask | null {
    const { process } = leader;
    const { oldPid, pid } = event;
    if (oldPid !== null && oldPid !== pid) {
      const thread = this.#tasks.get(oldPid);
      if (thread !== undefined && thread.process === process && !thread.ended) return thread;
    }
    if (!leader.ended) return leader;
    return process.liveCount === 1 ? process.anyLive : null;
  }

  /** Ends every thread but the one that called exec. Their ends may not be recorded. */
  #becomeOnlyThread(process: LiveProcess, by: LiveTask): void {
    const { threads, leader } = process;
    if (threads === null) return;
    for (const thread of threads) {
      if (thread === by) continue;
      this.#counter.taskExits++;
      thread.ended = true;
      if (thread !== leader) this.#tasks.delete(thread.pid);
    }
    process.threads = null;
  }

  // Ends.

  #exitCall(event: ExitCallEvent): void {
    const live = this.#actor(event.pid, event.tgid, event);
    live.exitStatus = statusOfCode(event.code);
    if (event.group) live.process.groupStatus ??= live.exitStatus;
  }

  #signal(event: SignalEvent): void {
    const live = this.#tasks.get(event.pid);
    if (live !== undefined) live.signal = event.signal;
  }

  #exit(event: ExitEvent): void {
    const live = this.#tasks.get(event.pid);
    if (live !== undefined && this.#isLate(live, event)) return;
    if (live?.ended) return this.#warnDead(event.pid, event.line);
    this.#end(live ?? this.#actor(event.pid, event.tgid, event), event);
  }

  #warnDead(pid: number, line: number): void {
    this.#warn("never-born", line, `pid ${pid} does something after its end`);
  }

  /**
   * Whether an exit belongs to the previous user of its pid. It may come after the fork of the new user. It tells no parent,
   * since the task had been reaped.
   */
  #isLate(live: LiveTask, event: ExitEvent): boolean {
    const { predecessor, forkTime } = live;
    if (predecessor === null) return false;
    live.predecessor = null;
    if (event.parent !== 0 || forkTime === null) return false;
    if (Math.abs(event.time - forkTime) >= LATE_EXIT_NS) return false;
    predecessor.status = event.status;
    predecessor.end = event.time;
    predecessor.endUnseen = false;
    this.#counter.lateEnd(predecessor);
    return true;
  }

  #end(live: LiveTask, event: ExitEvent): void {
    const { process } = live;
    if (!process.counted) this.#count(process);
    const status = event.status ?? inferStatus(live);
    if (event.groupDead === true) this.#endThreadsUnseen(live);
    this.#counter.taskExits++;
    process.remove(live);
    if (process.liveCount > 0) {
      if (event.parent !== null) this.#learnParent(process, event.parent, event);
      if (live !== process.leader) this.#tasks.delete(live.pid);
      return this.#model.exit(live.task, status, false);
    }
    if (event.parent !== null && event.parent > 0) this.#checkParent(process, event.parent, event);
    const { record } = process;
    record.parentAtExit = event.parent !== null && event.parent > 0
      ? event.parent
      : this.#currentParent(process);
    record.status = status;
    record.end = event.time;
    this.#ended(process, live, status);
  }

  #ended(process: LiveProcess, last: LiveTask, status: number | null): void {
    const { record } = process;
    this.#counter.processEnd(record);
    this.#observer.ending?.(record, last.task);
    this.#model.exit(last.task, status, true);
    this.#tasks.delete(last.pid);
    this.#tasks.delete(process.leader.pid);
    this.#observer.ended?.(record);
  }

  /** Ends the threads of a process that has ended. Their ends were not recorded. */
  #endThreadsUnseen(live: LiveTask): void {
    for (const thread of [...live.process.threads ?? []]) {
      if (thread !== live) this.#endThreadUnseen(thread);
    }
  }

  #endThreadUnseen(thread: LiveTask): void {
    const { process } = thread;
    this.#counter.unseenEnds++;
    process.remove(thread);
    if (thread !== process.leader) this.#tasks.delete(thread.pid);
    if (process.liveCount > 0) return this.#model.exit(thread.task, null, false);
    this.#closeUnseen(process, thread);
  }

  #endUnseen(process: LiveProcess): void {
    this.#counter.unseenEnds++;
    let last = process.leader;
    for (const thread of [...process.threads ?? []]) {
      process.remove(thread);
      if (process.liveCount === 0) last = thread;
      else this.#model.exit(thread.task, null, false);
      if (thread !== process.leader) this.#tasks.delete(thread.pid);
    }
    process.leader.ended = true;
    this.#closeUnseen(process, last);
  }

  #closeUnseen(process: LiveProcess, last: LiveTask): void {
    const { record } = process;
    record.endUnseen = true;
    record.parentAtExit = this.#currentParent(process);
    this.#observer.ending?.(record, last.task);
    this.#model.exit(last.task, null, true);
    this.#tasks.delete(process.leader.pid);
    this.#observer.ended?.(record);
  }

  // Other events.

  #change(event: RecordedEvent & { readonly pid: number }): void {
    const live = this.#actor(event.pid, null, event);
    const { process, task } = live;
    if (live.ended && process.anyLive === null) return this.#warnDead(event.pid, event.line);
    if (event.type === "rename" && live === process.leader) process.record.comm = event.comm;
    if (event.type === "namespace") process.unshared = true;
    if (event.type === "usage") this.#counter.usage(process.record, event.resources);
    if (task === null || live.ended) return;
    switch (event.type) {
      case "rename":
        return this.#model.kernel.rename(task, event.comm);
      case "credentials":
        return this.#model.setCredentials(task, event.uid, event.gid);
      case "session":
        return this.#model.setSession(task, null);
      case "group":
        return this.#model.setSession(task, event.id);
      case "subreaper":
        return this.#model.kernel.setSubreaper(task, event.on);
      case "usage":
        return this.#model.kernel.charge(task, event.resources);
    }
  }
}

/** The comm that a program gives: the last part of its path, at most 15 characters. */
function commOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).slice(0, TASK_COMM_LENGTH);
}

/** The status of an exit that tells none. It follows from the exit call before, or from a signal. */
function inferStatus(live: LiveTask): number | null {
  const { process } = live;
  if (process.groupStatus !== null) return process.groupStatus;
  if (live.exitStatus !== null) return live.exitStatus;
  if (live.signal === 0) return null;
  process.groupStatus = live.signal;
  return live.signal;
}
