/** A key, or a keyring: a key that holds others (struct key). */
export class Key {
  /** Its number. */
  readonly serial: number;
  /** What kind it is. */
  readonly type: "user" | "keyring";
  /** What it is called. */
  readonly description: string;
  /** Its owner. */
  readonly uid: number;
  /** What it holds: the secret. */
  payload: string;
  /** The keys in a keyring, oldest link first. */
  readonly links: Key[] = [];
  /** How many links and tasks have it; it is gone at 0. */
  usage = 0;
  /** Whether it may not be used any more. */
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

  /** Everything in this keyring and in those in it, itself first, each once: many paths may lead to one key. */
  everything(seen: Set<Key> = new Set()): Set<Key> {
    if (seen.has(this)) return seen;
    seen.add(this);
    for (const link of this.links) link.everything(seen);
    return seen;
  }

  /** Whether a key is this one, or in this keyring, or in one in it. */
  reaches(other: Key): boolean {
    return this.everything().has(other);
  }
}

/** What all threads of a process share (the part of signal_struct that keys use). */
export interface ProcessKeys {
  /** The process keyring, or null. */
  process: Key | null;
  /** The session keyring, or null. */
  session: Key | null;
}

/** What the module hangs on a task. */
export interface TaskKeys {
  /** The thread keyring, or null. */
  thread: Key | null;
  /** What its process has. */
  readonly shared: ProcessKeys;
}
