/**
 * Stand-in for `@std/async/pool`: a few things at a time.
 *
 * @module
 */

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
