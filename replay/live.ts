import type { Task } from "../kernel/task.ts";
import type { ProcessRecord } from "./process.ts";

/** A task that the recording shows alive, or a leader that ended before its threads. */
export class LiveTask {
  /** Its pid in the recording. A thread that execs takes over the pid of its leader. */
  pid: number;
  /** Its process. */
  readonly process: LiveProcess;
  /** Its task in the model; null when the model has none, as when a module refused its fork. */
  readonly task: Task | null;
  /** When it was forked; null when it existed before. */
  readonly forkTime: number | null;
  /** The status of its exit call, or null. */
  exitStatus: number | null = null;
  /** The last signal that can have ended it, or 0. */
  signal = 0;
  /** Whether it has ended. Only a leader is kept after its end. */
  ended = false;
  /** The earlier user of its pid. A late line may still tell the end of that process. */
  predecessor: ProcessRecord | null = null;

  constructor(pid: number, process: LiveProcess, task: Task | null, forkTime: number | null) {
    this.pid = pid;
    this.process = process;
    this.task = task;
    this.forkTime = forkTime;
  }
}

/** A process that the recording shows alive. */
export class LiveProcess {
  /** What is known of it. */
  readonly record: ProcessRecord;
  /** Its leader. It is set as soon as the process exists. */
  leader!: LiveTask;
  /** The threads that have not ended, with the leader. Null while there is only the leader. */
  threads: LiveTask[] | null = null;
  /** The status that exit_group or a signal gave to all of it, or null. */
  groupStatus: number | null = null;
  /** Whether its parent is known. */
  parentKnown: boolean;
  /** Whether it counts: it was forked in the recording, or did something in it. */
  counted = false;
  /** Whether its next child begins a new pid namespace. */
  unshared = false;
  /** The top of its tree: the ancestor that existed before the recording, or itself. */
  root: LiveProcess;

  constructor(record: ProcessRecord, root: LiveProcess | null, parentKnown: boolean) {
    this.record = record;
    this.root = root ?? this;
    this.parentKnown = parentKnown;
  }

  /** A live task of the process, or null. */
  get anyLive(): LiveTask | null {
    if (this.threads === null) return this.leader.ended ? null : this.leader;
    return this.threads[0] ?? null;
  }

  /** How many of its tasks have not ended. */
  get liveCount(): number {
    return this.threads === null ? (this.leader.ended ? 0 : 1) : this.threads.length;
  }

  /** Adds a thread. */
  addThread(thread: LiveTask): void {
    this.threads ??= this.leader.ended ? [] : [this.leader];
    this.threads.push(thread);
  }

  /** Removes a task that ended. */
  remove(task: LiveTask): void {
    task.ended = true;
    if (this.threads === null) return;
    const index = this.threads.indexOf(task);
    if (index >= 0) this.threads.splice(index, 1);
  }
}
