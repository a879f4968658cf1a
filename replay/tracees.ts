import { CLONE_PARENT, CLONE_THREAD } from "../kernel/fork.ts";
import { CLONE_NEWPID, type EventSink, type RecordedEvent } from "./event.ts";
import type { ParserOptions } from "./parser.ts";
import { cloneFlags, isClone, type Returned } from "./strace_call.ts";
import type { StraceHead } from "./strace_head.ts";
import { type BegunCall, ForeignNamespace, type PendingChild, Tracee } from "./tracee.ts";
import type { Warnings } from "./warning.ts";

/** How many events wait at most for the recording to tell the pid of its first process. */
const MOST_WAITING = 256;

/**
 * The tasks of an strace recording. The class finds the task of a line and the maker of a task. It holds events back
 * until both are known. StraceParser reads what the lines say.
 *
 * | state      | fields                          | what happens to its events   | ends when                           |
 * | ---------- | ------------------------------- | ---------------------------- | ----------------------------------- |
 * | unnumbered | `pid` is 0, `queue` of its own  | they wait for its pid        | a line tells the pid, or many wait  |
 * | parked     | `parked`, `queue` of its own    | they wait for its maker      | a clone call returns, or none is on |
 * | waiting    | `queue` is that of its maker    | they wait with its maker     | its maker's events go out           |
 * | traced     | `queue` is null                 | they go out at once          | its exit is told                    |
 * | ended      | `ended`                         | a leader may still call exec | strace prints its last line         |
 * | gone       | `gone`                          | none come                    | its queue is null: it is forgotten  |
 */
export class Tracees {
  readonly #sink: EventSink;
  readonly #warnings: Warnings;
  /** The head of the line in work. */
  readonly #head: StraceHead;
  readonly #byPid = new Map<number, Tracee>();
  /** The process of the lines without a pid. */
  #main: Tracee | null = null;
  /** The tasks whose clone call has begun and has not returned. */
  readonly #cloning = new Set<Tracee>();
  /** How many tracees are parked. */
  #parked = 0;
  readonly #ownPid: number;
  /** Whether the pid of the first process is known. */
  #isMainNumbered = false;
  /** Whether any task has been seen. */
  #hasTasks = false;
  /** Whether a task appeared that nobody made. strace was then attached to running tasks. */
  #isIncomplete = false;
  /** Whether any tracee waits in the queue of its maker. */
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

