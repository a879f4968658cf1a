/**
 * Accounting of tasks and jobs, on top of the job module: a record for each task that leaves a job, and one for the
 * begin and the end of each job. Only tasks in a job are accounted.
 *
 * Figures are those that were charged with `kernel.charge`; what nobody charged is unknown, is null in a record and `-`
 * in a report. Records are objects; they can be had as JSON lines and in the binary layout of old, which
 * `decodeRecords` reads again.
 *
 * Locking: `csa_sem`, taken after Job's locks.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { CSA, csa } from "@pnotify/pnotify/modules/csa";
 * import { JOB, job } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * kernel.modules.insmod(csa);
 * const jobs = kernel.symbols.get(JOB);
 * const accounting = kernel.symbols.get(CSA);
 *
 * const make = kernel.fork(kernel.init);
 * jobs.create({ task: make, uid: 1000 });
 * kernel.exec(make, "/usr/bin/make");
 * kernel.charge(make, { userTime: 250_000_000, systemTime: 0 });
 * kernel.clock.advance(2_000_000_000);
 * kernel.exit(make);
 * assertEquals(
 *   accounting.reportText({ by: "command" }),
 *   `COMMAND  TASKS  ELAPSED   USER  SYSTEM  MEMORY  READ  WRITTEN  UNITS
 * make         1    2.00s  0.25s   0.00s       -     -        -   0.25
 * total        1    2.00s  0.25s   0.00s       -     -        -   0.25`,
 * );
 * ```
 *
 * @module
 */
export {
  decodeRecords,
  encodeRecord,
  type Endian,
  MAGIC_BIG,
  MAGIC_LITTLE,
  REVISION,
} from "./binary.ts";
export * from "./csa.ts";
export { type CsaFile, type CsaFiles, type FileCondition, MemoryFiles } from "./file.ts";
export * from "./json_lines.ts";
export { csa, type CsaParameters } from "./module.ts";
export {
  type ConfigurationRecord,
  CSA_KINDS,
  type CsaKind,
  type CsaRecord,
  DAEMON_KINDS,
  type DaemonKind,
  type DaemonRecord,
  type EndOfJobRecord,
  type IoSection,
  type MemorySection,
  type ProcessRecord,
  type StartOfJobRecord,
} from "./record.ts";
export { COMMAND_LENGTH } from "./sections.ts";
export { type ReportFigure, type ReportKey, reportOf, type ReportRow, Totals } from "./report.ts";
