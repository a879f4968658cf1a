import { EventsParser, type RecordedEvent, Warnings } from "../../../replay/mod.ts";

/** One end of a task. A leader has two where a thread of its process called exec: its own, and that of the new program. */
export interface TaskEnd {
  /** The wait status. */
  readonly status: number | null;
  /** Whether a measurement came right before it: then it was told at the exit stop. */
  readonly measured: boolean;
}

/** What a recording tells of one task. */
export interface TaskHistory {
  /** Its pid, and which one of that pid it is: `7`, then `7 (2)`. */
  readonly name: string;
  /** Its pid. */
  readonly pid: number;
  /** Its process. */
  readonly tgid: number;
  /** The parent of its process when it was born; null of the command itself. */
  readonly parent: number | null;
  /** How many programs it ran. */
  execs: number;
  /** Its ends. */
  readonly ends: TaskEnd[];
  /** The task that led its process when it was born: itself, unless it is a thread. */
  readonly leader: TaskHistory;
  /**
   * Of a leader: the statuses with which the tasks of its process ended, since its last exec. Where they differ, only its
   * parent knows which is that of the process: a thread may end by itself while exit_group ends the others.
   */
  readonly processStatuses: Set<number | null>;
}

/** The tasks of a recording, in order of birth, by name. */
export type Histories = ReadonlyMap<string, TaskHistory>;

/**
 * Reads an event recording.
 *
 * @throws {Error} When a line of it is not understood.
 */
export function readRecording(text: string): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  const warnings = new Warnings();
  const parser = new EventsParser({ sink: (event) => events.push(event), warnings });
  let number = 0;
  for (const line of text.split("\n")) parser.line(line, ++number);
  parser.end();
  const warning = warnings.kept.find(({ kind }) => kind === "not-understood");
  if (warning !== undefined) throw new Error(`line ${warning.line}: ${warning.text}`);
  return events;
}

class History implements TaskHistory {
  readonly name: string;
  readonly pid: number;
  readonly tgid: number;
  readonly parent: number | null;
  readonly leader: TaskHistory;
  readonly ends: TaskEnd[] = [];
  execs = 0;
  readonly processStatuses = new Set<number | null>();

  constructor(
    name: string,
    { pid, tgid, parent }: Pick<TaskHistory, "pid" | "tgid" | "parent">,
    leader: TaskHistory | undefined,
  ) {
    this.name = name;
    this.pid = pid;
    this.tgid = tgid;
    this.parent = parent;
    this.leader = leader ?? this;
  }
}

/** Follows the tasks of a recording by what it tells, one event after the other. Pids may be used again. */
class HistoryBook {
  readonly histories = new Map<string, TaskHistory>();
  /** The last task of each pid. */
  readonly current = new Map<number, TaskHistory>();
  readonly living = new Set<number>();
  readonly #uses = new Map<number, number>();
  readonly #measured = new Set<number>();

  born(pid: number, tgid: number, parent: number | null): void {
    const use = (this.#uses.get(pid) ?? 0) + 1;
    this.#uses.set(pid, use);
    const name = use === 1 ? String(pid) : `${pid} (${use})`;
    const leader = pid === tgid ? undefined : this.current.get(tgid);
    const history = new History(name, { pid, tgid, parent }, leader);
    this.histories.set(name, history);
    this.current.set(pid, history);
    this.living.add(pid);
  }

  take(event: RecordedEvent): void {
    switch (event.type) {
      case "exec": {
        const history = this.current.get(event.pid);
        if (history === undefined) return;
        history.execs++;
        history.processStatuses.clear();
        // The other threads are gone. That which called exec has no end of its own: it is called as the leader was.
        for (const pid of this.living) {
          if (this.current.get(pid)!.tgid === event.pid) this.living.delete(pid);
        }
        this.living.add(event.pid);
        return;
      }
      case "usage":
        return void this.#measured.add(event.pid);
      case "exit": {
        const { pid, status } = event;
        const history = this.current.get(pid);
        this.living.delete(pid);
        if (history === undefined) return;
        history.ends.push({ status, measured: this.#measured.delete(pid) });
        history.leader.processStatuses.add(status);
      }
    }
  }
}

/** The tasks of a recording of `pnotify live`. */
export function historiesOf(events: readonly RecordedEvent[]): Histories {
  const book = new HistoryBook();
  for (const event of events) {
    if (event.type === "found") book.born(event.pid, event.tgid ?? event.pid, null);
    else if (event.type === "fork") book.born(event.pid, event.tgid ?? event.pid, event.parent);
    else book.take(event);
  }
  return book.histories;
}

/** The tasks below a process, as the connector tells of them. */
export interface Descent {
  /** The tasks. */
  readonly histories: Histories;
  /** Whether all of them have ended. */
  readonly isOver: boolean;
}

/**
 * Finds a command and all below it among everything that the machine did.
 *
 * @param events What the connector said.
 * @param root The pid of the command.
 */
export function descentOf(events: readonly RecordedEvent[], root: number): Descent {
  const book = new HistoryBook();
  const start = events.findLastIndex((event) => event.type === "fork" && event.pid === root);
  const first = events[start];
  if (first?.type !== "fork") return { histories: book.histories, isOver: false };
  book.born(root, root, null);
  // A child that the command makes by CLONE_PARENT is one of the tracer: the tracer itself makes none.
  const tracer = first.parent;
  for (const event of events.slice(start + 1)) {
    if (event.type !== "fork") {
      book.take(event);
      continue;
    }
    const { pid, thread, parent } = event;
    const tgid = event.tgid ?? pid;
    const kin = book.current.get(thread ? tgid : parent ?? 0);
    if (kin !== undefined || (!thread && parent === tracer)) book.born(pid, tgid, parent);
    else book.current.delete(pid);
  }
  // The command begins as a shell that waits to be traced (live/waiting_shell.ts).
  book.histories.get(String(root))!.execs--;
  return { histories: book.histories, isOver: book.living.size === 0 };
}
