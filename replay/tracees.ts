import { CLONE_NEWPID, type EventSink, type RecordedEvent } from "./event.ts";
import type { ParserOptions } from "./parser.ts";
import { CLONE_PARENT, CLONE_THREAD, cloneFlags, isClone, type Returned } from "./strace_call.ts";
import type { StraceHead } from "./strace_head.ts";
import { type BegunCall, ForeignNamespace, type PendingChild, Tracee } from "./tracee.ts";
import type { Warnings } from "./warning.ts";

/** So many events are kept back at most until the recording tells the pid of its first process. */
const KEPT_BACK = 256;

/**
 * The tasks of an strace recording: who a line belongs to, who made whom, and which events must wait until that is
 * known. StraceParser reads what the lines say.
 */
export class Tracees {
  readonly #sink: EventSink;
  readonly #warnings: Warnings;
  /** The head of the line in work. */
  readonly #head: StraceHead;
  readonly #byPid = new Map<number, Tracee>();
  /** The process that lines without a pid belong to. */
  #main: Tracee | null = null;
  /** Tasks whose clone call has begun and not returned. */
  readonly #cloning = new Set<Tracee>();
  /** How many tracees wait for their maker. */
  #parked = 0;
  readonly #ownPid: number;
  /** Whether the pid of the first process is known. */
  #isMainNumbered = false;
  /** Whether any task has been seen. */
  #hasTasks = false;
  /** Whether a task appeared that nobody made: strace was attached to running tasks. */
  #isIncomplete = false;
  /** Whether several tracees share a queue: they wait for one that waits. */
  #hasSharedQueues = false;
  /** Whether any task is in a pid namespace of its own. */
  #hasNamespaces = false;

  /**
   * Begins without any task.
   *
   * @param head The head of the line in work. The caller parses each line into it.
   * @param options Where events and warnings go, and the pid of a recording without a pid column.
   */
  constructor(head: StraceHead, options: ParserOptions) {
    this.#head = head;
    this.#sink = options.sink;
    this.#warnings = options.warnings;
    this.#ownPid = options.pid ?? 0;
  }

  /** Every task of which more lines may come. */
  get all(): Iterable<Tracee> {
    return this.#byPid.values();
  }

  /** The task with a pid, or undefined. */
  get(pid: number): Tracee | undefined {
    return this.#byPid.get(pid);
  }

  // Who a line belongs to.

  /** The task of the line. */
  current(): Tracee {
    const { pid, comm } = this.#head;
    if (pid < 0) return this.#unnumbered();
    const earlier = this.#byPid.get(pid);
    const isUsable = earlier !== undefined && !(earlier.ended && earlier.queue === null);
    const tracee = isUsable ? earlier : this.#meet(pid);
    if (comm !== null && earlier === undefined) this.#name(tracee, comm);
    return tracee;
  }

  /** The task of a line about an end: a leader may have ended before. */
  ending(): Tracee {
    return this.#byPid.get(this.#head.pid) ?? this.current();
  }

  /** A call without a meaning here still shows that its task exists. */
  notice(): void {
    const { pid } = this.#head;
    if (pid < 0 || !this.#byPid.has(pid)) this.current();
  }

  /** A comm beside the pid of a task that nobody made: all that is known of it. */
  #name(tracee: Tracee, comm: string): void {
    if (tracee.queue !== null) return;
    const { pid } = tracee;
    this.tell(tracee, { type: "found", ...this.#head.place, pid, tgid: null, parent: null, comm });
  }

  #unnumbered(): Tracee {
    if (this.#main === null) return this.#main = this.#firstUnnumbered();
    const main = this.#main;
    if (!this.#head.bracketed) return main;
    // On a terminal strace leaves the pid out while there is only one task.
    let only: Tracee | null = null;
    for (const tracee of this.#byPid.values()) {
      if (tracee.ended) continue;
      if (only !== null) return main;
      only = tracee;
    }
    return only ?? main;
  }

  #firstUnnumbered(): Tracee {
    const main = this.#add(this.#ownPid);
    this.#isMainNumbered = main.pid !== 0;
    if (!this.#isMainNumbered) main.queue = [];
    return main;
  }

  /** A task that is not known, or whose pid has been used before. */
  #meet(pid: number): Tracee {
    const main = this.#main;
    if (main !== null && !this.#isMainNumbered && this.#cloning.size === 0) {
      this.#numberMain(main, pid);
      return main;
    }
    const predecessor = this.#byPid.get(pid);
    const tracee = this.#add(pid);
    const pending = this.#pendingFor(pid);
    if (pending !== null) this.#born(pending.creator, tracee, pending.call);
    else if (this.#cloning.size > 0) this.#expect(tracee);
    else if (predecessor !== undefined) {
      this.#warnNeverBorn(`pid ${pid} does something after its end`);
    } else if (this.#hasTasks) {
      this.#isIncomplete = true;
      this.#warnNeverBorn(`pid ${pid} appears, and nobody made it`);
    }
    this.#hasTasks = true;
    return tracee;
  }

  #add(pid: number): Tracee {
    const tracee = new Tracee(pid, pid);
    this.#byPid.set(pid, tracee);
    return tracee;
  }

  #warnNeverBorn(text: string): void {
    this.#warnings.add({ kind: "never-born", line: this.#head.line, text });
  }

  /** The first process has a number after all. */
  #numberMain(main: Tracee, pid: number): void {
    this.#isMainNumbered = true;
    this.#byPid.delete(main.pid);
    main.pid = main.tgid = pid;
    this.#byPid.set(pid, main);
    const queue = main.queue ?? [];
    main.queue = queue.map((event) => renumber(event, pid));
    for (const tracee of this.#byPid.values()) {
      if (tracee.queue === queue) tracee.queue = main.queue;
      if (tracee.tgid === 0) tracee.tgid = pid;
    }
    this.#release(main);
  }

