/**
 * Stand-in for `@std/async`: waiting, giving up, trying again, a few things at a time.
 *
 * @module
 */

/** Options for {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the wait early, with the signal's reason. */
  signal?: AbortSignal;
  /** Whether the wait keeps the process alive. On by default. */
  persistent?: boolean;
}

const longestTimeoutMs = 2 ** 31 - 1;

/** Resolves after so many milliseconds. */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let id = 0;
    // A timer holds at most 31 bits; a longer wait is made of several.
    const wait = (left: number) => {
      const part = Math.min(left, longestTimeoutMs);
      id = Number(setTimeout(() => left > part ? wait(left - part) : done(), part));
      if (!persistent) Deno.unrefTimer(id);
    };
    const abort = () => {
      clearTimeout(id);
      reject(signal?.reason);
    };
    const done = () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    signal?.addEventListener("abort", abort, { once: true });
    wait(Math.trunc(Math.max(ms, 0) || 0));
  });
}

/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Gives up early, with the signal's reason. */
  signal?: AbortSignal;
}

/** The promise, or a `TimeoutError` when it takes longer than so many milliseconds. */
export async function deadline<T>(
  p: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const signals = options.signal ? [options.signal] : [];
  if (ms < Number.MAX_SAFE_INTEGER) signals.push(AbortSignal.timeout(ms));
  return await abortable(p, AbortSignal.any(signals));
}

/** The promise, or the signal's reason when it is aborted first. */
export async function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, p]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * Maps with at most `poolLimit` calls under way, and yields the results in the order of the items.
 * After a call that rejects no more are started, and the iteration ends in an `AggregateError`.
 */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R> {
  if (!Number.isInteger(poolLimit) || poolLimit < 1) {
    throw new RangeError("'poolLimit' must be a positive integer");
  }
  const pool = new Pool<R>();
  const filled = fillPool(pool, poolLimit, array, iteratorFn);
  return pool.results(filled);
}

class Pool<R> {
  readonly running: Set<Promise<unknown>> = new Set();
  readonly errors: unknown[] = [];
  readonly #started: Promise<R | undefined>[] = [];
  #wake: () => void = () => {};
  #closed = false;

  start(work: () => Promise<R>): void {
    const result = Promise.resolve().then(work).catch((error) => {
      this.errors.push(error);
      return undefined;
    });
    this.running.add(result);
    result.finally(() => this.running.delete(result));
    this.#started.push(result);
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *results(filled: Promise<void>): AsyncGenerator<R, void, undefined> {
    for (let i = 0; !this.#closed || i < this.#started.length; i++) {
      while (!this.#closed && i >= this.#started.length) {
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
      if (i >= this.#started.length) break;
      const result = await this.#started[i];
      if (this.errors.length > 0) break;
      yield result as R;
    }
    await filled;
    if (this.errors.length === 0) return;
    throw new AggregateError(
      this.errors,
      "Cannot complete the mapping as an error was thrown from an item",
    );
  }
}

async function fillPool<T, R>(
  pool: Pool<R>,
  limit: number,
  items: Iterable<T> | AsyncIterable<T>,
  map: (data: T) => Promise<R>,
): Promise<void> {
  try {
    for await (const item of items) {
      pool.start(() => map(item));
      if (pool.running.size >= limit) await Promise.race(pool.running);
      if (pool.errors.length > 0) break;
    }
  } catch (error) {
    pool.errors.push(error);
  }
  await Promise.all(pool.running);
  pool.close();
}

/** What {@linkcode retry} throws when the last attempt failed; that error is its cause. */
export class RetryError extends Error {
  constructor(cause: unknown, attempts: number) {
    super(`Retrying exceeded the maxAttempts (${attempts}).`, { cause });
    this.name = "RetryError";
  }
}

/** Options for {@linkcode retry}. */
export interface RetryOptions {
  /** What each pause is times the one before. 2 by default. */
  multiplier?: number;
  /** The longest pause, in milliseconds. 60000 by default. */
  maxTimeout?: number;
  /** How often to try. 5 by default. */
  maxAttempts?: number;
  /** The first pause, in milliseconds. 1000 by default. */
  minTimeout?: number;
  /** Which part of a pause is left to chance, from 0 to 1. 1 by default. */
  jitter?: number;
  /** Whether to try again after this error. */
  isRetriable?: (err: unknown) => boolean;
  /** Gives up early, with the signal's reason. */
  signal?: AbortSignal;
}

/** Calls until it succeeds, with longer and longer pauses. */
export async function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options: RetryOptions = {},
): Promise<T> {
  const { multiplier = 2, maxTimeout = 60000, maxAttempts = 5, minTimeout = 1000, jitter = 1 } =
    options;
  const { isRetriable = () => true, signal } = options;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) {
    throw new RangeError(
      `Cannot retry as 'maxAttempts' must be a positive integer: current value is ${maxAttempts}`,
    );
  }
  if (minTimeout > maxTimeout) {
    throw new RangeError(
      "Cannot retry as 'minTimeout' must be <= 'maxTimeout': " +
        `current values 'minTimeout=${minTimeout}', 'maxTimeout=${maxTimeout}'`,
    );
  }
  for (let attempt = 0;; attempt++) {
    signal?.throwIfAborted();
    try {
      return await fn();
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (attempt + 1 >= maxAttempts) throw new RetryError(error, maxAttempts);
    }
    const pause = Math.min(maxTimeout, minTimeout * multiplier ** attempt);
    await delay((1 - jitter * Math.random()) * pause, signal ? { signal } : {});
  }
}
