/**
 * Stand-in for `@std/testing/time`: a clock and timers that move when they are told to.
 *
 * @module
 */

/** A misuse of {@linkcode FakeTime}. */
class TimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TimeError";
  }
}

type Callback = (...args: unknown[]) => unknown;

interface Timer {
  id: number;
  callback: Callback;
  args: unknown[];
  due: number;
  /** Milliseconds from one call to the next; 0 for a timeout. */
  every: number;
}

const real = {
  Date,
  abortSignalTimeout: AbortSignal.timeout,
  clearInterval,
  clearTimeout,
  setInterval,
  setTimeout,
};

let current: FakeTime | null = null;

/** Replaces `Date`, timeouts, intervals and `AbortSignal.timeout` until it is restored. */
export class FakeTime {
  #start: number;
  #now: number;
  #nextId = 1;
  #timers: Timer[] = [];

  constructor(start?: number | string | Date | null) {
    if (current) throw new TimeError("Cannot construct FakeTime: time is already faked");
    this.#start = startTime(start);
    this.#now = this.#start;
    current = this;
    this.#install();
  }

  /** Restores the real time. */
  [Symbol.dispose](): void {
    this.restore();
  }

  /** Milliseconds since 1970, on this clock. */
  get now(): number {
    return this.#now;
  }

  /** Moves forward, and calls what is due on the way. */
  set now(value: number) {
    if (value < this.#now) {
      throw new RangeError(
        `Cannot set current time in the past, time must be >= ${this.#now}: received ${value}`,
      );
    }
    for (let timer = this.#first(); timer && timer.due <= value; timer = this.#first()) {
      this.#remove(timer.id);
      this.#now = timer.due;
      if (timer.every > 0) this.#timers.push({ ...timer, due: timer.due + timer.every });
      timer.callback.apply(null, timer.args);
    }
    this.#now = value;
  }

  /** Where this clock began. */
  get start(): number {
    return this.#start;
  }

  /** Lets promises settle. */
  runMicrotasks(): Promise<void> {
    return new Promise((resolve) => void real.setTimeout.call(globalThis, resolve, 0));
  }

  /** Moves forward by so many milliseconds. */
  tick(ms = 0): void {
    this.now += ms;
  }

  /** Lets promises settle, then moves forward. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
  }

  /** Restores the real time. */
  restore(): void {
    if (!current) throw new TimeError("Cannot restore time: time is already restored");
    current = null;
    uninstall();
  }

  /** The timer that is due first; of two at the same time the one set first. */
  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (!first || timer.due < first.due) first = timer;
    }
    return first;
  }

  #remove(id: unknown): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  }

  #add(name: string, callback: unknown, delay: unknown, args: unknown[]): number {
    if (typeof callback !== "function") {
      throw new TimeError(`FakeTime does not support non-function callbacks to ${name}`);
    }
    const repeats = name === "setInterval";
    const ms = Math.max(repeats ? 1 : 0, Math.floor(Number(delay ?? 0)));
    const id = this.#nextId++;
    const timer = { id, callback: callback as Callback, args, due: this.#now + ms };
    this.#timers.push({ ...timer, every: repeats ? ms : 0 });
    return id;
  }

  #install(): void {
    const clear = (id?: unknown) => this.#remove(id);
    const set = (name: string) => (callback: unknown, delay?: unknown, ...args: unknown[]) =>
      this.#add(name, callback, delay, args);
    Object.assign(globalThis, {
      Date: this.#dateClass(),
      clearInterval: clear,
      clearTimeout: clear,
      setInterval: set("setInterval"),
      setTimeout: set("setTimeout"),
    });
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      const reason = new DOMException("Signal timed out.", "TimeoutError");
      this.#add("setTimeout", () => controller.abort(reason), ms, []);
      return controller.signal;
    };
  }

  #dateClass(): DateConstructor {
    const now = () => this.#now;
    return new Proxy(real.Date, {
      apply: () => new real.Date(now()).toString(),
      construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
      get: (target, key, receiver) => key === "now" ? now : Reflect.get(target, key, receiver),
    });
  }
}

function uninstall(): void {
  const { abortSignalTimeout, ...globals } = real;
  Object.assign(globalThis, globals);
  AbortSignal.timeout = abortSignalTimeout;
}

function startTime(start: number | string | Date | null | undefined): number {
  const time = typeof start === "number"
    ? Math.floor(start)
    : start === undefined || start === null
    ? real.Date.now()
    : new real.Date(start).valueOf();
  if (!Number.isNaN(time)) return time;
  throw new TypeError(`Cannot construct FakeTime: invalid start time ${time}`);
}
