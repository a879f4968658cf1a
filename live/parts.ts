import type { Architecture } from "./architecture.ts";
import type { Libc } from "./libc.ts";
import { Proc } from "./proc.ts";
import { Ptrace } from "./ptrace.ts";
import { Registers } from "./registers.ts";

/** What the parts of a tracer work with: all of it belongs to one thread. */
export interface TracerParts {
  /** The C library. */
  readonly libc: Libc;
  /** Requests of ptrace. */
  readonly ptrace: Ptrace;
  /** Registers of stopped tracees. */
  readonly registers: Registers;
  /** What /proc says. */
  readonly proc: Proc;
}

/** Opens them for the calling thread. */
export function openParts(libc: Libc, architecture: Architecture): TracerParts {
  return {
    libc,
    ptrace: new Ptrace(libc),
    registers: new Registers(libc, architecture),
    proc: new Proc(libc),
  };
}
