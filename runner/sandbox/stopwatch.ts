import { cpuMs } from "./watchdog.ts";

/** Milliseconds over which CPU time and the wall clock are compared. */
const WINDOW_MS = 200;
/** The part of a window below which the process is taken to wait by itself. */
const IDLE_SHARE = 1 / 20;

/** What a stopwatch reads, in milliseconds. */
export interface Clocks {
  /** The wall clock. */
  readonly wall: () => number;
  /** The CPU time of this process. */
  readonly cpu: () => number;
}

const hostClocks: Clocks = { wall: () => performance.now(), cpu: cpuMs };

/**
 * Counts the time that this process works or waits. It leaves out the time in which other processes have the CPU. It
 * cannot tell a process that waits from one that gets less than a twentieth of a CPU, and counts the wall clock for both.
 * It never counts more than the wall clock does.
 */
export class Stopwatch {
  readonly #clocks: Clocks;
  #wall = 0;
  #cpu = 0;
  /** The time counted in past windows. */
  #countedMs = 0;

  /** Starts it. */
  constructor(clocks: Clocks = hostClocks) {
    this.#clocks = clocks;
    this.restart();
  }

  /** Begins at zero again. */
  restart(): void {
    this.#countedMs = 0;
    this.#beginWindow();
  }

  /** Milliseconds counted so far. Call it several times a window. */
  elapsedMs(): number {
    const wallMs = this.#clocks.wall() - this.#wall;
    const workedMs = Math.min(this.#clocks.cpu() - this.#cpu, wallMs);
    if (wallMs < WINDOW_MS) return this.#countedMs + workedMs;
    this.#countedMs += workedMs < wallMs * IDLE_SHARE ? wallMs : workedMs;
    this.#beginWindow();
    return this.#countedMs;
  }

  #beginWindow(): void {
    this.#wall = this.#clocks.wall();
    this.#cpu = this.#clocks.cpu();
  }
}
