import { PF_EXITING, type Task, TASK_NEW } from "../../kernel/task.ts";
import type { JobAccountingData } from "../job/accounting_module.ts";
import { makeProcessRecord } from "./process.ts";
import type { CsaState, JobTotals } from "./state.ts";
import type { ProcessRecord } from "./record.ts";

/** A job began (B43). */
export function accountJobStart(
  state: CsaState,
  kind: "start" | "restart",
  data: JobAccountingData,
): void {
  state.lock.whileWrite(() => {
    state.totalsOf(data.jid);
    if (state.file === null || !state.isOn("csa")) return;
    state.write("csa", {
      type: "start-of-job",
      kind,
      jid: data.jid,
      uid: data.uid,
      beginTime: Math.floor(data.startTime / 1000),
      restartTime: kind === "restart" ? state.now : null,
    });
  });
}

/** A job ended (B43). Unlike the original, this fills in the totals. `eop` has kept the high-water marks. */
export function accountJobEnd(state: CsaState, status: number, data: JobAccountingData): void {
  state.lock.whileWrite(() => {
    const totals = state.totalsOf(data.jid);
    state.running.delete(data.jid);
    totals.file?.close?.();
    if (state.file === null || !state.isOn("csa")) return;
    state.write("csa", {
      type: "end-of-job",
      jid: data.jid,
      uid: data.uid,
      initiator: 0,
      beginTime: Math.floor(data.startTime / 1000),
      endTime: state.now,
      status,
      tasks: totals.tasks,
      unknown: totals.unknown,
      userTime: totals.userTime,
      systemTime: totals.systemTime,
      coreHighWater: data.coreHighWater,
      virtualHighWater: data.virtualHighWater,
    });
  });
}

/** A task leaves a job. Job holds its locks. So this may change `data`, and must not call Job (B13). */
export function accountProcess(state: CsaState, task: Task, data: JobAccountingData): void {
  // A task whose fork is rolled back never ran and used nothing.
  if (task.state === TASK_NEW) return;
  state.lock.whileWrite(() => {
    const record = makeProcessRecord(task, data, state.baselines.get(task) ?? null, state.rate);
    if (!(task.flags & PF_EXITING)) keepBaseline(state, task);
    const { memory } = record;
    data.coreHighWater = highest(data.coreHighWater, memory!.coreHighWater);
    data.virtualHighWater = highest(data.virtualHighWater, memory!.virtualHighWater);
    const totals = state.totalsOf(data.jid);
    addTo(totals, record);
    // The user's file gets every record (B42).
    if (!state.writeUser(data.jid, totals, record)) data.file = null;
    writeSystem(state, record);
  });
}

/** Keeps what a living task has used so far. So its next job is charged only for later use. */
function keepBaseline(state: CsaState, task: Task): void {
  const resources = Object.freeze({ ...task.resources });
  state.baselines.set(task, { resources, time: task.kernel.clock.now });
}

function highest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

function addTo(totals: JobTotals, record: ProcessRecord): void {
  const { userTime, systemTime } = record;
  totals.tasks++;
  if (userTime === null && systemTime === null) totals.unknown++;
  if (userTime !== null) totals.userTime = (totals.userTime ?? 0) + userTime;
  if (systemTime !== null) totals.systemTime = (totals.systemTime ?? 0) + systemTime;
}

/** Writes the parts that are on to the system file, if the task reaches the thresholds (B42). */
function writeSystem(state: CsaState, record: ProcessRecord): void {
  if (state.file === null || !state.isOn("csa") || isBelow(state, record)) return;
  const [memoryIsOn, ioIsOn] = [state.isOn("mem"), state.isOn("io")];
  const parts = { memory: memoryIsOn ? record.memory : null, io: ioIsOn ? record.io : null };
  state.write("csa", memoryIsOn && ioIsOn ? record : { ...record, ...parts });
}

/** Whether a task is below a threshold. An unknown figure is not below. */
function isBelow(state: CsaState, record: ProcessRecord): boolean {
  const core = record.memory!.coreHighWater;
  const memory = state.kinds.get("memt")!;
  if (memory.state === "on" && core !== null && core < memory.threshold!) return true;
  const { userTime, systemTime } = record;
  const time = state.kinds.get("time")!;
  if (time.state !== "on" || (userTime === null && systemTime === null)) return false;
  return (userTime ?? 0) + (systemTime ?? 0) < time.threshold!;
}
