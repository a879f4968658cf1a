import type { Jid } from "../job/jid.ts";

/*
 * Counters are safe integers: all 53 bits of them are exact, 285 years of microseconds, and they go through JSON. The
 * binary layout gives each 64 bits. Times are microseconds of virtual time, sizes KB. Null is a figure that nobody
 * charged: unknown, and not zero.
 */

/** A record of accounting (B36). */
export type CsaRecord =
  | ProcessRecord
  | StartOfJobRecord
  | EndOfJobRecord
  | ConfigurationRecord
  | DaemonRecord;

/** What one task used while it was in a job (B37). */
export interface ProcessRecord {
  /** Which kind of record. */
  readonly type: "process";
  /** The user. */
  readonly uid: number;
  /** The group. */
  readonly gid: number;
  /** The job. */
  readonly jid: Jid;
  /** There are no array sessions: 0. */
  readonly arraySession: number;
  /** There are no projects: 0. */
  readonly project: number;
  /** The pid. */
  readonly pid: number;
  /** The pid of its parent. */
  readonly ppid: number;
  /** There are no priorities: 0. */
  readonly nice: number;
  /** There are no scheduling classes: 0. */
  readonly schedulingClass: number;
  /** When it began, or came to this job. */
  readonly beginTime: number;
  /** Its comm, of which 16 bytes are kept. */
  readonly command: string;
  /** How long it was there: one tick at least (B39). */
  readonly elapsed: number;
  /** Time in user mode. */
  readonly userTime: number | null;
  /** Time in the kernel; half a tick when both were 0 (B39). */
  readonly systemTime: number | null;
  /** Its exit code, or the signal that killed it: 8 bits. */
  readonly exitStatus: number;
  /** What it costs: seconds of CPU time, multiplied by the rate of the module. */
  readonly billingUnits: number | null;
  /** It never called exec (flag 01, B38). */
  readonly forked: boolean;
  /** It used a privilege of the superuser (flag 02). */
  readonly superuser: boolean;
  /** It dumped core (flag 08). */
  readonly dumpedCore: boolean;
  /** A signal killed it (flag 10). */
  readonly killed: boolean;
  /** It was the last task of its job (flag 80, which the original did not have, B47). */
  readonly lastOfJob: boolean;
  /** Memory, or null when that is not accounted. */
  readonly memory: MemorySection | null;
  /** Input and output, or null when that is not accounted. */
  readonly io: IoSection | null;
}

/** What a task used of memory (B40). */
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
  /** Not filled, as ever (B40). */
  readonly pageSwaps: number | null;
}

/** What a task read and wrote (B41). */
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
  /** Which kind of record. */
  readonly type: "start-of-job";
  /** Whether it is new, or was running before. */
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
  /** Which kind of record. */
  readonly type: "end-of-job";
  /** The job. */
  readonly jid: Jid;
  /** Its owner. */
  readonly uid: number;
  /** Who made it: unused, so 0 (B9). */
  readonly initiator: number;
  /** When it began. */
  readonly beginTime: number;
  /** When it ended. */
  readonly endTime: number;
  /** The wait status of the last task that left. */
  readonly status: number;
  /** How many tasks were accounted. */
  readonly tasks: number;
  /** How many of them told nothing of their CPU time: the totals below are of the others. */
  readonly unknown: number;
  /** Time in user mode of all its tasks. */
  readonly userTime: number | null;
  /** Time in the kernel of all its tasks. */
  readonly systemTime: number | null;
  /** The highest resident size of any of them. */
  readonly coreHighWater: number | null;
  /** The highest virtual size of any of them. */
  readonly virtualHighWater: number | null;
}

/** What is accounted was changed (B45). */
export interface ConfigurationRecord {
  /** Which kind of record. */
  readonly type: "configuration";
  /** What was done. */
  readonly event: "on" | "off" | "halt" | "file";
  /** When. */
  readonly time: number;
  /** The kinds that are on from now on. */
  readonly kinds: readonly CsaKind[];
}

/** Something that a daemon wants to have on record (B45). */
export interface DaemonRecord {
  /** Which kind of record. */
  readonly type: "daemon";
  /** Which daemon. */
  readonly kind: DaemonKind;
  /** When. */
  readonly time: number;
  /** 1 to 1024 bytes, in hexadecimal. */
  readonly data: string;
}

/** The daemons that may have records written. */
export type DaemonKind = "nqs" | "workload" | "tape" | "site";

/** What can be accounted: records of tasks and their two parts, two thresholds, and daemons (B42, B45). */
export type CsaKind = "csa" | "mem" | "io" | "memt" | "time" | DaemonKind;

/** The keys of an object that has every name of a union: a name that is forgotten does not compile. */
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
 * What can be accounted, in the order of their indices.
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
