import { afterDigits, afterSpaces, COLON, DOT, isDigit, nanosecondsAt, numberAt } from "./text.ts";
import type { RecordingClock } from "./event.ts";

/** Half a day, in seconds: a time of day that goes back by more means that it was midnight. */
const HALF_DAY = 43_200;
/** Seconds below this are no time since 1970 but one since the last line. */
const EARLIEST_EPOCH = 100_000_000;

/** What an strace line begins with: the pid column, the time, and other columns that do not matter here. */
export class StraceHead {
  /** The pid of the line, or -1 when it has none. */
  pid = -1;
  /** The comm beside the pid, or null. */
  comm: string | null = null;
  /** Where the call begins. */
  at = 0;
  /** The time, in nanoseconds since the origin. */
  time = 0;
  /** How far the clock went back on this line, in nanoseconds; 0 when it did not. */
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

  /** Reads the head of a line. */
  parse(line: string): void {
    this.pid = -1;
    this.comm = null;
    this.wentBack = 0;
    let at = this.#parsePid(line, afterSpaces(line, 0));
    at = this.#parseTime(line, afterSpaces(line, at));
    at = afterSpaces(line, at);
    // The columns of -i and -n.
    while (line.charCodeAt(at) === 91) {
      const end = line.indexOf("]", at);
      if (end < 0) break;
      at = afterSpaces(line, end + 1);
    }
    this.at = at;
  }

  #parsePid(line: string, at: number): number {
    if (line.startsWith("[pid ", at)) {
      const digits = afterSpaces(line, at + 5);
      this.pid = numberAt(line, digits);
      this.bracketed = true;
      const end = this.#parseComm(line, afterDigits(line, digits));
      return line.charCodeAt(end) === 93 ? end + 1 : end;
    }
    if (!isDigit(line.charCodeAt(at))) return at;
    const end = afterDigits(line, at);
    const next = line.charCodeAt(end);
    // Digits that go on are a time of day or a number of seconds.
    if (next === COLON || next === DOT) return at;
    this.pid = numberAt(line, at);
    return this.#parseComm(line, end);
  }

  #parseComm(line: string, at: number): number {
    if (line.charCodeAt(at) !== 60) return at;
    const end = line.indexOf(">", at);
    if (end < 0) return at;
    this.comm = line.slice(at + 1, end);
    return end + 1;
  }

  #parseTime(line: string, at: number): number {
    if (!isDigit(line.charCodeAt(at))) return at;
    let end = afterDigits(line, at);
    const first = numberAt(line, at);
    let seconds = first;
    const next = line.charCodeAt(end);
    const isDay = next === COLON;
    if (isDay) {
      seconds = first * 3600 + numberAt(line, end + 1) * 60 + numberAt(line, end + 4);
      end += 6;
    } else if (next !== DOT) {
      return at;
    }
    if (Number.isNaN(seconds)) return at;
    let nanoseconds = 0;
    if (line.charCodeAt(end) === DOT) {
      const start = end + 1;
      end = afterDigits(line, start);
      nanoseconds = nanosecondsAt(line, start, end);
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
