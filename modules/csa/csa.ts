import { defineSymbol, type KernelSymbol } from "../../kernel/symbol.ts";
import type { TaskArgument } from "../call.ts";
import type { Endian } from "./binary.ts";
import type { CsaFiles, FileCondition } from "./file.ts";
import type { CsaKind, CsaRecord } from "./record.ts";
import type { ReportKey, ReportRow } from "./report.ts";

/** A kind of accounting to be switched on, where a threshold may go with `memt` (KB) and `time` (microseconds). */
export type StartKind = CsaKind | { readonly kind: CsaKind; readonly threshold?: number };

/** How far a kind of accounting is. */
export interface KindStatus {
  /** The kind. */
  readonly kind: CsaKind;
  /** `error` after a write failed (ERROFF, B44). */
  readonly state: "off" | "on" | "error";
  /** The threshold of `memt` and `time`, or null. */
  readonly threshold: number | null;
}

/** What the module is doing. */
export interface CsaStatus {
  /** The system file, or null while none is open. */
  readonly path: string | null;
  /** Every kind, in the order of their indices. */
  readonly kinds: readonly KindStatus[];
}

/** Which records. */
export interface RecordsOf {
  /** The file; the system file by default. */
  readonly path?: string;
}

/**
 * What the csa module offers. Every call takes one object of plain values; `task` is the task that calls, whose rights
 * count. Errors are listed in the order in which they are tested (B45).
 *
 * Locking: all calls take `csa_sem`, which is taken after Job's locks.
 *
 * @example
 * ```ts
 * import { boot, KernelError } from "@pnotify/pnotify";
 * import { CSA, type Csa, csa, decodeRecords } from "@pnotify/pnotify/modules/csa";
 * import { JOB, job } from "@pnotify/pnotify/modules/job";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * kernel.modules.insmod(csa);
 * const accounting: Csa = kernel.symbols.get(CSA);
 * const task = kernel.init;
 * accounting.auth({ task });
 * accounting.start({ task, kinds: ["csa", "nqs"], path: "/var/csa/pacct" });
 * assertEquals(accounting.writeDaemon({ task, kind: "nqs", text: "queued" }), true);
 *
 * const make = kernel.fork(kernel.init);
 * kernel.symbols.get(JOB).create({ task: make, uid: 1000 });
 * accounting.startUserFile({ task: make, path: "/home/make" });
 * kernel.exec(make, "/usr/bin/make");
 * kernel.exit(kernel.fork(make));
 * accounting.stopUserFile({ task: make });
 * kernel.exit(make);
 * assertEquals(accounting.records({ path: "/home/make" }).map(({ type }) => type), ["process"]);
 * assertEquals(accounting.report({ by: "command" }).map(({ key, tasks }) => [key, tasks]), [["make", 2]]);
 * assertEquals(accounting.reportText({ by: "user" }).split("\n").length, 3);
 * assertEquals(decodeRecords(accounting.bytes()).length, accounting.records().length);
 * assertEquals(accounting.jsonLines({ path: "/home/make" }).trim().split("\n").length, 1);
 *
 * accounting.stop({ task, kinds: ["nqs"] });
 * accounting.halt({ task });
 * assertEquals(accounting.status().path, null);
 * assertThrows(() => accounting.incremental(), KernelError, "EINVAL");
 * ```
 */
export interface Csa {
  /**
   * Switches kinds of accounting on, and opens the system file.
   *
   * @param options The task that calls, the kinds, and the file; the one there was by default.
   * @throws {KernelError} EPERM without CAP_SYS_PACCT, EINVAL for no kind, an unknown one, a bad threshold, or when there
   * never was a file, then what opening the file gives: ENOENT, EACCES when it is not regular, EIO when not writable.
   */
  start(options: {
    readonly task: TaskArgument;
    readonly kinds: readonly StartKind[];
    readonly path?: string;
  }): void;
  /**
   * Switches kinds of accounting off.
   *
   * @param options The task that calls, and the kinds.
   * @throws {KernelError} EPERM without CAP_SYS_PACCT, EINVAL for no kind or an unknown one.
   */
  stop(options: { readonly task: TaskArgument; readonly kinds: readonly CsaKind[] }): void;
  /**
   * Switches everything off and closes the system file.
   *
   * @param options The task that calls.
   * @throws {KernelError} EPERM without CAP_SYS_PACCT.
   */
  halt(options: { readonly task: TaskArgument }): void;
  /**
   * What is accounted.
   *
   * @returns The system file, and every kind.
   */
  status(): CsaStatus;
  /**
   * Asks whether a task may change accounting.
   *
   * @param options The task.
   * @throws {KernelError} EPERM without CAP_SYS_PACCT.
   */
  auth(options: { readonly task: TaskArgument }): void;
  /**
   * Writes a record of a daemon.
   *
   * @param options The task that calls, which daemon, and 1 to 1024 bytes: as text, or in hexadecimal as `hex`.
   * @returns Whether it was written: not when that kind is off.
   * @throws {KernelError} EPERM without CAP_SYS_PACCT, EINVAL for no daemon or a bad length.
   */
  writeDaemon(options: {
    readonly task: TaskArgument;
    readonly kind: CsaKind;
    readonly text?: string;
    readonly hex?: string;
  }): boolean;
  /**
   * Begins a file for the job of the calling task; it gets everything about each of its tasks (JASTART, B42).
   *
   * @param options The task that calls, and the file.
   * @throws {KernelError} ENOENT when the task is in no job, EINVAL without a file, or what opening it gives.
   */
  startUserFile(options: { readonly task: TaskArgument; readonly path?: string }): void;
  /**
   * Ends the file of the job of the calling task (JASTOP).
   *
   * @param options The task that calls.
   * @throws {KernelError} ENOENT when the task is in no job.
   */
  stopUserFile(options: { readonly task: TaskArgument }): void;
  /**
   * Incremental accounting, which never came to be (B45).
   *
   * @throws {KernelError} EINVAL, always.
   */
  incremental(): never;