  /** The tasks of which more lines may come. */
  get present(): Iterable<Tracee> {
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

  /** The task of a line about an end. A leader may have ended before. */
  ending(): Tracee {
    return this.#byPid.get(this.#head.pid) ?? this.current();
  }

  /** Notes that the task of the line exists. The line itself says nothing that a replay follows. */
  notice(): void {
    const { pid } = this.#head;
    if (pid < 0 || !this.#byPid.has(pid)) this.current();
  }

  /** Tells the comm of a task that nobody made. The comm stands beside its pid. */
  #name(tracee: Tracee, comm: string): void {
    if (tracee.queue !== null) return;
    const { pid } = tracee;
    this.tell(tracee, { type: "found", ...this.#head.place, pid, tgid: null, parent: null, comm });
  }

  #unnumbered(): Tracee {
    if (this.#main === null) return this.#main = this.#firstUnnumbered();
    const main = this.#main;
    if (!this.#head.bracketed) return main;
    // On a terminal strace leaves out the pid of a task that is alone.
    let alone: Tracee | null = null;
    for (const tracee of this.#byPid.values()) {
      if (tracee.ended) continue;
      if (alone !== null) return main;
      alone = tracee;
    }
    return alone ?? main;
  }

  #firstUnnumbered(): Tracee {
    const main = this.#add(this.#ownPid);
    this.#isMainNumbered = main.pid !== 0;
    if (!this.#isMainNumbered) main.queue = [];
    return main;
  }

  /** Adds the task of a pid that has not been seen, or whose last user has ended. */
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
    else if (this.#cloning.size > 0) this.#bindToClone(tracee);
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

  /** Gives the first process its pid. Events that wait get it too. */
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

  // Events, at once or later.

  /** Tells an event now, or puts it into the queue of its task. */
  tell(tracee: Tracee, event: RecordedEvent): void {
    const { queue } = tracee;
    if (queue === null) return this.#sink(event);
    queue.push(event);
    if (tracee === this.#main && queue.length > MOST_WAITING) {
      this.#isMainNumbered = true;
      this.#release(tracee);
    }
  }

  /** Tells the events of a queue. Other tasks that wait in it wait no longer. */
  #release(tracee: Tracee): void {
    const queue = tracee.queue!;
    if (this.#hasSharedQueues) this.#moveWaiting(queue, null);
    tracee.queue = null;
    for (const event of queue) this.#sink(event);
  }

  /** Moves every task of a queue to another queue, or to none. */
  #moveWaiting(queue: RecordedEvent[], target: RecordedEvent[] | null): void {
    for (const tracee of this.#byPid.values()) {
      if (tracee.queue === queue) tracee.queue = target;
    }
  }

  // Calls that make tasks.

  /** Notes a call that returns on another line. */
  begin(tracee: Tracee, call: BegunCall): void {
    if (isClone(call.name)) this.#cloning.add(tracee);
    tracee.begun = call;
    tracee.child = null;
  }

  /** Ends a call that has begun. Gives null when the task has begun no call of this name. */
  takeBegun(tracee: Tracee, name: string): BegunCall | null {
    const { begun } = tracee;
    const isSame = begun !== null && begun.name === name;
    tracee.begun = null;
    if (!isSame || isClone(name)) this.#cloning.delete(tracee);
    return isSame ? begun : null;
  }

  /** Adds a task that strace attaches to in the middle of a line. The call on that line made it. */
  attach(pid: number): void {
    if (!this.#byPid.has(pid)) this.#park(this.#add(pid));
  }

  /**
   * Binds a new task to the clone call that is under way. The maker is uncertain when several calls are under way, or
   * when births are missing. The task is then parked.
   */
  #bindToClone(child: Tracee): void {
    const [creator] = this.#cloning;
    const { begun } = creator;
    const isSure = this.#cloning.size === 1 && this.#parked === 0 && !this.#isIncomplete;
    if (!isSure || begun === null || creator.child !== null) return this.#park(child);
    creator.child = child;
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

  /** Ends a clone call. It may have made a child, have failed, or not return any more. */
  cloneReturned(creator: Tracee, call: BegunCall, returned: Returned | null): void {
    this.#bindReturned(creator, call, returned);
    this.#bindParked();
  }

  #bindReturned(creator: Tracee, call: BegunCall, returned: Returned | null): void {
    const { child: bound } = creator;
    creator.child = null;
    const value = returned?.value ?? null;
    if (bound !== null && (value === null || isReturned(creator, bound, returned!))) return;
    if (returned !== null && value === null && !returned.restarts) {
      return this.#orphanClone(creator, call);
    }
    if (value === null || value < 0) return;
    const pid = returned!.translated ?? value;
    const isInside = returned!.translated === null && creator.namespace !== null;
    const child = isInside ? this.#insideChild(creator, pid, call) : this.#childWithPid(pid);
    if (child !== null) this.#born(creator, child, call);
  }

  /** The parked task with a pid, or a new one. */
  #childWithPid(pid: number): Tracee {
    const tracee = this.#byPid.get(pid);
    return tracee !== undefined && tracee.parked ? this.#unpark(tracee) : this.#add(pid);
  }

  /** Gives up the clone call of a task that ends during it. The call does not return any more. */
  abandonCall(tracee: Tracee): void {
    const { begun } = tracee;
    if (begun === null || !isClone(begun.name)) return;
    tracee.begun = null;
    this.#cloning.delete(tracee);
    this.#orphanClone(tracee, begun);
    this.#bindParked();
  }

  /**
   * Binds the child of a task that was killed during clone. A single parked task is that child if no other call is
   * under way.
   */
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
      // With CLONE_PARENT the parent is that of the creator. The model knows it better.
      parent: thread || (bits & CLONE_PARENT) !== 0 ? null : creator.tgid,
      flags,
      comm: null,
    });
    this.#joinQueue(child, creator);
    if (child.gone) this.#forget(child);
  }

