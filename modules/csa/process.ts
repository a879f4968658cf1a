import { TICK_NS } from "../../kernel/clock.ts";
import { exitCodeOf, WTERMSIG } from "../../kernel/wait_status.ts";
import type { Resources } from "../../kernel/resources.ts";
import {
  PF_DUMPCORE,
  PF_FORKNOEXEC,
  PF_SIGNALED,
  PF_SUPERPRIV,
  type Task,
} from "../../kernel/task.ts";
import type { JobAccountingData } from "../job/accounting_module.ts";
import { COMMAND_LENGTH } from "./sections.ts";
import type { IoSection, MemorySection, ProcessRecord } from "./record.ts";

/** One scheduler tick in microseconds. */
export const TICK_US: number = TICK_NS / 1000;

/** The figures of a task when it last changed jobs, so that nothing is accounted twice. */
export interface Baseline {
  /** The figures. */
  readonly resources: Resources;
  /** The time, in nanoseconds of virtual time. */
  readonly time: number;
}

/** The figures of a task without charges. */
const UNCHARGED: Resources = Object.freeze({});

/** The record of a task that leaves a job (B37 to B41). */
export function makeProcessRecord(
  task: Task,
  data: JobAccountingData,
  from: Baseline | null,
  rate: number,
): ProcessRecord {
  const used = since(task.resources ?? UNCHARGED, from?.resources ?? UNCHARGED);
  const now = task.kernel.clock.now;
  const begin = from?.time ?? task.startTime;
  const userTime = micros(used.userTime);
  const systemTime = leastSystemTime(userTime, micros(used.systemTime));
  const { flags, exitCode } = task;
  return {
    type: "process",
    uid: task.uid,
    gid: task.gid,
    jid: data.jid,
    arraySession: 0,
    project: 0,
    pid: task.pid,
    ppid: task.parent?.tgid ?? 0,
    nice: 0,
    schedulingClass: 0,
    beginTime: Math.floor(begin / 1000),
    command: fitCommand(task.comm),
    // A task is in its job for one tick at least (B39).
    elapsed: Math.max(TICK_US, Math.floor((now - begin) / 1000)),
    userTime,
    systemTime,
    exitStatus: exitCode & WTERMSIG || exitCodeOf(exitCode),
    billingUnits: billed(userTime, systemTime, rate),
    forked: (flags & PF_FORKNOEXEC) !== 0,
    superuser: (flags & PF_SUPERPRIV) !== 0,
    dumpedCore: (flags & PF_DUMPCORE) !== 0,
    killed: (flags & PF_SIGNALED) !== 0,
    lastOfJob: data.tasks === 1,
    memory: memoryOf(used, systemTime),
    io: ioOf(used),
  };
}

/** The figures since a baseline. High-water marks are never reset, so they are those of the whole life. */
function since(now: Resources, before: Resources): Resources {
  if (before === UNCHARGED) return now;
  const used: Resources = { ...now };
  for (const name of Object.keys(before) as (keyof Resources)[]) {
    if (name === "residentPeak" || name === "virtualPeak") continue;
    used[name] = now[name]! - before[name]!;
  }
  return used;
}

function micros(nanoseconds: number | undefined): number | null {
  return nanoseconds === undefined ? null : exact(nanoseconds / 1000);
}

function kilobytes(bytes: number | undefined): number | null {
  return bytes === undefined ? null : exact(bytes / 1024);
}

function count(value: number | undefined): number | null {
  return value === undefined ? null : exact(value);
}

/** An integer of at most 53 bits, since larger ones are not exact. */
function exact(value: number): number {
  return Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER);
}

/** The system time, or half a tick when both times are known to be 0 (B39). */
function leastSystemTime(userTime: number | null, systemTime: number | null): number | null {
  return userTime === 0 && systemTime === 0 ? TICK_US / 2 : systemTime;
}

function billed(userTime: number | null, systemTime: number | null, rate: number): number | null {
  if (userTime === null && systemTime === null) return null;
  return ((userTime ?? 0) + (systemTime ?? 0)) / 1e6 * rate;
}

function memoryOf(used: Resources, systemTime: number | null): MemorySection {
  const core = kilobytes(used.residentPeak);
  const virtual = kilobytes(used.virtualPeak);
  return {
    coreHighWater: core,
    virtualHighWater: virtual,
    coreIntegral: integral(core, systemTime),
    virtualIntegral: integral(virtual, systemTime),
    minorFaults: count(used.minorFaults),
    majorFaults: count(used.majorFaults),
    pageSwaps: null,
  };
}

/** Size times system time in MB * us (B40). It is an upper bound, since only the highest size is known. */
function integral(size: number | null, systemTime: number | null): number | null {
  if (size === null || systemTime === null) return null;
  return exact(systemTime * size / 1024) || exact(size / 1024);
}

function ioOf(used: Resources): IoSection {
  return {
    charsRead: count(used.bytesRead),
    charsWritten: count(used.bytesWritten),
    readCalls: count(used.readCalls),
    writeCalls: count(used.writeCalls),
    blocksRead: count(used.blocksRead),
    blocksWritten: count(used.blocksWritten),
    blockWait: micros(used.blockWait),
    rawWait: 0,
  };
}

/** The characters of a comm that fit into the field. A zero character ends the field. */
function fitCommand(comm: string): string {
  if (/^[ -~]*$/.test(comm)) return comm;
  const encoder = new TextEncoder();
  let command = "";
  let length = 0;
  for (const character of comm.replace(/\p{Cs}/gu, "\ufffd")) {
    length += encoder.encode(character).length;
    if (length > COMMAND_LENGTH || character === "\0") break;
    command += character;
  }
  return command;
}
