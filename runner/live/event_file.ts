import type { ErrnoName } from "../../kernel/errno.ts";
import {
  type EventsHeader,
  eventsHeader,
  formatEvent,
  type RecordedEvent,
} from "../../replay/mod.ts";

/** So many characters are kept back before they are written. */
const BUFFER_LENGTH = 1 << 16;

/** A file of events that `pnotify replay` reads. */
export class EventFile {
  readonly #file: Deno.FsFile;
  readonly #origin: number;
  readonly #encoder = new TextEncoder();
  #buffer: string;

  /**
   * Creates the file.
   *
   * @param path Its path.
   * @param command The command that is recorded.
   * @param origin The time of the first event, in nanoseconds of CLOCK_MONOTONIC.
   */
  constructor(path: string, command: readonly string[], origin: number) {
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
    this.#origin = origin;
    const header: EventsHeader = { clock: "monotonic", command };
    this.#buffer = eventsHeader(header);
  }

  /** Writes an event. A refused one has not happened: it is written as such. */
  write(event: RecordedEvent, refusal: ErrnoName | null): void {
    this.#buffer += formatEvent(
      refusal === null ? event : refusedForm(event, refusal),
      this.#origin,
    );
    if (this.#buffer.length >= BUFFER_LENGTH) this.#flush();
  }

  #flush(): void {
    let bytes = this.#encoder.encode(this.#buffer);
    while (bytes.length > 0) bytes = bytes.subarray(this.#file.writeSync(bytes));
    this.#buffer = "";
  }

  /** Writes what was kept back, and closes the file. */
  close(): void {
    this.#flush();
    this.#file.close();
  }
}

function refusedForm(event: RecordedEvent, errno: ErrnoName): RecordedEvent {
  if (event.type !== "fork") return event;
  const { time, line, pid, tgid, creator } = event;
  return {
    type: "refused",
    time,
    line,
    call: "fork",
    pid,
    tgid: tgid ?? pid,
    creator,
    errno,
    path: null,
  };
}
