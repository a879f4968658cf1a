import { CLONE_PARENT, CLONE_THREAD, CLONE_VFORK } from "../kernel/fork.ts";
import type { Architecture, CallName } from "./architecture.ts";

const BPF_LD_W_ABS = 0x20;
const BPF_JEQ = 0x15;
const BPF_JGE = 0x35;
const BPF_JSET = 0x45;
const BPF_RET = 0x06;

/** What a stop of this filter says of itself. A filter of the command may stop calls too, and says something else. */
export const FILTER_MARK = 0x706e;
const SECCOMP_RET_TRACE = 0x7ff00000 | FILTER_MARK;
const SECCOMP_RET_ALLOW = 0x7fff0000;
const SECCOMP_RET_ERRNO = 0x00050000;
const EBUSY = 16;
const ENOSYS = 38;

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;

/** Offsets in struct seccomp_data. The low word of an argument comes first on both machines. */
const DATA_NUMBER = 0;
const DATA_AUDIT = 4;
const DATA_ARGS = 16;

/** Calls of the x32 machine have this bit in their number. */
const X32_BIT = 0x40000000;
/** The child is never told to a tracer. */
export const CLONE_UNTRACED = 0x00800000;

/** The bits of the clone flags that hold the exit signal. */
const CSIGNAL = 0xff;

/** prctl: the task gets another comm. */
export const PR_SET_NAME = 15;
/** prctl: the process adopts the orphans below it, or stops to. */
export const PR_SET_CHILD_SUBREAPER = 36;

/** Calls that send a signal: who killed whom. */
export const KILLS: readonly CallName[] = [
  "kill",
  "tkill",
  "tgkill",
  "rt_sigqueueinfo",
  "rt_tgsigqueueinfo",
  "pidfd_send_signal",
];
/** Calls that change what the model holds of a task. They are rare. */
const TRACED: readonly CallName[] = [
  "setsid",
  "setpgid",
  "setuid",
  "setgid",
  "setreuid",
  "setregid",
  "setresuid",
  "setresgid",
];
/** Calls that do not work here, which is worth a word. */
const HOPELESS: readonly CallName[] = ["ptrace"];
const EXECS: readonly CallName[] = ["execve", "execveat"];

/** What a filter shall stop. */
export interface FilterOptions {
  /** Whether each exec stops before it is made. */
  readonly exec: boolean;
}

/**
 * The seccomp filter of a traced command, as an array of struct sock_filter. It stops the rare calls that the model
 * wants to know of, and every way to make a child that a tracer does not see:
 *
 * - clone with CLONE_UNTRACED stops, and the tracer takes the bit away. A clone that is not what its event will say stops
 *   too: a sibling, or a thread that looks like a process;
 * - clone3 holds its flags in memory, which another thread may change after a look. It gives ENOSYS, and the C library
 *   takes clone instead;
 * - x32 gives ENOSYS, as on a kernel without it;
 * - a filter with a listener (SECCOMP_RET_USER_NOTIF) gives EBUSY, as where there is one already: what a listener lets
 *   through does not stop here, a clone with CLONE_UNTRACED neither;
 * - of a 32-bit process, clone and exec are treated the same way.
 *
 * @param architecture The machine.
 * @param options What else shall stop.
 * @returns The instructions.
 */
