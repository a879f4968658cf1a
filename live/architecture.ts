/** System calls that the tracer traps, injects or looks at, by number. A call that an architecture lacks is -1. */
export interface CallNumbers {
  readonly clone: number;
  readonly clone3: number;
  readonly execve: number;
  readonly execveat: number;
  readonly kill: number;
  readonly tkill: number;
  readonly tgkill: number;
  readonly rt_sigqueueinfo: number;
  readonly rt_tgsigqueueinfo: number;
  readonly pidfd_send_signal: number;
  readonly setsid: number;
  readonly setpgid: number;
  readonly setuid: number;
  readonly setgid: number;
  readonly setreuid: number;
  readonly setregid: number;
  readonly setresuid: number;
  readonly setresgid: number;
  readonly prctl: number;
  readonly ptrace: number;
  readonly seccomp: number;
  readonly mmap: number;
  readonly munmap: number;
  readonly close: number;
  readonly chdir: number;
  readonly dup3: number;
  readonly exit: number;
  readonly wait4: number;
  readonly waitid: number;
  readonly rt_sigaction: number;
  readonly rt_sigsuspend: number;
}

/** The name of a call. */
export type CallName = keyof CallNumbers;

/** How calls are made in a tracee on its behalf, by one machine. */
export interface CallTable {
  /** The numbers of the calls. */
  readonly calls: Pick<
    CallNumbers,
    "clone" | "close" | "exit" | "mmap" | "munmap" | "rt_sigaction" | "wait4"
  >;
  /** The registers of the six arguments, as words of the machine that runs. */
  readonly args: readonly number[];
}

/** Where the registers of a call stand in NT_PRSTATUS, in words of 8 bytes, and what else differs between machines. */
export interface Architecture {
  /** What Deno calls it. */
  readonly name: "x86_64" | "aarch64";
  /** The word that seccomp and GET_SYSCALL_INFO tell the machine by. */
  readonly audit: number;
  /** The numbers of its calls. */
  readonly calls: CallNumbers;
  /** Words of NT_PRSTATUS. */
  readonly words: number;
  /** The registers of the six arguments. */
  readonly args: readonly number[];
  /** The register of the result. */
  readonly result: number;
  /** The register of the number, at the entry of a call. */
  readonly number: number;
  /** The register that says which call is under way, or null where it is in a set of its own. */
  readonly current: number | null;
  /** The program counter. */
  readonly counter: number;
  /** The stack pointer. */
  readonly stack: number;
  /** Bytes of the instruction that makes a call. */
  readonly callLength: bigint;
  /** The 32-bit machine whose calls this kernel may take as well, or null. */
  readonly compat: CompatArchitecture | null;
}

/** The other machine whose calls a process may make, with the numbers that matter. */
export interface CompatArchitecture {
  readonly audit: number;
  readonly clone: number;
  readonly clone3: number;
  readonly execve: number;
  readonly execveat: number;
  readonly seccomp: number;
  /** The word of the first argument, in the registers of the machine that runs. */
  readonly firstArgument: number;
  /** How calls are made in its processes, or null: nothing is injected there. */
  readonly table: CallTable | null;
}

const X86_64: Architecture = {
  name: "x86_64",
  audit: 0xc000003e,
  calls: {
    clone: 56,
    clone3: 435,
    execve: 59,
    execveat: 322,
    kill: 62,
    tkill: 200,
    tgkill: 234,
    rt_sigqueueinfo: 129,
    rt_tgsigqueueinfo: 297,
    pidfd_send_signal: 424,
    setsid: 112,
    setpgid: 109,
    setuid: 105,
    setgid: 106,
    setreuid: 113,
    setregid: 114,
    setresuid: 117,
    setresgid: 119,
    prctl: 157,
    ptrace: 101,
    seccomp: 317,
    mmap: 9,
    munmap: 11,
    close: 3,
    chdir: 80,
    dup3: 292,
    exit: 60,
    wait4: 61,
    waitid: 247,
    rt_sigaction: 13,
    rt_sigsuspend: 130,
  },
  words: 27,
  // rdi, rsi, rdx, r10, r8, r9
  args: [14, 13, 12, 7, 9, 8],
  result: 10,
  number: 10,
  current: 15,
  counter: 16,
  stack: 19,
  callLength: 2n,
  compat: {
    audit: 0x40000003,
    clone: 120,
    clone3: 435,
    execve: 11,
    execveat: 358,
    seccomp: 354,
    firstArgument: 5,
    table: {
      // mmap is mmap2, whose offset counts pages.
      calls: {
        clone: 120,
        close: 6,
        exit: 1,
        mmap: 192,
        munmap: 91,
        rt_sigaction: 174,
        wait4: 114,
      },
      // ebx, ecx, edx, esi, edi, ebp
      args: [5, 11, 12, 13, 14, 4],
    },
  },
};

const AARCH64: Architecture = {
  name: "aarch64",
  audit: 0xc00000b7,
  calls: {
    clone: 220,
    clone3: 435,
    execve: 221,
    execveat: 281,
    kill: 129,
    tkill: 130,
    tgkill: 131,
    rt_sigqueueinfo: 138,
    rt_tgsigqueueinfo: 240,
    pidfd_send_signal: 424,
    setsid: 157,
    setpgid: 154,
    setuid: 146,
    setgid: 144,
    setreuid: 145,
    setregid: 143,
    setresuid: 147,
    setresgid: 149,
    prctl: 167,
    ptrace: 117,
    seccomp: 277,
    mmap: 222,
    munmap: 215,
    close: 57,
    chdir: 49,
    dup3: 24,
    exit: 93,
    wait4: 260,
    waitid: 95,
    rt_sigaction: 134,
    rt_sigsuspend: 133,
  },
  words: 34,
  args: [0, 1, 2, 3, 4, 5],
  result: 0,
  number: 8,
  current: null,
  counter: 32,
  stack: 31,
  callLength: 4n,
  compat: {
    audit: 0x40000028,
    clone: 120,
    clone3: 435,
    execve: 11,
    execveat: 387,
    seccomp: 383,
    firstArgument: 0,
    table: null,
  },
};

/** The machine that this runs on, or null when the tracer does not know it. */
export function architectureOf(name: string): Architecture | null {
  return [X86_64, AARCH64].find((known) => known.name === name) ?? null;
}
