import type { Jid } from "../job/jid.ts";

/*
 * Counters are integers of 53 bits, which are exact in JSON and hold 285 years of microseconds. The binary layout gives
 * each 64 bits. Times are microseconds of virtual time, sizes KB. Null is a figure that was not charged.
 */

/** A record of accounting (B36). */
export type CsaRecord =
  | ProcessRecord
  | StartOfJobRecord
  | EndOfJobRecord
  | ConfigurationRecord
  | DaemonRecord;

/** The resources that one task used in a job (B37). */
export interface ProcessRecord {
  /** The type of record. */
  readonly type: "process";
  /** The user. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
  /** The job. */
  readonly jid: Jid;
  /** 0, since there are no array sessions. */
  readonly arraySession: number;
  /** 0, since there are no projects. */
  readonly project: number;
  /** The pid. */
  readonly pid: number;
  /** The pid of its parent. */
  readonly ppid: number;
  /** 0, since there are no priorities. */
  readonly nice: number;
  /** 0, since there are no scheduling classes. */
  readonly schedulingClass: number;
  /** When it began, or joined this job. */
  readonly beginTime: number;
  /** The first 16 bytes of its comm. */
  readonly command: string;
  /** Its time in the job, one tick at least (B39). */
  readonly elapsed: number;
  /** Time in user mode. */
  readonly userTime: number | null;
  /** Time in the kernel. It is half a tick when both times are 0 (B39). */
  readonly systemTime: number | null;
  /** The exit code, or the signal that killed it, in 8 bits. */
  readonly exitStatus: number;
  /** The price: seconds of CPU time multiplied by the rate of the module. */
  readonly billingUnits: number | null;
  /** Whether it never called exec (flag 01, B38). */
  readonly forked: boolean;
  /** Whether it used a privilege of the superuser (flag 02). */
  readonly superuser: boolean;
  /** Whether it dumped core (flag 08). */
  readonly dumpedCore: boolean;
  /** Whether a signal killed it (flag 10). */
  readonly killed: boolean;
  /** Whether it was the last task of its job (flag 80, which the original lacks, B47). */
  readonly lastOfJob: boolean;
  /** The memory section, or null while memory is not accounted. */
  readonly memory: MemorySection | null;
  /** The I/O section, or null while I/O is not accounted. */
  readonly io: IoSection | null;
}

/** The memory section of a record (B40). */
export interface MemorySection {
  /** The highest resident size. */
  readonly coreHighWater: number | null;
  /** The highest virtual size. */
  readonly virtualHighWater: number | null;
  /** Resident size over system time, in MB * us. */
  readonly coreIntegral: number | null;
  /** Virtual size over system time, in MB * us. */
  readonly virtualIntegral: number | null;
  /** Page faults served without reading. */
  readonly minorFaults: number | null;
  /** Page faults that had to read. */
  readonly majorFaults: number | null;
  /** Null, since the original never filled it (B40). */
  readonly pageSwaps: number | null;
}

/** The I/O section of a record (B41). */
export interface IoSection {
  /** Bytes read by system calls. */
  readonly charsRead: number | null;
  /** Bytes written by system calls. */
  readonly charsWritten: number | null;
  /** Read system calls, failed ones included. */
  readonly readCalls: number | null;
  /** Write system calls, failed ones included. */
  readonly writeCalls: number | null;
  /** Blocks read. */
  readonly blocksRead: number | null;
  /** Blocks written. */
  readonly blocksWritten: number | null;
  /** Time waited for blocks. */
  readonly blockWait: number | null;
  /** Always 0 (B41). */
  readonly rawWait: number;
}

/** A job began (B43). */
export interface StartOfJobRecord {
  /** The type of record. */
  readonly type: "start-of-job";
  /** Whether the job is new, or was running before. */
  readonly kind: "start" | "restart";
  /** The job. */
  readonly jid: Jid;
  /** Its owner. */
  readonly uid: number;
  /** When it began. */
  readonly beginTime: number;
  /** When it began again, for a restart. */
  readonly restartTime: number | null;
}

/** A job ended (B43), with the totals that the original left empty. */
export interface EndOfJobRecord {
  /** The type of record. */
  readonly type: "end-of-job";
  /** The job. */
  readonly jid: Jid;
  /** Its owner. */
  readonly uid: number;
  /** 0, since the original never used it (B9). */
  readonly initiator: number;
  /** When it began. */
  readonly beginTime: number;
  /** When it ended. */
  readonly endTime: number;
  /** The wait status of the last task that left. */
  readonly status: number;
  /** The number of accounted tasks. */
  readonly tasks: number;
  /** The number of tasks without CPU times. The times below are of the others. */
  readonly unknown: number;
  /** Time in user mode of all tasks. */
  readonly userTime: number | null;
  /** Time in the kernel of all tasks. */
  readonly systemTime: number | null;
  /** The highest resident size of all tasks. */
  readonly coreHighWater: number | null;
  /** The highest virtual size of all tasks. */
  readonly virtualHighWater: number | null;
}

/** Accounting was switched (B45). */
export interface ConfigurationRecord {
  /** The type of record. */
  readonly type: "configuration";
  /** The change. */
  readonly event: "on" | "off" | "halt" | "file";
  /** When. */
  readonly time: number;
  /** The kinds that are on after it. */
  readonly kinds: readonly CsaKind[];
}

/** The data of a daemon (B45). */
export interface DaemonRecord {
  /** The type of record. */
  readonly type: "daemon";
  /** The daemon. */
  readonly kind: DaemonKind;
  /** When. */
  readonly time: number;
  /** 1 to 1024 bytes, in hexadecimal. */
  readonly data: string;
}

/** The daemons that write records. */
export type DaemonKind = "nqs" | "workload" | "tape" | "site";

/** The kinds of accounting: tasks, their two sections, two thresholds, and daemons (B42, B45). */
export type CsaKind = "csa" | "mem" | "io" | "memt" | "time" | DaemonKind;

/** The keys of an object that must have every name of a union. If a name is missing, the object does not compile. */
export function namesOf<Name extends string>(
  indices: Readonly<Record<Name, number>>,
): readonly Name[] {
  return Object.freeze(Object.keys(indices) as Name[]);
}

/** The daemons, in the order of their indices. */
export const DAEMON_KINDS: readonly DaemonKind[] = namesOf<DaemonKind>({
  nqs: 0,
  workload: 1,
  tape: 2,
  site: 3,
});

/**
 * The kinds of accounting, in the order of their indices.
 *
 * @example
 * ```ts
 * import { CSA_KINDS, DAEMON_KINDS } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * assertEquals(CSA_KINDS.slice(-DAEMON_KINDS.length), [...DAEMON_KINDS]);
 * ```
 */
export const CSA_KINDS: readonly CsaKind[] = namesOf<CsaKind>({
  csa: 0,
  mem: 1,
  io: 2,
  memt: 3,
  time: 4,
  nqs: 5,
  workload: 6,
  tape: 7,
  site: 8,
});
