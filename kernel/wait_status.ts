/*
 * The wait status of a task that has ended: `code << 8 | signal | 0x80 if it dumped core`.
 */

/** The bits of a wait status that hold the deadly signal. They are 0 when no signal ended the task. */
export const WTERMSIG = 0x7f;
/** Set in the wait status of a task that dumped core. */
export const WCOREFLAG = 0x80;

/** The exit code in a wait status (WEXITSTATUS). */
export function exitCodeOf(status: number): number {
  return (status >> 8) & 0xff;
}

/** The deadly signal in a wait status (WTERMSIG), or 0. */
export function deadlySignalOf(status: number): number {
  return status & WTERMSIG;
}

/** Whether a wait status is that of a task that dumped core (WCOREDUMP). */
export function dumpedCore(status: number): boolean {
  return (status & WCOREFLAG) !== 0;
}

/** The wait status of an exit code. As in C, only the lowest byte of the code counts. */
export function statusOfCode(code: number): number {
  return (code & 0xff) << 8;
}

/** The wait status of a task that a signal ended. */
export function statusOfSignal(signal: number, core: boolean): number {
  return core ? signal | WCOREFLAG : signal;
}