export function filterFor(
  architecture: Architecture,
  options: FilterOptions,
): Uint8Array<ArrayBuffer> {
  const program = new Program();
  program.load(DATA_AUDIT);
  const { calls, compat, audit } = architecture;
  program.unless(audit, (foreign) => {
    if (compat !== null) {
      foreign.unless(compat.audit, (unknown) => unknown.give(SECCOMP_RET_TRACE));
      foreign.load(DATA_NUMBER);
      foreign.when(compat.clone3, (then) => then.give(SECCOMP_RET_ERRNO | ENOSYS));
      if (options.exec) {
        foreign.when(compat.execve, (then) => then.give(SECCOMP_RET_TRACE));
        foreign.when(compat.execveat, (then) => then.give(SECCOMP_RET_TRACE));
      }
      foreign.when(compat.clone, (then) => traceOddClone(then));
      foreign.when(compat.seccomp, (then) => refuseListener(then));
    }
    foreign.give(compat === null ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW);
  });
  program.load(DATA_NUMBER);
  if (architecture.name === "x86_64") {
    program.fromOn(X32_BIT, (then) => then.give(SECCOMP_RET_ERRNO | ENOSYS));
  }
  const traced = [...TRACED, ...KILLS, ...HOPELESS, ...(options.exec ? EXECS : [])];
  for (const name of traced) program.when(calls[name], (then) => then.give(SECCOMP_RET_TRACE));
  program.when(calls.clone3, (then) => then.give(SECCOMP_RET_ERRNO | ENOSYS));
  program.when(calls.clone, (then) => traceOddClone(then));
  program.when(calls.seccomp, (then) => refuseListener(then));
  program.when(calls.prctl, (then) => {
    then.load(DATA_ARGS);
    then.when(PR_SET_NAME, (name) => name.give(SECCOMP_RET_TRACE));
    then.when(PR_SET_CHILD_SUBREAPER, (reaper) => reaper.give(SECCOMP_RET_TRACE));
    then.give(SECCOMP_RET_ALLOW);
  });
  program.give(SECCOMP_RET_ALLOW);
  return program.bytes();
}

/** Stops a clone that is not what its event says: unseen, a sibling, or a thread that looks like a process. */
function traceOddClone(program: Program): void {
  program.load(DATA_ARGS);
  program.whenSet(CLONE_UNTRACED | CLONE_PARENT, (then) => then.give(SECCOMP_RET_TRACE));
  program.whenSet(CLONE_THREAD, (then) => {
    then.whenSet(CSIGNAL | CLONE_VFORK, (odd) => odd.give(SECCOMP_RET_TRACE));
  });
  program.give(SECCOMP_RET_ALLOW);
}

/** Refuses a filter with a listener. */
function refuseListener(program: Program): void {
  program.load(DATA_ARGS);
  program.when(SECCOMP_SET_MODE_FILTER, (then) => {
    then.load(DATA_ARGS + 8);
    then.whenSet(SECCOMP_FILTER_FLAG_NEW_LISTENER, (listener) => {
      listener.give(SECCOMP_RET_ERRNO | EBUSY);
    });
  });
  program.give(SECCOMP_RET_ALLOW);
}

type Block = (program: Program) => void;

/** A program of classic BPF. Each condition guards a block that ends with what the filter gives. */
class Program {
  readonly #instructions: [code: number, jumpTrue: number, jumpFalse: number, value: number][] = [];

  /** Loads a word of the call. */
  load(offset: number): void {
    this.#instructions.push([BPF_LD_W_ABS, 0, 0, offset]);
  }

  /** Ends the filter. */
  give(value: number): void {
    this.#instructions.push([BPF_RET, 0, 0, value]);
  }

  /** Runs a block when the word has a value. */
  when(value: number, block: Block): void {
    this.#guard(BPF_JEQ, value, true, block);
  }

  /** Runs a block when the word has another value. */
  unless(value: number, block: Block): void {
    this.#guard(BPF_JEQ, value, false, block);
  }

  /** Runs a block when the word is a value or more. */
  fromOn(value: number, block: Block): void {
    this.#guard(BPF_JGE, value, true, block);
  }

  /** Runs a block when the word has any of the bits. */
  whenSet(bits: number, block: Block): void {
    this.#guard(BPF_JSET, bits, true, block);
  }

  #guard(code: number, value: number, wanted: boolean, block: Block): void {
    const body = new Program();
    block(body);
    const over = body.#instructions.length;
    this.#instructions.push([code, wanted ? 0 : over, wanted ? over : 0, value]);
    this.#instructions.push(...body.#instructions);
  }

  /** The program as an array of struct sock_filter. */
  bytes(): Uint8Array<ArrayBuffer> {
    const view = new DataView(new ArrayBuffer(8 * this.#instructions.length));
    for (const [index, [code, jumpTrue, jumpFalse, value]] of this.#instructions.entries()) {
      view.setUint16(8 * index, code, true);
      view.setUint8(8 * index + 2, jumpTrue);
      view.setUint8(8 * index + 3, jumpFalse);
      view.setUint32(8 * index + 4, value, true);
    }
    return new Uint8Array(view.buffer);
  }
}
