import type { TracerParts } from "./parts.ts";
import { LaunchError } from "./launch_error.ts";
import { cString, type Libc, type WaitResult } from "./libc.ts";
import { spawnWaitingShell } from "./waiting_shell.ts";
import { demand, Injection } from "./inject.ts";
import { hasEnded, PTRACE_EVENT, stopEvent, stopSignal, SYSCALL_STOP } from "./ptrace.ts";

const RLIMIT_NOFILE = 7;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const STDIN = 0;
const SIG_IGN = 1n;
const SIGPIPE = 13;
const CAP_SYS_ADMIN = 21n;

const SIGKILL = 9;
const SIGNAL_SET_SIZE = 8;
/** Room for one path, one sigaction or one filter. */
const SCRATCH_SIZE = 4096;

const ENOENT = 2;
const EINTR = 4;
const E2BIG = 7;
const ENOEXEC = 8;
const EACCES = 13;
const ENOTDIR = 20;
const ENAMETOOLONG = 36;

const START = "start the command";

/** What is to be run, and how. */
export interface LaunchOptions {
  /** The command and its arguments, as the bytes that they are. */
  readonly command: readonly Uint8Array[];
  /** Its environment, each as `NAME=value`. */
  readonly environment: readonly Uint8Array[];
  /** The folder that it begins in; that of this process by default. */
  readonly cwd?: string;
  /** The seccomp filter, or null for none. */
  readonly filter: Uint8Array<ArrayBuffer> | null;
  /** What Deno changed in this process, and the command is to have as it was. */
  readonly inherited: Inherited;
}

/** Traits of a process that its children inherit, as they were before Deno changed them. */
export interface Inherited {
  /** The signals that are ignored, as a mask. */
  readonly ignored: bigint;
  /** The signals that are blocked, as a mask. */
  readonly blocked: bigint;
  /** The soft limit of open files, or null to leave it. */
  readonly openFiles: number | null;
}

/**
 * Reads what the command is to inherit. Deno ignores SIGPIPE: the command gets it as almost every program has it. Deno
 * raises the limit of open files: the parent of this process still has the old one.
 */
export function readInherited(libc: Libc): Inherited {
  const own = libc.readText("/proc/self/status") ?? "";
  const parent = /^PPid:\t(\d+)/m.exec(own)?.[1] ?? "0";
  const pipe = 1n << BigInt(SIGPIPE - 1);
  const main = libc.readText(`/proc/self/task/${libc.symbols.getpid()}/status`) ?? own;
  const limits = libc.readText(`/proc/${parent}/limits`) ?? "";
  const openFiles = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return {
    ignored: maskOf(own, "SigIgn") & ~pipe,
    blocked: maskOf(main, "SigBlk"),
    openFiles: openFiles === undefined ? null : Number(openFiles),
  };
}

function maskOf(status: string, name: string): bigint {
  const digits = new RegExp(`^${name}:\t([0-9a-f]+)`, "m").exec(status)?.[1];
  return digits === undefined ? 0n : BigInt(`0x${digits}`);
}

/** Starts a command that is traced from its first instruction on. */
export class Launcher {
  readonly #parts: TracerParts;
  readonly #libc: Libc;
  readonly #options: LaunchOptions;

  constructor(parts: TracerParts, options: LaunchOptions) {
    this.#parts = parts;
    this.#libc = parts.libc;
    this.#options = options;
  }

  /**
   * Starts it: a shell waits on a pipe until it is traced, and is then made the command by calls that it makes for us.
   * When this process dies before that, the shell reads the end of the pipe and ends by itself.
   *
   * @param ptraceOptions Options of PTRACE_SEIZE.
   * @returns The pid. It stands in the stop of its exec.
   * @throws {LaunchError} When it cannot be traced or run. Nothing is left of it.
   */
  launch(ptraceOptions: number): number {
    const shell = spawnWaitingShell(this.#libc);
    try {
      this.#seize(shell.pid, ptraceOptions);
      this.#become(shell.pid, shell.input);
    } catch (error) {
      this.#abandon(shell.pid);
      throw error;
    } finally {
      this.#libc.symbols.close(shell.writeEnd);
    }
    return shell.pid;
  }

  /** Begins to trace the shell, and brings it to the exit of a call that was not made. */
  #seize(pid: number, options: number): void {
    const { ptrace, registers } = this.#parts;
    if (!ptrace.seize(pid, options)) throw new LaunchError(this.#explain(pid), 125);
    ptrace.interrupt(pid);
    do {
      this.#awaitCallStop(pid);
      if (registers.isEntry(pid)) break;
      // The exit of the call that it was in, perhaps its own exec.
      ptrace.contToCall(pid);
    } while (true);
    registers.skip(pid, EINTR);
    ptrace.contToCall(pid);
    this.#awaitCallStop(pid);
  }

  #awaitCallStop(pid: number): void {
    for (;;) {
      const { pid: changed, status } = this.#libc.wait(pid);
      if (changed !== pid || hasEnded(status)) {
        throw new LaunchError("Cannot trace the command: its shell has ended", 125);
      }
      if (stopSignal(status) === SYSCALL_STOP) return;
      const signal = stopEvent(status) === 0 ? stopSignal(status) : 0;
      this.#parts.ptrace.contToCall(pid, signal);
    }
  }

