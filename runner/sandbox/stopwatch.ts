import { cpuMs } from "./watchdog.ts";

/** Milliseconds over which CPU time and the wall clock are compared. */
const WINDOW_MS = 200;
/** The part of a window below which the process wanted no CPU: it waits, and is not kept waiting. */
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
 * Counts the time that this process works or waits, and leaves out what other processes take of the CPU: nothing is blamed
 * on a module because the machine is busy. It never counts more than the wall clock does.
 */
export class Stopwatch {
  readonly #clocks: Clocks;
  #wall = 0;
  #cpu = 0;
  /** Of the windows that are over. */
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

  /** Milliseconds counted so far. It has to be called several times a window. */
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
