import { exitText, type ReplayReport } from "../../../replay/mod.ts";
import type { Histories, TaskHistory } from "./history.ts";

/** How two accounts of the same run differ. */
export interface Comparison {
  /** How many processes were born, without the command itself. */
  readonly processes: number;
  /** How many threads. */
  readonly threads: number;
  /** How many programs were begun. */
  readonly execs: number;
  /** How many tasks ended. */
  readonly exits: number;
  /** What the connector heard and pnotify did not. */
  readonly lost: readonly string[];
  /** What pnotify told otherwise than the connector, and what never happened. */
  readonly wrong: readonly string[];
  /** Statuses that no tracer can know. */
  readonly unknowable: readonly string[];
}

/**
 * Compares what pnotify told of a run with what the connector heard, task by task.
 *
 * @param heard What the connector heard.
 * @param told What pnotify recorded.
 * @param report What pnotify reported in the end.
 */
export function compare(heard: Histories, told: Histories, report: ReplayReport): Comparison {
  const lost: string[] = [];
  const wrong: string[] = [];
  const unknowable: string[] = [];
  const threaded = threadedOf(heard);
  for (const [name, history] of heard) {
    const isThreaded = threaded.has(history.leader);
    const other = told.get(name);
    if (other === undefined) lost.push(`${name}: its birth`);
    else compareTasks(history, other, isThreaded, { lost, wrong, unknowable });
  }
  for (const name of told.keys()) {
    if (!heard.has(name)) wrong.push(`${name}: it was never born`);
  }
  wrong.push(...compareReport(heard, report));
  const tasks = [...heard.values()];
  const sum = (count: (task: TaskHistory) => number) =>
    tasks.reduce((total, task) => total + count(task), 0);
  const processes = tasks.filter(({ pid, tgid }) => pid === tgid).length;
  return {
    processes: processes - 1,
    threads: tasks.length - processes,
    execs: sum(({ execs }) => execs),
    exits: sum(({ ends }) => ends.length),
    lost,
    wrong,
    unknowable,
  };
}

/** The processes that had other threads than their first. */
function threadedOf(histories: Histories): ReadonlySet<TaskHistory> {
  const tasks = [...histories.values()];
  return new Set(tasks.filter((task) => task.leader !== task).map(({ leader }) => leader));
}

type Differences = Readonly<Record<"lost" | "wrong" | "unknowable", string[]>>;

function compareTasks(
  heard: TaskHistory,
  told: TaskHistory,
  isThreaded: boolean,
  { lost, wrong, unknowable }: Differences,
): void {
  const { name } = heard;
  const differs = (what: string, is: unknown, was: unknown) =>
    wrong.push(`${name}: ${what} ${is} told, ${was} heard`);
  if (told.tgid !== heard.tgid) differs("process", told.tgid, heard.tgid);
  if (told.parent !== heard.parent) differs("parent", told.parent, heard.parent);
  if (told.execs < heard.execs) lost.push(`${name}: ${heard.execs - told.execs} execs`);
  if (told.execs > heard.execs) differs("execs", told.execs, heard.execs);
  if (told.ends.length < heard.ends.length) lost.push(`${name}: its end`);
  if (told.ends.length > heard.ends.length) differs("ends", told.ends.length, heard.ends.length);
  for (const [index, { status }] of heard.ends.entries()) {
    const end = told.ends[index];
    if (end === undefined || end.status === status) continue;
    // A SIGKILL that comes while a thread ends takes its exit stop away. What is left is its final wait status, and that is
    // the status of its process, not its own.
    if (isThreaded && !end.measured) unknowable.push(`${name}: status`);
    else differs("status", end.status, status);
  }
}

/** The report has the same sums and the same processes, in order of birth, each with its end. */
function compareReport(heard: Histories, { summary, tree, warnings }: ReplayReport): string[] {
  const wrong = warnings.map(({ text }) => `report: ${text}`);
  const tasks = [...heard.values()];
  const processes = tasks.filter((task) => task.leader === task);
  const execs = tasks.reduce((total, task) => total + task.execs, 0);
  const counts = [processes.length, tasks.length - processes.length, execs];
  const reported = [summary.processes, summary.threads, summary.execs];
  if (counts.join() !== reported.join()) {
    wrong.push(`report: ${reported.join(", ")} told, ${counts.join(", ")} heard`);
  }
  const nodes = Map.groupBy(tree ?? [], ({ pid }) => pid);
  for (const { name, pid, processStatuses } of processes) {
    const node = nodes.get(pid)?.shift();
    const ends = [...processStatuses].map((status) => status === null ? null : exitText(status));
    const isRight = ends.includes(node?.exit ?? null);
    if (!isRight) wrong.push(`report: ${name} ended by ${node?.exit}, ${ends.join()} is heard`);
  }
  return wrong;
}
