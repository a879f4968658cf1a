/** A key, or a keyring, which is a key with links to others (struct key). */
export class Key {
  /** The serial number. */
  readonly serial: number;
  /** The type. */
  readonly type: "user" | "keyring";
  /** The name. */
  readonly description: string;
  /** The owner. */
  readonly uid: number;
  /** The secret. */
  payload: string;
  /** The keys in a keyring, oldest link first. */
  readonly links: Key[] = [];
  /** The number of links and tasks that have it. At 0 it is removed. */
  usage = 0;
  /** Whether it is useless. */
  revoked = false;

  constructor(
    serial: number,
    from: { type: "user" | "keyring"; description: string; uid: number; payload: string },
  ) {
    this.serial = serial;
    this.type = from.type;
    this.description = from.description;
    this.uid = from.uid;
    this.payload = from.payload;
  }

  /** This key and all that its links lead to, each once. */
  everything(seen: Set<Key> = new Set()): Set<Key> {
    if (seen.has(this)) return seen;
    seen.add(this);
    for (const link of this.links) link.everything(seen);
    return seen;
  }

  /** Whether links lead from this key to the target. A key reaches itself. */
  reaches(target: Key): boolean {
    return this.everything().has(target);
  }
}

/** The keyrings that all threads of a process share (in Linux, a part of signal_struct). */
export interface ProcessKeys {
  /** The process keyring, or null. */
  process: Key | null;
  /** The session keyring, or null. */
  session: Key | null;
}

/** The data of a task. */
export interface TaskKeys {
  /** The thread keyring, or null. */
  thread: Key | null;
  /** The keyrings of its process. */
  readonly shared: ProcessKeys;
}