  /** Why a task cannot be traced, and what to do. */
  #explain(pid: number): string {
    const action = "Cannot trace the command";
    const tracer = this.#parts.proc.identity(pid)?.tracer ?? 0;
    if (tracer !== 0) {
      return `${action}: process ${tracer} traces it already, pnotify outside of that is wanted (EPERM)`;
    }
    const scope = Number(this.#libc.readText("/proc/sys/kernel/yama/ptrace_scope") ?? "0");
    if (scope >= 2) {
      return `${action}: /proc/sys/kernel/yama/ptrace_scope is ${scope}, 0 or 1 is wanted (EPERM)`;
    }
    const why = "this system refuses ptrace, a container that allows it (CAP_SYS_PTRACE) is wanted";
    return `${action}: ${why} (errno ${this.#libc.errno})`;
  }

  /** Ends what could not be started. */
  #abandon(pid: number): void {
    this.#libc.symbols.kill(pid, SIGKILL);
    for (;;) {
      const { pid: changed, status } = this.#libc.wait(pid);
      if (changed !== pid || hasEnded(status)) return;
      this.#parts.ptrace.cont(pid);
    }
  }

  /** Makes the shell the command. */
  #become(pid: number, input: number): void {
    let execStop: WaitResult | null = null;
    const injection = new Injection(pid, this.#parts, (change) => execStop = change);
    const { calls } = this.#parts.registers.architecture;
    demand(injection.call(calls.dup3, input, STDIN, 0), START);
    demand(injection.call(calls.close, input), START);
    const memory = new CommandMemory(this.#options);
    const base = demand(
      injection.call(calls.mmap, 0, memory.size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1n, 0),
      START,
    );
    if (!this.#libc.writeMemory(pid, base, memory.fill(base))) demand(-1n, START);
    this.#restoreInherited(pid, injection, base);
    this.#enterFolder(pid, injection, base);
    this.#setFilter(injection, memory, base);
    this.#exec(pid, injection, memory, base);
    const change = execStop as WaitResult | null;
    if (change === null || stopEvent(change.status) !== PTRACE_EVENT.EXEC) {
      throw new LaunchError("Cannot start the command: it was killed", 125);
    }
    this.#parts.ptrace.setSignalMask(pid, this.#options.inherited.blocked);
  }

  /** Undoes what Deno did to this process and the shell has inherited. */
  #restoreInherited(pid: number, injection: Injection, base: bigint): void {
    const { ignored, openFiles } = this.#options.inherited;
    if (openFiles !== null) {
      const old = new BigUint64Array(new ArrayBuffer(128));
      const { symbols } = this.#libc;
      if (symbols.prlimit(pid, RLIMIT_NOFILE, null, old) === 0) {
        old[0] = BigInt(openFiles) < old[1] ? BigInt(openFiles) : old[1];
        symbols.prlimit(pid, RLIMIT_NOFILE, old, null);
      }
    }
    const action = new BigUint64Array(new ArrayBuffer(SCRATCH_SIZE));
    action[0] = SIG_IGN;
    if (!this.#libc.writeMemory(pid, base, new Uint8Array(action.buffer))) demand(-1n, START);
    const { rt_sigaction } = this.#parts.registers.architecture.calls;
    for (let signal = 1; signal <= 64; signal++) {
      if ((ignored >> BigInt(signal - 1) & 1n) === 0n) continue;
      injection.call(rt_sigaction, signal, base, 0, SIGNAL_SET_SIZE);
    }
  }

  #enterFolder(pid: number, injection: Injection, base: bigint): void {
    const { cwd } = this.#options;
    if (cwd === undefined) return;
    this.#libc.writeMemory(pid, base, padded(cString(cwd)));
    const result = injection.call(this.#parts.registers.architecture.calls.chdir, base);
    if (result === 0n) return;
    throw new LaunchError(
      `Cannot enter "${cwd}": a folder is wanted (errno ${-(result ?? 0n)})`,
      125,
    );
  }

  /** Installs the filter. Whoever may not gain privileges any more may do so; root need not give them up. */
  #setFilter(injection: Injection, memory: CommandMemory, base: bigint): void {
    if (this.#options.filter === null) return;
    const { calls } = this.#parts.registers.architecture;
    const own = this.#libc.readText("/proc/self/status") ?? "";
    if ((maskOf(own, "CapEff") >> CAP_SYS_ADMIN & 1n) === 0n) {
      demand(injection.call(calls.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), START);
    }
    const program = base + BigInt(memory.filterProgram);
    const result = injection.call(calls.seccomp, SECCOMP_SET_MODE_FILTER, 0, program);
    if (result === 0n) return;
    throw new LaunchError(
      `Cannot install the seccomp filter: the system refuses it, --no-filter goes without (errno ${-(result ??
        0n)})`,
      125,
    );
  }

  /** Runs the command as execvp(3) does: through PATH, and a file without a known format by the shell. */
  #exec(pid: number, injection: Injection, memory: CommandMemory, base: bigint): void {
    const { execve } = this.#parts.registers.architecture.calls;
    const attempt = (path: string, args: number): bigint | null => {
      const bytes = cString(path);
      if (bytes.length > SCRATCH_SIZE) return BigInt(-ENAMETOOLONG);
      this.#libc.writeMemory(pid, base, padded(bytes));
      const table = base + BigInt(args);
      return injection.call(execve, base, table, base + BigInt(memory.environment));
    };
    const { command, environment } = this.#options;
    const decoder = new TextDecoder();
    const name = decoder.decode(command[0]);
    let errno = ENOENT;
    for (const path of candidates(name, environment.map((entry) => decoder.decode(entry)))) {
      let result = attempt(path, memory.args);
      if (result === BigInt(-ENOEXEC)) {
        this.#libc.writeMemory(pid, base + BigInt(memory.scriptPath), padded(cString(path)));
        result = attempt("/bin/sh", memory.scriptArgs);
      }
      if (injection.gone) return;
      const failure = Number(-(result ?? 0n));
      // A file that may not be run does not end the search, but is remembered.
      if (failure !== ENOENT && failure !== ENOTDIR) errno = failure;
      if (failure !== ENOENT && failure !== ENOTDIR && failure !== EACCES) break;
    }
    throw describeExec(name, errno);
  }
}

