import { type WaitResult, WNOHANG } from "./libc.ts";
import type { TracerParts } from "./parts.ts";

/** A stop at a call comes within microseconds: so many looks are made at once. */
const FIRST_LOOKS = 50;
const LOOK_INTERVAL_US = 50;

/**
 * Lets a stopped task go on to its next entry or exit of a call, and waits for that. SIGKILL may have come since its stop
 * was told. Then it stands in its exit stop already, and would be let out of that unseen: so it is looked for first.
 *
 * @param parts How to reach it.
 * @param pid The task.
 * @param signal A signal to go with it, or 0.
 * @returns Its change, with the pid -1 when it is gone, or is a leader whose end is yet to be told.
 */
export function runToCall(parts: TracerParts, pid: number, signal: number): WaitResult {
  const change = parts.libc.wait(pid, WNOHANG);
  if (change.pid !== 0) return change;
  parts.ptrace.contToCall(pid, signal);
  return awaitChange(parts, pid);
}

/**
 * Waits for one task that runs to the next stop that was asked of it.
 *
 * It does not sleep in waitpid(2). A leader that is killed may have no exit stop (O4), and its end is not told before that
 * of its other threads. They stand in exit stops that nobody handles meanwhile.
 */
function awaitChange({ libc, proc }: TracerParts, pid: number): WaitResult {
  for (let look = 0;; look++) {
    const change = libc.wait(pid, WNOHANG);
    if (change.pid !== 0) return change;
    if (look < FIRST_LOOKS) continue;
    if (proc.isZombie(pid)) {
      // It may have become one since the look.
      const last = libc.wait(pid, WNOHANG);
      return last.pid === 0 ? { pid: -1, status: 0 } : last;
    }
    libc.symbols.usleep(LOOK_INTERVAL_US);
  }
}