  /**
   * The records in a file in memory, oldest first.
   *
   * @param options The file.
   * @returns The records that it keeps.
   */
  records(options?: RecordsOf): readonly CsaRecord[];
  /**
   * The same as JSON, one record on a line.
   *
   * @param options The file.
   * @returns The lines.
   */
  jsonLines(options?: RecordsOf): string;
  /**
   * The same in the binary layout.
   *
   * @param options The file, and the order of bytes.
   * @returns The bytes.
   */
  bytes(options?: RecordsOf & { readonly endian?: Endian }): Uint8Array;
  /**
   * What was used, by job, by user or by command: of everything that was written to the system file, also what it no
   * longer keeps; or of the records that another file keeps.
   *
   * @param options By what, and the file.
   * @returns The lines.
   * @throws {KernelError} EINVAL for anything else than these three.
   */
  report(options: RecordsOf & { readonly by: ReportKey }): ReportRow[];
  /**
   * The same as a table.
   *
   * @param options By what, and the file.
   * @returns Lines of text.
   * @throws {KernelError} EINVAL for anything else than these three.
   */
  reportText(options: RecordsOf & { readonly by: ReportKey }): string;

  /**
   * Sends the files that are opened from now on somewhere else than into memory.
   *
   * @param files What opens them, or null for memory.
   * @example
   * ```ts
   * import { boot } from "@pnotify/pnotify";
   * import { CSA, csa, type CsaFiles } from "@pnotify/pnotify/modules/csa";
   * import { job } from "@pnotify/pnotify/modules/job";
   * import { assertEquals } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * kernel.modules.insmod(csa);
   * const accounting = kernel.symbols.get(CSA);
   * const written: string[] = [];
   * const files: CsaFiles = { open: (path) => ({ write: ({ type }) => void written.push(`${path} ${type}`) }) };
   * accounting.useFiles(files);
   * accounting.start({ task: kernel.init, kinds: ["nqs"], path: "/disk/pacct" });
   * accounting.writeDaemon({ task: kernel.init, kind: "nqs", text: "queued" });
   * assertEquals(written.at(-1), "/disk/pacct daemon");
   * ```
   */
  useFiles(files: CsaFiles | null): void;
  /**
   * Makes something wrong with a file in memory, or right again.
   *
   * @param options The file, and what is wrong with it.
   * @example
   * ```ts
   * import { boot, KernelError } from "@pnotify/pnotify";
   * import { CSA, csa } from "@pnotify/pnotify/modules/csa";
   * import { job } from "@pnotify/pnotify/modules/job";
   * import { assertThrows } from "@std/assert";
   * const { kernel } = boot();
   * kernel.modules.insmod(job);
   * kernel.modules.insmod(csa);
   * const accounting = kernel.symbols.get(CSA);
   * accounting.setCondition({ path: "/disk/pacct", condition: "missing" });
   * const start = () => accounting.start({ task: kernel.init, kinds: ["csa"], path: "/disk/pacct" });
   * assertThrows(start, KernelError, "ENOENT");
   * ```
   */
  setCondition(options: {
    readonly path: string;
    readonly condition: FileCondition | null;
  }): void;
}

/** The symbol under which {@linkcode Csa} is offered. */
export const CSA: KernelSymbol<Csa> = defineSymbol<Csa>("csa", { gplOnly: true });
