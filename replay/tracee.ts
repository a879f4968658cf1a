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

/** The end that a call of exit or exit_group announces. */
export interface AnnouncedEnd {
  /** The wait status. */
  readonly status: number;
  /** When. */
  readonly time: number;
  /** The line. */
  readonly line: number;
}

/** A pid namespace other than that of the pid column. */
export class ForeignNamespace {
  /** The least difference between a pid outside and the pid inside. It never falls: pids grow on both sides. */
  base: number;
  /** The children of which no line has been seen. Only their creator has named them, by the pid inside. */
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
   * @param mayLag Whether the oldest child with a smaller pid will do. Pids that nobody saw may lie between.
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

/** A child of which only the pid inside of its namespace is known. */
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
  /** Its process. A task that is no thread is its own process. */
  tgid: number;
  /** The call that it has begun, if a replay follows that call. */
  begun: BegunCall | null = null;
  /** The child that was bound to its clone call before the call returned. */
  child: Tracee | null = null;
  /** The end that its exit_group call announced. It is told when strace prints it. */
  announced: AnnouncedEnd | null = null;
  /** Whether its end has been told. */
  ended = false;
  /** Whether strace prints no more lines of it. A leader may end long before that. */
  gone = false;
  /** The thread that superseded it by execve, until that execve returns. */
  supersededBy: number | null = null;
  /** Whether it waits for its maker. */
  parked = false;
  /** The events that wait. A child shares the queue of a maker that waits. Null once events go out at once. */
  queue: RecordedEvent[] | null = null;
  /** The pid namespace of its calls. Null for that of the recorder. */
  namespace: ForeignNamespace | null = null;
  /** Whether its children begin a new pid namespace. */
  unshared = false;

  /**
   * Makes a task of which only the pid and the process are known.
   *
   * @param pid Its pid.
   * @param tgid Its process.
   */
  constructor(pid: number, tgid: number) {
    this.pid = pid;
    this.tgid = tgid;
  }
}
