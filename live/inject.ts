import { KernelError } from "../kernel/errno.ts";
import { runToCall } from "./await_change.ts";
import type { WaitResult } from "./libc.ts";
import type { TracerParts } from "./parts.ts";
import {
  hasEnded,
  type Ptrace,
  PTRACE_EVENT,
  stopEvent,
  stopSignal,
  SYSCALL_STOP,
} from "./ptrace.ts";
import type { CallTable } from "./architecture.ts";
import type { Registers } from "./registers.ts";

const SIGTRAP = 5;
const EVERY_SIGNAL = 0xffff_ffff_ffff_ffffn;

/**
 * Makes system calls in a stopped tracee. It stands at the exit of a call, and stands there again afterwards, with the
 * registers that it had. While calls are made all its signals are blocked, so that none comes in between.
 *
 * A tracee may be killed in the middle. Then its change goes back to the tracer, and every further call gives null.
 */
export class Injection {
  /** The tracee. */
  readonly pid: number;
  /** How its machine makes calls. */
  readonly table: CallTable;
  readonly #parts: TracerParts;
  readonly #ptrace: Ptrace;
  readonly #registers: Registers;
  readonly #putBack: (change: WaitResult) => void;
  readonly #saved: BigUint64Array;
  readonly #mask: bigint | null;
  #gone = false;
  /** Whether its process stopped meanwhile: SIGSTOP cannot be blocked. */
  #isGroupStopped = false;

  /**
   * Saves the registers and the mask of a tracee.
   *
   * @param pid The tracee, at the exit of a call.
   * @param parts How to reach it.
   * @param putBack Takes a change of the tracee that ends the injection.
   * @param table How its machine makes calls, where it is not that of this program.
   */
  constructor(
    pid: number,
    parts: TracerParts,
    putBack: (change: WaitResult) => void,
    table: CallTable = parts.registers.architecture,
  ) {
    this.pid = pid;
    this.table = table;
    this.#parts = parts;
    this.#ptrace = parts.ptrace;
    this.#registers = parts.registers;
    this.#putBack = putBack;
    this.#gone = !this.#registers.read(pid);
    this.#saved = this.#registers.words.slice();
    this.#mask = this.#ptrace.signalMask(pid);
    this.#ptrace.setSignalMask(pid, EVERY_SIGNAL);
  }

  /** Whether the tracee is gone. */
  get gone(): boolean {
    return this.#gone;
  }

  /** The call at whose exit the tracee stood. */
  get original(): {
    readonly number: number;
    readonly args: readonly bigint[];
    readonly result: number;
  } {
    const { architecture } = this.#registers;
    const word = architecture.current ?? architecture.number;
    return {
      number: Number(BigInt.asIntN(32, this.#saved[word])),
      args: this.table.args.map((index) => this.#saved[index]),
      result: Number(BigInt.asIntN(32, this.#saved[architecture.result])),
    };
  }

  /**
   * Makes a system call.
   *
   * @param number The number of the call.
   * @param args Its arguments.
   * @returns What it gives: a negative errno on failure. Null when the tracee is gone.
   */
  call(number: number, ...args: readonly (bigint | number)[]): bigint | null {
    if (this.#gone) return null;
    const { words, architecture } = this.#registers;
    words.set(this.#saved);
    words[architecture.counter] -= architecture.callLength;
    // No call is under way: nothing restarts.
    if (architecture.current !== null) words[architecture.current] = EVERY_SIGNAL;
    words[architecture.number] = BigInt(number);
    for (const [index, arg] of args.entries()) words[this.table.args[index]] = BigInt(arg);
    // On aarch64 the first argument and the result share a register, and the number has one of its own.
    if (!this.#registers.write(this.pid) || !this.#toCallStop() || !this.#toCallStop()) return null;
    return this.#registers.result(this.pid);
  }

  /** Runs the tracee to its next entry or exit of a call. False when it is gone, or runs another program. */
  #toCallStop(): boolean {
    for (let signal = 0;;) {
      const change = runToCall(this.#parts, this.pid, signal);
      const { status } = change;
      if (change.pid !== this.pid) return this.#lose();
      if (hasEnded(status)) return this.#lose(change);
      if (stopSignal(status) === SYSCALL_STOP) return true;
      const event = stopEvent(status);
      if (event === PTRACE_EVENT.EXIT || event === PTRACE_EVENT.EXEC) return this.#lose(change);
      // Only SIGSTOP comes. It takes effect at once: kept back, it might stop a process that SIGCONT has set going again.
      signal = event === 0 ? stopSignal(status) : 0;
      if (event === PTRACE_EVENT.STOP && stopSignal(status) !== SIGTRAP) {
        this.#isGroupStopped = true;
      }
    }
  }

  #lose(change?: WaitResult): false {
    this.#gone = true;
    if (change !== undefined) this.#putBack(change);
    return false;
  }

  /**
   * Ends the injection: the tracee has its registers and its mask again, and still stands.
   *
   * @param result What the call that it was in gives, where that is to change.
   */
  finish(result?: number): void {
    if (this.#gone) return;
    const { words, architecture } = this.#registers;
    words.set(this.#saved);
    if (result !== undefined) words[architecture.result] = BigInt.asUintN(64, BigInt(result));
    this.#registers.write(this.pid);
    if (this.#mask !== null) this.#ptrace.setSignalMask(this.pid, this.#mask);
    // It went on in spite of the stop of its process, and stops again before it runs.
    if (this.#isGroupStopped) this.#ptrace.interrupt(this.pid);
  }
}

/**
 * A call in a tracee that must succeed.
 *
 * @throws {KernelError} EIO when it does not.
 */
export function demand(result: bigint | null, action: string): bigint {
  if (result !== null && result >= 0n) return result;
  throw new KernelError("EIO", {
    action,
    found: result === null ? "the task has ended" : `the call gave ${result}`,
    wanted: "a call that succeeds is wanted",
  });
}
