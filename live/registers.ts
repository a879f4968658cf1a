import type { Architecture, CallTable } from "./architecture.ts";
import { type Libc, pointerTo } from "./libc.ts";
import { PTRACE } from "./ptrace.ts";

const NT_PRSTATUS = 1n;
const NT_ARM_SYSTEM_CALL = 0x404n;
/** `op` of the call info: a stop by the seccomp filter. */
const INFO_ENTRY = 1;
const INFO_SECCOMP = 3;
const ENOSYS = 38;

/** A system call that a tracee is about to make. */
export interface CallInfo {
  /** The machine whose call it is: its audit word. */
  readonly audit: number;
  /** Its number. */
  readonly number: number;
  /** Its six arguments. */
  readonly args: readonly bigint[];
  /** What the filter that stopped it says of itself; null at a stop of another kind, or before Linux 5.3. */
  readonly mark: number | null;
}

/** The registers of a stopped tracee, as one machine has them. */
export class Registers {
  /** The machine. */
  readonly architecture: Architecture;
  /** The words of struct user_regs_struct, after {@linkcode Registers.read}. */
  readonly words: BigUint64Array<ArrayBuffer>;
  readonly #libc: Libc;
  readonly #vector = new BigUint64Array(new ArrayBuffer(128));
  readonly #number = new Int32Array(new ArrayBuffer(128));
  readonly #numberVector = new BigUint64Array(new ArrayBuffer(128));
  readonly #info = new DataView(new ArrayBuffer(128));
  readonly #infoBytes = new Uint8Array(this.#info.buffer);

  constructor(libc: Libc, architecture: Architecture) {
    this.#libc = libc;
    this.architecture = architecture;
    this.words = new BigUint64Array(new ArrayBuffer(8 * 64));
    this.#vector[0] = pointerTo(this.words);
    this.#numberVector[0] = pointerTo(this.#number);
  }

  /**
   * Reads all registers of a stopped tracee. False when it is gone.
   *
   * A register set has the layout of the tracee's machine. PTRACE_GETREGS of x86-64 has ours, for 32-bit processes too.
   */
  read(pid: number): boolean {
    if (this.architecture.name === "x86_64") {
      return this.#libc.symbols.ptraceBuffer(PTRACE.GETREGS, pid, 0n, this.words) === 0;
    }
    this.#vector[1] = BigInt(8 * this.architecture.words);
    return this.#set(PTRACE.GETREGSET, pid, NT_PRSTATUS, this.#vector);
  }

  /** Writes all registers. False when the tracee is gone. */
  write(pid: number): boolean {
    if (this.architecture.name === "x86_64") {
      return this.#libc.symbols.ptraceBuffer(PTRACE.SETREGS, pid, 0n, this.words) === 0;
    }
    this.#vector[1] = BigInt(8 * this.architecture.words);
    return this.#set(PTRACE.SETREGSET, pid, NT_PRSTATUS, this.#vector);
  }

  #set(request: number, pid: number, kind: bigint, vector: BigUint64Array<ArrayBuffer>): boolean {
    return this.#libc.symbols.ptraceBuffer(request, pid, kind, vector) === 0;
  }

  /** The call of a stop by the filter or at an entry; null when the tracee is gone. */
  call(pid: number): CallInfo | null {
    const { symbols } = this.#libc;
    const size = BigInt(this.#infoBytes.length);
    if (symbols.ptraceBuffer(PTRACE.GET_SYSCALL_INFO, pid, size, this.#infoBytes) <= 0) {
      return this.#callOfRegisters(pid);
    }
    const operation = this.#info.getUint8(0);
    if (operation !== INFO_SECCOMP && operation !== INFO_ENTRY) return null;
    const args = [0, 1, 2, 3, 4, 5].map((index) => this.#info.getBigUint64(32 + 8 * index, true));
    return {
      audit: this.#info.getUint32(4, true),
      number: Number(this.#info.getBigInt64(24, true)),
      args,
      mark: operation === INFO_SECCOMP ? this.#info.getUint32(80, true) : null,
    };
  }

  /**
   * How calls are made in a stopped tracee: its last call says for which machine it runs. Null where nothing can be
   * injected, or when it is gone.
   */
  callTable(pid: number): CallTable | null {
    const { symbols } = this.#libc;
    const size = BigInt(this.#infoBytes.length);
    const { architecture } = this;
    // Before Linux 5.3 it cannot be told.
    if (symbols.ptraceBuffer(PTRACE.GET_SYSCALL_INFO, pid, size, this.#infoBytes) <= 0) {
      return architecture;
    }
    const audit = this.#info.getUint32(4, true);
    if (audit === architecture.audit) return architecture;
    return audit === architecture.compat?.audit ? architecture.compat.table : null;
  }

  /** Whether a tracee in a call stop is about to make the call; false when it has made it. */
  isEntry(pid: number): boolean {
    const { symbols } = this.#libc;
    const size = BigInt(this.#infoBytes.length);
    if (symbols.ptraceBuffer(PTRACE.GET_SYSCALL_INFO, pid, size, this.#infoBytes) > 0) {
      return this.#info.getUint8(0) === INFO_ENTRY;
    }
    // Before Linux 5.3: the result register of x86-64 holds -ENOSYS until the call is made.
    return this.result(pid) === BigInt(-ENOSYS);
  }

  /** Before Linux 5.3 there is no call info. The registers do not tell a 32-bit call from one of 64 bits. */
  #callOfRegisters(pid: number): CallInfo | null {
    if (!this.read(pid)) return null;
    const { architecture, words } = this;
    const word = architecture.current ?? architecture.number;
    return {
      audit: architecture.audit,
      number: Number(BigInt.asIntN(32, words[word])),
      args: architecture.args.map((index) => words[index]),
      mark: null,
    };
  }

  /** The number of the call that is to be made at this stop; -1 for none. The registers have been read. */
  setNumber(pid: number, number: number): boolean {
    const { current } = this.architecture;
    if (current !== null) {
      this.words[current] = BigInt.asUintN(64, BigInt(number));
      return this.write(pid);
    }
    this.#number[0] = number;
    this.#numberVector[1] = 4n;
    return this.write(pid) &&
      this.#set(PTRACE.SETREGSET, pid, NT_ARM_SYSTEM_CALL, this.#numberVector);
  }

  /** At the entry of a call: it is not made, and gives an error. */
  skip(pid: number, errno: number): boolean {
    if (!this.read(pid)) return false;
    this.words[this.architecture.result] = BigInt.asUintN(64, BigInt(-errno));
    return this.setNumber(pid, -1);
  }

  /** At the exit of a call: what it gives. */
  setResult(pid: number, result: number): boolean {
    if (!this.read(pid)) return false;
    this.words[this.architecture.result] = BigInt.asUintN(64, BigInt(result));
    return this.write(pid);
  }

  /** At the exit of a call: what it gave; null when the tracee is gone. */
  result(pid: number): bigint | null {
    if (!this.read(pid)) return null;
    return BigInt.asIntN(64, this.words[this.architecture.result]);
  }

  /** At the entry of a call: changes the register of an argument. */
  setWord(pid: number, word: number, value: bigint): boolean {
    if (!this.read(pid)) return false;
    this.words[word] = value;
    return this.write(pid);
  }
}
