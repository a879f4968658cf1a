import { capable } from "../../kernel/cred.ts";
import { KernelError } from "../../kernel/errno.ts";
import type { Task } from "../../kernel/task.ts";
import { ACCOUNTING_CSA } from "../job/accounting_module.ts";
import type { Jid } from "../job/jid.ts";
import { refuse } from "../call.ts";
import { DAEMON_SIZE_MAX, fromHex, toHex } from "./sections.ts";
import type { Csa, CsaStatus, StartKind } from "./csa.ts";
import type { CsaFile } from "./file.ts";
import type { CsaState } from "./state.ts";
import { CSA_KINDS, type CsaKind, DAEMON_KINDS, type DaemonKind } from "./record.ts";

/** Refuses a task that may not change accounting (B45). */
export function needsPacct(task: Task, action: string): void {
  if (capable(task, "CAP_SYS_PACCT")) return;
  const found = `uid ${task.uid} has no CAP_SYS_PACCT`;
  throw refuse("EPERM", action, task, found, "CAP_SYS_PACCT is wanted");
}

/** Switches kinds on (B45). */
export function startAccounting(
  state: CsaState,
  kinds: readonly StartKind[],
  path: string | undefined,
): void {
  const selected = checkKinds("start accounting of", kinds);
  const target = path ?? state.path;
  if (target === null) {
    throw refuse("EINVAL", "start accounting of", "csa", "there never was a file", "one is wanted");
  }
  const isNew = state.file === null || target !== state.path;
  const hadFile = state.file !== null;
  if (isNew) {
    const file = state.open(target);
    state.closeFile();
    state.file = file;
    state.path = target;
  }
  for (const { kind, threshold } of selected) {
    const entry = state.kinds.get(kind)!;
    entry.state = "on";
    entry.threshold = isThreshold(kind) ? threshold ?? 0 : null;
  }
  if (isNew && hadFile) state.writeConfiguration("file");
  state.writeConfiguration("on");
}

/** Switches kinds off (B45). */
export function stopAccounting(state: CsaState, kinds: readonly CsaKind[]): void {
  for (const { kind } of checkKinds("stop accounting of", kinds)) {
    state.kinds.get(kind)!.state = "off";
  }
  state.writeConfiguration("off");
}

/** Switches all kinds off (B45). */
export function haltAccounting(state: CsaState): void {
  for (const entry of state.kinds.values()) entry.state = "off";
  state.writeConfiguration("halt");
  state.closeFile();
}

/** A kind with the threshold that was given with it. */
interface SelectedKind {
  readonly kind: CsaKind;
  readonly threshold?: number;
}

function checkKinds(action: string, kinds: readonly StartKind[]): SelectedKind[] {
  if (!Array.isArray(kinds) || kinds.length < 1 || kinds.length > CSA_KINDS.length) {
    const found = Array.isArray(kinds) ? `${kinds.length} kinds are given` : "no list is given";
    throw refuse("EINVAL", action, "csa", found, `1 to ${CSA_KINDS.length} kinds are wanted`);
  }
  return kinds.map((entry) => checkKind(action, entry));
}

function checkKind(action: string, entry: StartKind): SelectedKind {
  const selected: SelectedKind = typeof entry === "string" ? { kind: entry } : entry;
  const { kind, threshold } = selected ?? {};
  if (!CSA_KINDS.includes(kind)) {
    const wanted = `one of ${CSA_KINDS.join(", ")} is wanted`;
    throw refuse("EINVAL", action, kind, "there is no such kind", wanted);
  }
  if (threshold === undefined) return selected;
  if (!isThreshold(kind) || !Number.isSafeInteger(threshold) || threshold < 0) {
    const found = `its threshold is ${threshold}`;
    throw refuse("EINVAL", action, kind, found, "an integer for memt or time is wanted");
  }
  return selected;
}

function isThreshold(kind: CsaKind): boolean {
  return kind === "memt" || kind === "time";
}

/** The state of accounting. */
export function statusOf(state: CsaState): CsaStatus {
  return {
    path: state.file === null ? null : state.path,
    kinds: CSA_KINDS.map((kind) => ({ kind, ...state.kinds.get(kind)! })),
  };
}

/** Writes a record of a daemon (B45). */
export function writeDaemon(
  state: CsaState,
  options: Parameters<Csa["writeDaemon"]>[0],
): boolean {
  const action = "write a record of";
  const kind = options.kind as DaemonKind;
  if (!DAEMON_KINDS.includes(kind)) {
    const wanted = `one of ${DAEMON_KINDS.join(", ")} is wanted`;
    throw refuse("EINVAL", action, kind, "there is no such daemon", wanted);
  }
  const bytes = daemonBytes(action, options);
  if (bytes.length < 1 || bytes.length > DAEMON_SIZE_MAX) {
    const found = `it is ${bytes.length} bytes long`;
    throw refuse("EINVAL", action, kind, found, `1 to ${DAEMON_SIZE_MAX} bytes are wanted`);
  }
  if (!state.isOn(kind)) return false;
  return state.write(kind, { type: "daemon", kind, time: state.now, data: toHex(bytes) });
}

function daemonBytes(action: string, options: Parameters<Csa["writeDaemon"]>[0]): Uint8Array {
  const { text, hex = "", kind } = options;
  if (text !== undefined) return new TextEncoder().encode(text);
  if (/^([0-9a-f]{2})*$/i.test(hex)) return fromHex(hex);
  throw refuse("EINVAL", action, kind, `hex is "${hex}"`, "pairs of hexadecimal digits are wanted");
}

/** Calls Job about the job of a task, and turns ENODATA into ENOENT (B45). */
function inJob<T>(task: Task, action: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof KernelError) || error.code !== "ENODATA") throw error;
    throw refuse("ENOENT", action, task, "it is in no job", "a task in a job is wanted");
  }
}

/** Gives Job the path of a job's file. `csa_sem` must not be held: it is taken after Job's locks. */
function tellJob(state: CsaState, jid: Jid, file: string | null): void {
  state.jobs.setAccounting({ jid, type: ACCOUNTING_CSA, file });
}

/** Opens the file of a job (JASTART). If the job ends meanwhile, the later of the two closes the file. */
export function startUserFile(state: CsaState, task: Task, path: string | undefined): void {
  const action = "begin the accounting file for";
  const jid = inJob(task, action, () => state.jobs.getJid({ pid: task }));
  if (typeof path !== "string" || path === "") {
    throw refuse("EINVAL", action, task, "no file is given", "a path is wanted");
  }
  const file = state.open(path);
  state.lock.whileWrite(() => {
    const totals = state.totalsOf(jid);
    totals.file?.close?.();
    totals.file = file;
  });
  try {
    inJob(task, action, () => tellJob(state, jid, path));
  } catch (error) {
    dropUserFile(state, jid, file);
    throw error;
  }
}

/** Closes a file that was opened too late for its job. */
function dropUserFile(state: CsaState, jid: Jid, file: CsaFile): void {
  state.lock.whileWrite(() => {
    if (state.running.get(jid)?.file !== file) return;
    state.running.delete(jid);
    file.close?.();
  });
}

/** Closes the file of a job (JASTOP). */
export function stopUserFile(state: CsaState, task: Task): void {
  const action = "end the accounting file for";
  const jid = inJob(task, action, () => state.jobs.getJid({ pid: task }));
  state.lock.whileWrite(() => {
    const totals = state.running.get(jid);
    if (totals === undefined) return;
    totals.file?.close?.();
    totals.file = null;
  });
  inJob(task, action, () => tellJob(state, jid, null));
}
