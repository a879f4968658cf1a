import type { RecordedEvent, RecordingClock } from "./event.ts";
import { EVENTS_FORMAT, EVENTS_VERSION } from "./events_reader.ts";
import type { RecordKind } from "./record_kinds.ts";

/** The header of an event recording. */
export interface EventsHeader {
  /** The clock of the times. Monotonic by default. */
  readonly clock?: RecordingClock["kind"];
  /** Whether it shows everything that happened on the machine, so that gaps in `seq` mean lost events. */
  readonly complete?: boolean;
  /** The command that was recorded. */
  readonly command?: readonly string[];
}

/**
 * The first line of an event recording of version 1.
 *
 * @param header What it says.
 * @returns The line, with its end.
 * @example
 * ```ts
 * import { eventsHeader } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   eventsHeader(),
 *   '{"format":"pnotify-events","version":1,"clock":"monotonic"}\n',
 * );
 * ```
 */
export function eventsHeader(header: EventsHeader = {}): string {
  const { clock = "monotonic", complete, command } = header;
  const fields = { format: EVENTS_FORMAT, version: EVENTS_VERSION, clock, complete, command };
  return `${JSON.stringify(fields)}\n`;
}

/**
 * One event as a line of an event recording of version 1.
 *
 * @param event The event.
 * @param origin What time 0 of the event is, in nanoseconds: {@linkcode RecordingClock.origin}.
 * @returns The line, with its end.
 * @example
 * ```ts
 * import { formatEvent } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   formatEvent({ type: "rename", time: 5, line: 1, pid: 7, comm: "sh" }, 2_000_000_000),
 *   '{"t":2000000005,"ev":"comm","pid":7,"comm":"sh"}\n',
 * );
 * ```
 */
export function formatEvent(event: RecordedEvent, origin = 0): string {
  const fields = JSON.stringify(fieldsOf(event));
  return `{"t":${formatTime(origin, event.time)},${fields.slice(1)}\n`;
}

/** Adds in two parts. The sum may have more digits than a number can hold. */
function formatTime(origin: number, time: number): string {
  const whole = Math.floor(time / 1e9);
  const seconds = Math.floor(origin / 1e9) + whole;
  const nanoseconds = Math.round(time - whole * 1e9);
  return seconds === 0 ? String(nanoseconds) : `${seconds}${String(nanoseconds).padStart(9, "0")}`;
}

/** The members of a record. */
interface EventRecord extends Readonly<Record<string, unknown>> {
  readonly ev: RecordKind;
}

function fieldsOf(event: RecordedEvent): EventRecord {
  switch (event.type) {
    case "fork": {
      const { pid, thread, creator, creatorTgid: ctgid, parent, flags, comm } = event;
      const tgid = event.tgid ?? pid;
      const unsure = thread === null ? { thread: null } : {};
      return present({ ev: "fork", pid, tgid, creator, ctgid, ptgid: parent, flags, comm }, unsure);
    }
    case "exec": {
      const { pid, oldPid: oldpid, path, comm, cwd = null } = event;
      const argv = event.argv === null ? null : shortened(event.argv);
      return present({ ev: "exec", pid, oldpid, path, argv, comm, cwd });
    }
    case "exit": {
      const { pid, tgid, status, parent: ptgid, groupDead: dead } = event;
      return present({ ev: "exit", pid, tgid, status, ptgid, dead });
    }
    case "exit-call": {
      const { pid, tgid, code: to, group } = event;
      return present({ ev: "exit-call", pid, tgid, to, group });
    }
    case "rename":
      return { ev: "comm", pid: event.pid, comm: event.comm };
    case "session":
      return { ev: "sid", pid: event.pid, tgid: event.pid };
    case "group":
      return { ev: "pgid", pid: event.pid, id: event.id };
    case "credentials":
      return event.uid !== null
        ? { ev: "uid", pid: event.pid, r: event.uid }
        : { ev: "gid", pid: event.pid, r: event.gid };
    case "found": {
      const { pid, tgid, parent: ptgid, comm } = event;
      const { uid = null, gid = null, group: pgid = null, session: sid = null } = event;
      return present({ ev: "found", pid, tgid, ptgid, comm, uid, gid, pgid, sid });
    }
    case "refused": {
      const { call, pid, tgid, creator, errno, path } = event;
      return present({ ev: "refused", pid, tgid, call, creator, errno, path });
    }
    case "kill":
      return { ev: "kill", pid: event.pid, target: event.target, signal: event.signal };
    case "wait":
      return { ev: "wait", pid: event.pid, child: event.child };
    case "usage":
      return { ev: "usage", pid: event.pid, ...event.resources };
    case "signal":
      return { ev: "signal", pid: event.pid, signal: event.signal };
    case "subreaper":
      return { ev: "subreaper", pid: event.pid, on: event.on };
    case "lost":
      return present({ ev: "lost", count: event.count });
    case "exec-failed":
    case "namespace":
      return { ev: event.type, pid: event.pid };
  }
}

/** So many characters of a command line are written. A line with all of it might be longer than a reader takes. */
const MOST_CHARACTERS = 1 << 16;

/** The beginning of a command line, with three dots where it is cut. */
function shortened(argv: readonly string[]): readonly string[] {
  let room = MOST_CHARACTERS;
  for (let i = 0; i < argv.length; i++) {
    // An empty argument takes room as well.
    room -= argv[i].length + 1;
    if (room < 0) {
      return [...argv.slice(0, i), `${argv[i].slice(0, Math.max(0, room + argv[i].length))}...`];
    }
  }
  return argv;
}

/** Leaves out the members that are unknown. */
function present(
  fields: EventRecord,
  extra: Readonly<Record<string, unknown>> = {},
): EventRecord {
  const told: Record<string, unknown> & EventRecord = { ev: fields.ev };
  for (const key in fields) if (fields[key] !== null) told[key] = fields[key];
  return Object.assign(told, extra);
}