  // Events, and those that wait.

  /** Tells an event, as soon as it is known who its task is. */
  tell(tracee: Tracee, event: RecordedEvent): void {
    const { queue } = tracee;
    if (queue === null) return this.#sink(event);
    queue.push(event);
    if (tracee === this.#main && queue.length > KEPT_BACK) {
      this.#isMainNumbered = true;
      this.#release(tracee);
    }
  }

  /** Hands on the events that waited, with those of all tasks in the same queue. */
  #release(tracee: Tracee): void {
    const queue = tracee.queue!;
    if (this.#hasSharedQueues) this.#moveWaiting(queue, null);
    tracee.queue = null;
    for (const event of queue) this.#sink(event);
  }

  /** Moves all tasks of one queue to another, or to none. */
  #moveWaiting(queue: RecordedEvent[], target: RecordedEvent[] | null): void {
    for (const tracee of this.#byPid.values()) {
      if (tracee.queue === queue) tracee.queue = target;
    }
  }

  // Calls that make tasks.

  /** A call has begun whose return is on another line. */
  begin(tracee: Tracee, call: BegunCall): void {
    if (isClone(call.name)) this.#cloning.add(tracee);
    tracee.begun = call;
    tracee.made = null;
  }

  /** A call returns. Returns how it began, or null when another call had begun or none. */
  takeBegun(tracee: Tracee, name: string): BegunCall | null {
    const { begun } = tracee;
    const isSame = begun !== null && begun.name === name;
    tracee.begun = null;
    if (!isSame || isClone(name)) this.#cloning.delete(tracee);
    return isSame ? begun : null;
  }

  /** strace attaches to a task in the middle of a line. The task is a child of the call on that line. */
  attach(pid: number): void {
    if (!this.#byPid.has(pid)) this.#park(this.#add(pid));
  }

  /** A new task appears during a clone call. It is the child of that call if there is only one, and every birth was seen. */
  #expect(child: Tracee): void {
    const [creator] = this.#cloning;
    const { begun } = creator;
    const isSure = this.#cloning.size === 1 && this.#parked === 0 && !this.#isIncomplete;
    if (!isSure || begun === null || creator.made !== null) return this.#park(child);
    creator.made = child;
    this.#born(creator, child, begun);
  }

  #park(tracee: Tracee): void {
    tracee.queue = [];
    tracee.parked = true;
    this.#parked++;
  }

  #unpark(child: Tracee): Tracee {
    child.parked = false;
    this.#parked--;
    return child;
  }

  /** A call of clone is over: with a child, without one, or with `?`. */
  cloneReturned(creator: Tracee, call: BegunCall, returned: Returned | null): void {
    this.#bindReturned(creator, call, returned);
    this.#bindParked();
  }

  #bindReturned(creator: Tracee, call: BegunCall, returned: Returned | null): void {
    const { made } = creator;
    creator.made = null;
    const value = returned?.value ?? null;
    if (made !== null && (value === null || isMade(creator, made, returned!))) return;
    if (returned !== null && value === null && !returned.restarts) {
      return this.#orphanClone(creator, call);
    }
    if (value === null || value < 0) return;
    const pid = returned!.translated ?? value;
    const isInside = returned!.translated === null && creator.namespace !== null;
    const child = isInside ? this.#insideChild(creator, pid, call) : this.#childWithPid(pid);
    if (child !== null) this.#born(creator, child, call);
  }

  /** The child with a pid: a parked task, or a new one. */
  #childWithPid(pid: number): Tracee {
    const met = this.#byPid.get(pid);
    return met !== undefined && met.parked ? this.#unpark(met) : this.#add(pid);
  }

  /** A task ends during a call. A clone call does not return any more. */
  abandonCall(tracee: Tracee): void {
    const { begun } = tracee;
    if (begun === null || !isClone(begun.name)) return;
    tracee.begun = null;
    this.#cloning.delete(tracee);
    this.#orphanClone(tracee, begun);
    this.#bindParked();
  }

  /** A task was killed during clone. A single parked child is its child if no other task can have made it. */
  #orphanClone(creator: Tracee, call: BegunCall): void {
    if (this.#parked !== 1 || this.#cloning.size > 0) return;
    for (const child of this.#byPid.values()) {
      if (child.parked) return this.#born(creator, this.#unpark(child), call);
    }
  }

  #born(creator: Tracee, child: Tracee, call: BegunCall): void {
    const flags = cloneFlags(call.name, call.args);
    const bits = flags ?? 0;
    const thread = (bits & CLONE_THREAD) !== 0;
    child.tgid = thread ? creator.tgid : child.pid;
    if ((bits & CLONE_NEWPID) !== 0 || creator.unshared) {
      child.namespace = new ForeignNamespace(child.pid - 1);
      this.#hasNamespaces = true;
    } else {
      child.namespace = creator.namespace;
    }
    this.tell(creator, {
      type: "fork",
      time: call.time,
      line: this.#head.line,
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
    this.#joinQueue(child, creator);
    if (child.gone) this.#forget(child);
  }

  /** The events of a child before its birth was known follow the birth. */
  #joinQueue(child: Tracee, creator: Tracee): void {
    const { queue } = creator;
    const old = child.queue;
    if (queue === null) {
      if (old !== null) this.#release(child);
      return;
    }
    this.#hasSharedQueues = true;
    child.queue = queue;
    if (old === null) return;
    queue.push(...old);
    this.#moveWaiting(old, queue);
  }

  /** Without a clone call under way, parked tasks have a pending birth in a namespace, or existed before. */
  #bindParked(): void {
    if (this.#cloning.size > 0 || this.#parked === 0) return;
    for (const child of [...this.#byPid.values()]) {
      if (!child.parked) continue;
      const pending = this.#pendingFor(child.pid);
      if (pending === null) this.#adopt(child);
      else this.#born(pending.creator, this.#unpark(child), pending.call);
    }
  }

  /** Nobody made it: it was there before. */
  #adopt(child: Tracee): void {
    this.#unpark(child);
    this.#isIncomplete = true;
    this.#warnNeverBorn(`pid ${child.pid} appears, and nobody made it`);
    this.#release(child);
    if (child.gone) this.#forget(child);
  }

  // Pid namespaces: clone returns a pid of the caller's namespace, and the pid column has the recorder's.

  /** The parked child that a pid inside stands for. Null when there is none yet; the pid then stays pending. */
  #insideChild(creator: Tracee, inside: number, call: BegunCall): Tracee | null {
    const namespace = creator.namespace!;
    const expected = inside + namespace.base;
    let best: Tracee | null = null;
    for (const child of this.#byPid.values()) {
      if (!child.parked || child.pid < expected) continue;
      if (best === null || child.pid < best.pid) best = child;
    }
    const isAlone = this.#cloning.size === 0 && namespace.pending.length === 0;
    if (best === null || (best.pid !== expected && !isAlone)) {
      namespace.pending.push({ creator, inside, call });
      return null;
    }
    namespace.base = best.pid - inside;
    return this.#unpark(best);
  }

  /** The child that a pid outside stands for, if any namespace expects one. */
  #pendingFor(pid: number): PendingChild | null {
    if (!this.#hasNamespaces) return null;
    const seen = new Set<ForeignNamespace>();
    for (const { namespace } of this.#byPid.values()) {
      if (namespace === null || seen.has(namespace)) continue;
      seen.add(namespace);
      const child = namespace.takePending(pid, this.#cloning.size === 0);
      if (child !== null) return child;
    }
    return null;
  }

  // Ends.

  /** A task has no more lines. It stays known while its events wait. */
  leave(tracee: Tracee): void {
    tracee.gone = true;
    if (tracee.queue === null) this.#forget(tracee);
  }

  /** A thread takes over the pid of its leader by execve. Its call goes on there. */
  supersede(leader: Tracee, threadPid: number): void {
    const thread = this.#byPid.get(threadPid);
    leader.begun = thread?.begun ?? null;
    if (thread !== undefined) this.#forget(thread);
  }

  #forget(tracee: Tracee): void {
    if (this.#byPid.get(tracee.pid) === tracee) this.#byPid.delete(tracee.pid);
  }

  /** The recording is over: hands on everything that waits. */
  finish(): void {
    for (const child of [...this.#byPid.values()]) {
      if (child.parked) this.#adopt(child);
    }
    if (this.#main?.queue) this.#release(this.#main);
  }
}

/** Whether a call returned the child that had been taken for its own. */
function isMade({ namespace }: Tracee, made: Tracee, { value, translated }: Returned): boolean {
  if (translated !== null || namespace === null) return (translated ?? value) === made.pid;
  if (value! <= 0) return false;
  namespace.base = Math.max(namespace.base, made.pid - value!);
  return true;
}

/** Replaces 0, the unknown pid, by the pid. */
function renumber(event: RecordedEvent, pid: number): RecordedEvent {
  const fields: Record<string, unknown> = { ...event };
  for (const key of ["pid", "tgid", "creator", "creatorTgid", "parent", "oldPid"]) {
    if (fields[key] === 0) fields[key] = pid;
  }
  return fields as unknown as RecordedEvent;
}
