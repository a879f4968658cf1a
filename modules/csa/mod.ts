/**
 * Accounting of tasks and jobs, on top of the job module. There is a record for each task that leaves a job, and for
 * the begin and the end of each job. Figures come from `kernel.charge`. A figure that was not charged is null in a
 * record and `-` in a report. Records are objects, and can be written as JSON lines and in the binary layout of the
 * original.
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
export {
  CSA,
  type Csa,
  type CsaStatus,
  type KindStatus,
  type RecordsOf,
  type StartKind,
} from "./csa.ts";
export { type CsaFile, type CsaFiles, type FileCondition, MemoryFiles } from "./file.ts";
export { formatJsonLines, parseJsonLines } from "./json_lines.ts";
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
