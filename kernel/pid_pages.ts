/** A pid below this number is its own index into the arrays by pid: all pids that a kernel with the default pid_max has. */
export const PAGED_PIDS = 32768;

const PAGE_BITS = 10;
const PAGE_PIDS = 1 << PAGE_BITS;
const PAGE_MASK = PAGE_PIDS - 1;

/**
 * Where high pids have their place in the arrays by pid (a page table). 1024 neighbouring pids share a page. A page gets
 * a frame of the arrays when the first of its pids comes into use, and gives it back with the last. So the arrays grow
 * with the pids that are in use, and not with pid_max. Guarded by tasklistLock, as the pid table is.
 */
export class PidPages {
  /** The first index of the frame of each page, or 0. */
  #frames = new Int32Array(0);
  /** How many pids of each page are in use. */
  #counts = new Uint16Array(0);
  /** Frames that were given back. */
  readonly #free: number[] = [];
  /** The index behind the last frame. */
  #end = PAGED_PIDS;

  /** The index of a high pid, or -1 while no pid of its page is in use. */
  indexOf(pid: number): number {
    const frame = this.#frames[pid >> PAGE_BITS] ?? 0;
    return frame === 0 ? -1 : frame | pid & PAGE_MASK;
  }

  /** The lowest high pid, from a given one on, whose page has a frame; -1 when there is none. */
  nextMapped(pid: number): number {
    const frames = this.#frames;
    let page = pid >> PAGE_BITS;
    if (page < frames.length && frames[page] !== 0) return pid;
    for (page++; page < frames.length; page++) {
      if (frames[page] !== 0) return page << PAGE_BITS;
    }
    return -1;
  }

  /** Counts a high pid that comes into use, and gives its page a frame. Returns its index. */
  use(pid: number): number {
    const page = pid >> PAGE_BITS;
    if (page >= this.#frames.length) this.#grow(page);
    if (this.#counts[page]++ === 0) this.#frames[page] = this.#takeFrame();
    return this.#frames[page] | pid & PAGE_MASK;
  }

  /** Counts a high pid that is in use no longer. The last one of a page gives the frame back. */
  release(pid: number): void {
    const page = pid >> PAGE_BITS;
    if (--this.#counts[page] > 0) return;
    this.#free.push(this.#frames[page]);
    this.#frames[page] = 0;
  }

  #takeFrame(): number {
    const frame = this.#free.pop();
    if (frame !== undefined) return frame;
    this.#end += PAGE_PIDS;
    return this.#end - PAGE_PIDS;
  }

  #grow(page: number): void {
    let length = Math.max(this.#frames.length, 64);
    while (length <= page) length *= 2;
    const frames = new Int32Array(length);
    frames.set(this.#frames);
    this.#frames = frames;
    const counts = new Uint16Array(length);
    counts.set(this.#counts);
    this.#counts = counts;
  }
}
