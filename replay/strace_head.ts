import type { RecordingClock } from "./event.ts";
import {
  afterDigits,
  afterSpaces,
  CLOSE_BRACKET,
  COLON,
  DOT,
  isDigit,
  LESS_THAN,
  nanosecondsAt,
  numberAt,
  OPEN_BRACKET,
} from "./text.ts";

/** Half a day, in seconds. A time of day that goes back by more has passed midnight. */
const HALF_DAY = 43_200;
/** Fewer seconds than this are a time since the last line, not since 1970. */
const EARLIEST_EPOCH = 100_000_000;

/** What an strace line begins with: the pid column, the time, and other columns that do not matter here. */
export class StraceHead {
  /** The pid of the line, or -1 when it has none. */
  pid = -1;
  /** The number of the line, from 1. The caller sets it. */
  line = 0;
  /** The comm beside the pid, or null. */
  comm: string | null = null;
  /** Where the call begins. */
  callStart = 0;
  /** The time, in nanoseconds since the origin. */
  time = 0;
  /** How far the clock went back on this line, in nanoseconds. 0 when it did not. */
  wentBack = 0;
  /** Whether lines name their pid as `[pid 123]`, as strace does on a terminal. */
  bracketed = false;
  #kind: RecordingClock["kind"] | null = null;
  #originSeconds = 0;
  #days = 0;
  #lastSeconds = -1;

  /** How the times are to be read. */
  get clock(): RecordingClock {
    return { origin: this.#originSeconds * 1e9, kind: this.#kind ?? "none" };
  }

  /** When and on which line it is. */
  get place(): { time: number; line: number } {
    return { time: this.time, line: this.line };
  }

  /** Reads the head of a line. */
  parse(line: string): void {
    this.pid = -1;
    this.comm = null;
    this.wentBack = 0;
    let offset = this.#parsePid(line, afterSpaces(line, 0));
    offset = this.#parseTime(line, afterSpaces(line, offset));
    offset = afterSpaces(line, offset);
    // The columns of -i and -n.
    while (line.charCodeAt(offset) === OPEN_BRACKET) {
      const end = line.indexOf("]", offset);
      if (end < 0) break;
      offset = afterSpaces(line, end + 1);
    }
    this.callStart = offset;
  }

  #parsePid(line: string, start: number): number {
    if (line.startsWith("[pid ", start)) {
      const digits = afterSpaces(line, start + 5);
      this.pid = numberAt(line, digits);
      this.bracketed = true;
      const end = this.#parseComm(line, afterDigits(line, digits));
      return line.charCodeAt(end) === CLOSE_BRACKET ? end + 1 : end;
    }
    if (!isDigit(line.charCodeAt(start))) return start;
    const end = afterDigits(line, start);
    const next = line.charCodeAt(end);
    // Digits before a colon or a dot are a time.
    if (next === COLON || next === DOT) return start;
    this.pid = numberAt(line, start);
    return this.#parseComm(line, end);
  }

  #parseComm(line: string, start: number): number {
    if (line.charCodeAt(start) !== LESS_THAN) return start;
    const end = line.indexOf(">", start);
    if (end < 0) return start;
    this.comm = line.slice(start + 1, end);
    return end + 1;
  }

  #parseTime(line: string, start: number): number {
    if (!isDigit(line.charCodeAt(start))) return start;
    let end = afterDigits(line, start);
    const first = numberAt(line, start);
    let seconds = first;
    const next = line.charCodeAt(end);
    const isDay = next === COLON;
    if (isDay) {
      seconds = first * 3600 + numberAt(line, end + 1) * 60 + numberAt(line, end + 4);
      end += 6;
    } else if (next !== DOT) {
      return start;
    }
    if (Number.isNaN(seconds)) return start;
    let nanoseconds = 0;
    if (line.charCodeAt(end) === DOT) {
      const fraction = end + 1;
      end = afterDigits(line, fraction);
      nanoseconds = nanosecondsAt(line, fraction, end);
    }
    this.#set(seconds, nanoseconds, isDay);
    return end;
  }

  #set(seconds: number, nanoseconds: number, isDay: boolean): void {
    if (this.#kind === null) {
      this.#kind = isDay ? "day" : seconds < EARLIEST_EPOCH ? "relative" : "epoch";
      this.#originSeconds = this.#kind === "relative" ? 0 : seconds;
    }
    if (this.#kind === "relative") {
      this.time += seconds * 1e9 + nanoseconds;
      return;
    }
    if (this.#kind === "day") {
      if (seconds < this.#lastSeconds - HALF_DAY) this.#days++;
      this.#lastSeconds = seconds;
      seconds += this.#days * 2 * HALF_DAY;
    }
    const time = (seconds - this.#originSeconds) * 1e9 + nanoseconds;
    if (time < this.time) this.wentBack = this.time - time;
    this.time = time;
  }
}
