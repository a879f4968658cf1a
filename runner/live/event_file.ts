import type { ErrnoName } from "../../kernel/errno.ts";
import {
  type EventsHeader,
  eventsHeader,
  formatEvent,
  type RecordedEvent,
} from "../../replay/mod.ts";

/** So many characters are kept back before they are written. */
const BUFFER_LENGTH = 1 << 16;

/**
 * A file of events that `pnotify replay` reads. When it cannot be written any further, as on a full disk, the command goes
 * on without it.
 */
export class EventFile {
  /** Why it could not be written any further, or null. */
  problem: string | null = null;
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();
  #buffer: string;
  #isOpen = true;

  /**
   * Creates the file.
   *
   * @param path Its path.
   * @param command The command that is recorded.
   */
  constructor(path: string, command: readonly string[]) {
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
    const header: EventsHeader = { clock: "monotonic", command };
    this.#buffer = eventsHeader(header);
  }

  /**
   * Writes an event. A refused one has not happened: it is written as such.
   *
   * @param event The event.
   * @param refusal The errno with which it was refused, or null.
   * @param origin Time 0 of the events, in nanoseconds of CLOCK_MONOTONIC.
   */
  write(event: RecordedEvent, refusal: ErrnoName | null, origin: number): void {
    if (this.problem !== null) return;
    this.#buffer += formatEvent(refusal === null ? event : refusedForm(event, refusal), origin);
    if (this.#buffer.length >= BUFFER_LENGTH) this.#flush();
  }

  #flush(): void {
    let bytes = this.#encoder.encode(this.#buffer);
    this.#buffer = "";
    try {
      while (bytes.length > 0) bytes = bytes.subarray(this.#file.writeSync(bytes));
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Writes what was kept back, and closes the file. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.problem === null) this.#flush();
    this.#file.close();
  }
}

/** A fork or an exec that was refused. Nothing else can be. */
function refusedForm(event: RecordedEvent, errno: ErrnoName): RecordedEvent {
  const { time, line } = event;
  if (event.type === "fork") {
    const { pid, tgid, creator } = event;
    const refused = { call: "fork", pid, tgid: tgid ?? pid, creator, errno, path: null } as const;
    return { type: "refused", time, line, ...refused };
  }
  if (event.type !== "exec") return event;
  const { pid, path } = event;
  return { type: "refused", time, line, call: "exec", pid, tgid: pid, creator: null, errno, path };
}
