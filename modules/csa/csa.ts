import { defineSymbol, type KernelSymbol } from "../../kernel/symbol.ts";
import type { TaskArgument } from "../call.ts";
import type { Endian } from "./binary.ts";
import type { CsaFiles, FileCondition } from "./file.ts";
import type { CsaKind, CsaRecord } from "./record.ts";
import type { ReportKey, ReportRow } from "./report.ts";

/** A kind of accounting to switch on. `memt` may have a threshold in KB, `time` one in microseconds. */
export type StartKind = CsaKind | { readonly kind: CsaKind; readonly threshold?: number };

/** The state of a kind of accounting. */
export interface KindStatus {
  /** The kind. */
  readonly kind: CsaKind;
  /** `error` after a write failed (ERROFF, B44). */
  readonly state: "off" | "on" | "error";
  /** The threshold of `memt` and `time`, or null. */
  readonly threshold: number | null;
}

/** The state of the module. */
export interface CsaStatus {
  /** The system file, or null while none is open. */
  readonly path: string | null;
  /** All kinds in the order of their indices. */
  readonly kinds: readonly KindStatus[];
}

/** Selects the records of one file. */
export interface RecordsOf {
  /** The file. The default is the system file. */
  readonly path?: string;
}

/**
 * The calls of the csa module. Each takes one object of plain values. `task` is the task that calls, and its rights
 * count. {@linkcode csa} has an example of all of them.
 *
 * Each call lists its errors in the order of its tests (B45). EPERM: the caller lacks CAP_SYS_PACCT. EINVAL: an option
 * is bad. ENOENT: the task is in no job.
 *
 * Locking: all calls take `csa_sem`, after the locks of Job.
 */
export interface Csa {
  /** Switches kinds on and opens the system file, the last one by default. EPERM, EINVAL, and ENOENT, EACCES or EIO. */
  start(options: {
    readonly task: TaskArgument;
    readonly kinds: readonly StartKind[];
    readonly path?: string;
  }): void;
  /** Switches kinds off. EPERM, EINVAL. */
  stop(options: { readonly task: TaskArgument; readonly kinds: readonly CsaKind[] }): void;
  /** Switches all kinds off and closes the system file. EPERM. */
  halt(options: { readonly task: TaskArgument }): void;
  /** The system file and the state of every kind. */
  status(): CsaStatus;
  /** Fails unless the task may change accounting. EPERM. */
  auth(options: { readonly task: TaskArgument }): void;
  /** Writes 1 to 1024 bytes of a daemon, as text or hexadecimal, and says whether its kind is on. EPERM, EINVAL. */
  writeDaemon(options: {
    readonly task: TaskArgument;
    readonly kind: CsaKind;
    readonly text?: string;
    readonly hex?: string;
  }): boolean;
  /** Opens a file for the task's job, for every record of its tasks (JASTART, B42). ENOENT, EINVAL, EACCES, EIO. */
  startUserFile(options: { readonly task: TaskArgument; readonly path?: string }): void;
  /** Closes the file of the task's job (JASTOP). ENOENT. */
  stopUserFile(options: { readonly task: TaskArgument }): void;
  /** Incremental accounting, which the original never had (B45). EINVAL, always. */
  incremental(): never;

  /** The records that a file in memory keeps, oldest first. */
  records(options?: RecordsOf): readonly CsaRecord[];
  /** The records of a file as JSON, one on a line. */
  jsonLines(options?: RecordsOf): string;
  /** The records of a file in the binary layout. */
  bytes(options?: RecordsOf & { readonly endian?: Endian }): Uint8Array;
  /** Sums of all records that went to the system file, or of those that another file keeps. EINVAL for another `by`. */
  report(options: RecordsOf & { readonly by: ReportKey }): ReportRow[];
  /** The report as lines of a table. EINVAL for another `by`. */
  reportText(options: RecordsOf & { readonly by: ReportKey }): string;
  /** The cells of that table: a heading, the rows, and a last row for all together. EINVAL for another `by`. */
  reportCells(options: RecordsOf & { readonly by: ReportKey }): string[][];

  /** Opens later files elsewhere, or with null in memory. */
  useFiles(files: CsaFiles | null): void;
  /** Damages a file in memory, or with null mends it. */
  setCondition(options: {
    readonly path: string;
    readonly condition: FileCondition | null;
  }): void;
}

/** The symbol of {@linkcode Csa}. */
export const CSA: KernelSymbol<Csa> = defineSymbol<Csa>("csa", { gplOnly: true });