function describeExec(name: string, errno: number): LaunchError {
  if (errno === ENOENT) {
    const where = name.includes("/") ? "there is no such file" : "it is in no folder of PATH";
    return new LaunchError(`Cannot run "${name}": ${where}, a program is wanted (ENOENT)`, 127);
  }
  if (errno === EACCES) {
    return new LaunchError(
      `Cannot run "${name}": it may not be run, a program is wanted (EACCES)`,
      126,
    );
  }
  if (errno === E2BIG) {
    return new LaunchError(`Cannot run "${name}": its arguments are too long (E2BIG)`, 126);
  }
  return new LaunchError(`Cannot run "${name}": its exec gives error ${errno}`, 126);
}

/** Where a command may be. */
function candidates(name: string, environment: readonly string[]): string[] {
  if (name === "") return [];
  if (name.includes("/")) return [name];
  const path = environment.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length) ??
    "/usr/local/bin:/usr/bin:/bin";
  return path.split(":").map((folder) => folder === "" ? name : `${folder}/${name}`);
}

/** The memory that the shell gets for its calls: scratch, filter, arguments and environment, one after the other. */
class CommandMemory {
  /** The offset of struct sock_fprog. */
  readonly filterProgram = SCRATCH_SIZE;
  /** The offset of the path of a script, for its shell. */
  readonly scriptPath = 2 * SCRATCH_SIZE;
  /** The offset of the argument table. */
  readonly args: number;
  /** The offset of the argument table of a script that the shell runs. */
  readonly scriptArgs: number;
  /** The offset of the environment table. */
  readonly environment: number;
  /** Bytes in all. */
  readonly size: number;
  readonly #filter: Uint8Array<ArrayBuffer> | null;
  readonly #strings: Uint8Array[];
  readonly #argCount: number;
  readonly #textAt: number;

  constructor({ command, environment, filter }: LaunchOptions) {
    this.#filter = filter;
    this.#argCount = command.length;
    this.#strings = [...command, ...environment, new TextEncoder().encode("sh")];
    this.args = 3 * SCRATCH_SIZE;
    this.scriptArgs = this.args + 8 * (command.length + 1);
    this.environment = this.scriptArgs + 8 * (command.length + 2);
    this.#textAt = this.environment + 8 * (environment.length + 1);
    this.size = this.#strings.reduce((sum, bytes) => sum + bytes.length + 1, this.#textAt);
  }

  /** The bytes, for memory that begins at an address. */
  fill(base: bigint): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    const view = new DataView(bytes.buffer);
    let offset = this.#textAt;
    const pointers = this.#strings.map((text) => {
      bytes.set(text, offset);
      const pointer = base + BigInt(offset);
      // The zero at its end is there already.
      offset += text.length + 1;
      return pointer;
    });
    const table = (at: number, entries: readonly bigint[]) => {
      for (const [index, pointer] of entries.entries()) {
        view.setBigUint64(at + 8 * index, pointer, true);
      }
    };
    const args = pointers.slice(0, this.#argCount);
    table(this.args, args);
    table(this.scriptArgs, [pointers.at(-1)!, base + BigInt(this.scriptPath), ...args.slice(1)]);
    table(this.environment, pointers.slice(this.#argCount, -1));
    if (this.#filter !== null) {
      view.setUint16(this.filterProgram, this.#filter.length / 8, true);
      view.setBigUint64(this.filterProgram + 8, base + BigInt(this.filterProgram + 16), true);
      bytes.set(this.#filter, this.filterProgram + 16);
    }
    return bytes;
  }
}

/** A string with its zero, cut to what fits into the scratch memory. */
function padded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.subarray(0, Math.min(bytes.indexOf(0) + 1, SCRATCH_SIZE));
}
