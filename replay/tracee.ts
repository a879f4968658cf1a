import type { RecordedEvent } from "./event.ts";

/** A call that has begun on one line and returns on another. */
export interface BegunCall {
  /** Its name. */
  readonly name: string;
  /** Its arguments, as far as they have been printed. */
  readonly args: string;
  /** When it began. */
  readonly time: number;
  /** The line on which it began. */
  readonly line: number;
}

/** An end that has been announced by exit or exit_group. */
export interface AnnouncedEnd {
  /** The wait status. */
  readonly status: number;
  /** When. */
  readonly time: number;
  /** The line. */
  readonly line: number;
}

/** A pid namespace whose pids are not those of the pid column. */
export class ForeignNamespace {
  /** The least difference between a pid outside and the pid inside. It never falls: pids grow on both sides. */
  base: number;
  /** Children by the pid that their creator saw, of which no line has been seen so far. */
  readonly pending: PendingChild[] = [];

  /**
   * Makes a namespace without children.
   *
   * @param base The least difference between a pid outside and the pid inside.
   */
  constructor(base: number) {
    this.base = base;
  }

  /**
   * Takes out the child that a pid outside stands for.
   *
   * @param pid The pid outside.
   * @param mayLag Whether it may be the oldest child with a smaller pid, where none fits exactly.
   * @returns The child, or null.
   */
  takePending(pid: number, mayLag: boolean): PendingChild | null {
    const { pending, base } = this;
    let index = pending.findIndex(({ inside }) => inside + base === pid);
    if (index < 0 && mayLag) index = pending.findIndex(({ inside }) => inside + base < pid);
    if (index < 0) return null;
    const [child] = pending.splice(index, 1);
    this.base = pid - child.inside;
    return child;
  }
}

/** A child that is known by its pid inside of a namespace only. */
export interface PendingChild {
  /** Who made it. */
  readonly creator: Tracee;
  /** Its pid inside. */
  readonly inside: number;
  /** The call that made it. */
  readonly call: BegunCall;
}

/** A task as an strace recording shows it. */
export class Tracee {
  /** Its pid; 0 while the recording has not told. */
  pid: number;
  /** Its process; itself unless it is a thread. */
  tgid: number;
  /** The call that it has begun, if that matters here. */
  begun: BegunCall | null = null;
  /** The child of its clone call, known before the call has returned. */
  made: Tracee | null = null;
  /** The end that its exit_group call announced. It is told when it happens. */
  announced: AnnouncedEnd | null = null;
  /** Whether its end has been told. */
  ended = false;
  /** Whether no more lines of it are to come. A leader may end long before. */
  gone = false;
  /** The thread that superseded it by execve, until that execve returns. */
  supersededBy: number | null = null;
  /** Whether it is not yet known who made it. */
  parked = false;
  /** Events that wait until it is known who made it, or its maker; null once it is. */
  queue: RecordedEvent[] | null = null;
  /** The pid namespace of its calls, where it differs from the recorder's. */
  namespace: ForeignNamespace | null = null;
  /** Whether its children begin a new pid namespace. */
  unshared = false;

  /**
   * Makes the state of a task of which nothing else is known yet.
   *
   * @param pid Its pid.
   * @param tgid Its process.
   */
  constructor(pid: number, tgid: number) {
    this.pid = pid;
    this.tgid = tgid;
  }
}