  /** Puts the events of a child behind its birth. Where the birth waits, they wait too. */
  #joinQueue(child: Tracee, creator: Tracee): void {
    const { queue } = creator;
    const parkedEvents = child.queue;
    if (queue === null) {
      if (parkedEvents !== null) this.#release(child);
      return;
    }
    this.#hasSharedQueues = true;
    child.queue = queue;
    if (parkedEvents === null) return;
    queue.push(...parkedEvents);
    this.#moveWaiting(parkedEvents, queue);
  }

  /** Binds every parked task once no clone call is under way. A namespace expects it, or it existed before. */
  #bindParked(): void {
    if (this.#cloning.size > 0 || this.#parked === 0) return;
    for (const child of [...this.#byPid.values()]) {
      if (!child.parked) continue;
      const pending = this.#pendingFor(child.pid);
      if (pending === null) this.#adopt(child);
      else this.#born(pending.creator, this.#unpark(child), pending.call);
    }
  }

  /** Takes a task that nobody made for one that existed before the recording. */
  #adopt(child: Tracee): void {
    this.#unpark(child);
    this.#isIncomplete = true;
    this.#warnNeverBorn(`pid ${child.pid} appears, and nobody made it`);
    this.#release(child);
    if (child.gone) this.#forget(child);
  }

  // Pid namespaces. Clone returns a pid of the caller's namespace. The pid column has the pid of the recorder's.

  /**
   * The parked child with a pid inside of a namespace. Null where no line of it was seen: its birth is then pending.
   */
  #insideChild(creator: Tracee, inside: number, call: BegunCall): Tracee | null {
    const namespace = creator.namespace!;
    const expected = inside + namespace.base;
    let nearest: Tracee | null = null;
    for (const child of this.#byPid.values()) {
      if (!child.parked || child.pid < expected) continue;
      if (nearest === null || child.pid < nearest.pid) nearest = child;
    }
    const isAlone = this.#cloning.size === 0 && namespace.pending.length === 0;
    if (nearest === null || (nearest.pid !== expected && !isAlone)) {
      namespace.pending.push({ creator, inside, call });
      return null;
    }
    namespace.base = nearest.pid - inside;
    return this.#unpark(nearest);
  }

  /** The pending child with a pid outside, or null when no namespace expects one. */
  #pendingFor(pid: number): PendingChild | null {
    if (!this.#hasNamespaces) return null;
    const visited = new Set<ForeignNamespace>();
    for (const { namespace } of this.#byPid.values()) {
      if (namespace === null || visited.has(namespace)) continue;
      visited.add(namespace);
      const child = namespace.takePending(pid, this.#cloning.size === 0);
      if (child !== null) return child;
    }
    return null;
  }

  // Ends.

  /** Notes that a task has no more lines. It is forgotten once no event of it waits. */
  leave(tracee: Tracee): void {
    tracee.gone = true;
    if (tracee.queue === null) this.#forget(tracee);
  }

  /** Moves the execve call of a thread to its leader. The thread takes over the pid of the leader. */
  supersede(leader: Tracee, threadPid: number): void {
    const thread = this.#byPid.get(threadPid);
    leader.begun = thread?.begun ?? null;
    if (thread !== undefined) this.#forget(thread);
  }

  #forget(tracee: Tracee): void {
    if (this.#byPid.get(tracee.pid) === tracee) this.#byPid.delete(tracee.pid);
  }

  /** Tells every event that still waits. The recording is over. */
  finish(): void {
    for (const child of [...this.#byPid.values()]) {
      if (child.parked) this.#adopt(child);
    }
    if (this.#main?.queue) this.#release(this.#main);
  }
}

/** Whether a clone call returned the child that was bound to it. */
function isReturned(
  { namespace }: Tracee,
  bound: Tracee,
  { value, translated }: Returned,
): boolean {
  if (translated !== null || namespace === null) return (translated ?? value) === bound.pid;
  if (value! <= 0) return false;
  namespace.base = Math.max(namespace.base, bound.pid - value!);
  return true;
}

/** Puts the pid in the place of 0, which stands for the unknown pid. */
function renumber(event: RecordedEvent, pid: number): RecordedEvent {
  const fields: Record<string, unknown> = { ...event };
  for (const key of ["pid", "tgid", "creator", "creatorTgid", "parent", "oldPid"]) {
    if (fields[key] === 0) fields[key] = pid;
  }
  return fields as unknown as RecordedEvent;
}
