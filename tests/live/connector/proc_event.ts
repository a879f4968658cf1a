/** Where `struct proc_event` begins: behind `struct nlmsghdr` and `struct cn_msg`. */
const EVENT = 36;
const SEQUENCE = 24;
const ACKNOWLEDGED = 28;
const CPU = EVENT + 4;
const TIMESTAMP = EVENT + 8;
const DATA = EVENT + 16;
const COMM_LENGTH = 16;
const WORD = 4;

/** The kinds of events, by `what`. */
const KINDS: ReadonlyMap<number, string> = new Map([
  [0x00000000, "ack"],
  [0x00000001, "fork"],
  [0x00000002, "exec"],
  [0x00000004, "uid"],
  [0x00000040, "gid"],
  [0x00000080, "sid"],
  [0x00000100, "ptrace"],
  [0x00000200, "comm"],
  [0x40000000, "coredump"],
  [0x80000000, "exit"],
]);

/** The members of each kind's data, one word each. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  fork: ["ppid", "ptgid", "pid", "tgid"],
  exec: ["pid", "tgid"],
  uid: ["pid", "tgid", "r", "e"],
  gid: ["pid", "tgid", "r", "e"],
  sid: ["pid", "tgid"],
  ptrace: ["pid", "tgid", "tracer", "tracertgid"],
  comm: ["pid", "tgid"],
  coredump: ["pid", "tgid", "ppid", "ptgid"],
  exit: ["pid", "tgid", "status", "exitsig", "ppid", "ptgid"],
  ack: ["error"],
};

/** A message of the process connector, in the form of an event recording of version 0. */
export interface ConnectorRecord {
  /** When, in nanoseconds of CLOCK_MONOTONIC. A number has too few bits for a machine that is up for a hundred days. */
  readonly t: bigint;
  /** The CPU on which it happened. */
  readonly cpu: number;
  /** Its number among the messages of that CPU. */
  readonly seq: number;
  /** What happened. */
  readonly ev: string;
  /** What it acknowledges: the `ack` of the request, and one more. */
  readonly ack: number;
  /** The members of its kind. */
  readonly members: Readonly<Record<string, number | string>>;
}

/**
 * Reads one message.
 *
 * @param view The message, from its `struct nlmsghdr` on.
 * @returns What it says; null when it is none of the process connector.
 */
export function parseMessage(view: DataView): ConnectorRecord | null {
  if (view.byteLength < DATA + WORD) return null;
  const what = view.getUint32(EVENT, true);
  const ev = KINDS.get(what);
  if (ev === undefined) return null;
  const members: Record<string, number | string> = {};
  let offset = DATA;
  for (const name of MEMBERS[ev]) {
    members[name] = view.getInt32(offset, true);
    offset += WORD;
  }
  if (ev === "comm") members.comm = commAt(view, offset);
  return {
    t: view.getBigUint64(TIMESTAMP, true),
    cpu: view.getUint32(CPU, true),
    seq: view.getUint32(SEQUENCE, true),
    ev,
    ack: view.getUint32(ACKNOWLEDGED, true),
    members,
  };
}

function commAt(view: DataView, offset: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, COMM_LENGTH);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? COMM_LENGTH : end));
}

/** A message as a line of an event recording, without its end. */
export function formatRecord({ t, cpu, seq, ev, members }: ConnectorRecord): string {
  const rest = JSON.stringify({ cpu, seq, ev, ...members });
  return `{"t":${t},${rest.slice(1)}`;
}
