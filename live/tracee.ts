/** A task that is traced. */
export class Tracee {
  /** Its pid. A thread that calls exec gets that of its leader. */
  tid: number;
  /** Its process. */
  tgid: number;
  /** The task that made it, as it was called then; null when that is not known. */
  creatorTid: number | null = null;
  /** The parent of its process when it turned up before its creator told of it; else null. */
  bornOf: number | null = null;
  /** Whether the listener has been told of its birth. */
  isTold = false;
  /** Whether its next child may have another parent or process than its event says: the filter stopped the clone. */
  clonesOddly = false;
  /** Whether it stands in its birth stop, and waits until its birth is told. */
  isHeld = false;
  /** Whether its birth stop was a group stop, which SIGCONT ends. */
  isGroupStopped = false;
  /** Of a leader: whether its process has had other threads. */
  isThreaded = false;
  /** Whether its birth stop has been seen. */
  hasStopped = false;
  /** Whether a module refused its birth: it is being ended, and nothing else of it is told. */
  isRefused = false;
  /** Whether the listener has been told of its end. */
  isEndTold = false;
  /** The status that its exit stop gave, or null while it lives. */
  exitStatus: number | null = null;
  /** The call whose exit is awaited, or null. */
  call: PendingCall | null = null;
  /** The files that it was permitted to run by its last exec: another thread may have changed what it runs since. */
  permitted: readonly string[] = [];
  /** A signal that came at a bad time, to be handed on when it goes on; or 0. */
  keptSignal = 0;

  constructor(tid: number, tgid: number) {
    this.tid = tid;
    this.tgid = tgid;
  }

  /** Whether it leads its process. */
  get isLeader(): boolean {
    return this.tid === this.tgid;
  }
}

/** A call that the filter stopped, and whose result is wanted. */
export interface PendingCall {
  /** Its number on this machine. */
  readonly number: number;
  /** Its arguments. */
  readonly args: readonly bigint[];
}

/** How a task came into being. */
export interface Birth {
  /** The task that made it; null when that was not seen. */
  readonly creator: Tracee | null;
  /** The parent of its process. */
  readonly parent: number;
  /** Whether its creator sleeps until it runs another program or ends. */
  readonly vfork: boolean;
}
