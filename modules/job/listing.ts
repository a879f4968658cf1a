import { PF_THREAD, type Task } from "../../kernel/task.ts";
import type { JobCore } from "./core.ts";
import type { JobProcess, JobRow, JobTree } from "./jobs.ts";
import type { Job, Member } from "./record.ts";
import { alignColumns } from "../table_text.ts";

/*
 * A listing and a tree of all jobs, as data and as text. Reviewers of the original wanted them in place of ioctl.
 */

/** All jobs, oldest first. */
export function listJobs(core: JobCore): JobRow[] {
  return readAll(core, rowOf);
}

/** Reads every job, oldest first. It holds the table, so no job begins or ends meanwhile. */
function readAll<T>(core: JobCore, read: (job: Job) => T): T[] {
  const { table } = core;
  return table.lock.whileRead(() =>
    table.list().sort(byAge).map((job) => job.lock.whileRead(() => read(job)))
  );
}

function byAge(a: Job, b: Job): number {
  return a.serial - b.serial;
}

function rowOf(job: Job): JobRow {
  const prime = job.first?.task ?? null;
  return {
    jid: job.jid,
    uid: job.uid,
    state: job.state,
    tasks: job.tasks,
    nested: job.nested,
    parent: job.parent?.jid ?? null,
    limit: job.limit === Infinity ? null : job.limit,
    keep: job.keep,
    prime: prime === null ? null : { pid: prime.pid, comm: prime.comm },
    startTime: job.startTime,
    waiters: job.waiters.length,
  };
}

/** All jobs as a table. */
export function listText(core: JobCore): string {
  const rows = listJobs(core).map((row) => [
    row.jid,
    String(row.uid),
    row.keep ? `${row.state}, kept` : row.state,
    String(row.tasks),
    row.limit === null ? "-" : String(row.limit),
    row.parent ?? "-",
    row.prime === null ? "-" : `${row.prime.comm}[${row.prime.pid}]`,
  ]);
  return alignColumns(["JID", "UID", "STATE", "TASKS", "LIMIT", "IN", "PRIME"], rows, "lrlrrll");
}

/** All jobs with their processes. */
export function jobTree(core: JobCore): JobTree[] {
  const { tasklistLock } = core.kernel;
  const trees = readAll(core, (job) => {
    tasklistLock.readLock();
    try {
      return { job, tree: { ...rowOf(job), processes: processesOf(job), jobs: [] as JobTree[] } };
    } finally {
      tasklistLock.readUnlock();
    }
  });
  const byJob = new Map(trees.map(({ job, tree }) => [job, tree]));
  for (const { job, tree } of trees) {
    if (job.parent !== null) byJob.get(job.parent)!.jobs.push(tree);
  }
  return trees.filter(({ job }) => job.parent === null).map(({ tree }) => tree);
}

interface Node extends JobProcess {
  readonly children: Node[];
}

/** The members of a job. A member whose parent is a member stands below that parent. */
function processesOf(job: Job): JobProcess[] {
  const nodes = new Map<Task, Node>();
  for (let at: Member | null = job.first; at !== null; at = at.next) {
    const { pid, comm, flags } = at.task;
    nodes.set(at.task, { pid, comm, thread: (flags & PF_THREAD) !== 0, children: [] });
  }
  const roots: Node[] = [];
  for (const [task, node] of nodes) {
    const parent = task.isLeader ? task.parent : task.groupLeader;
    (nodes.get(parent!)?.children ?? roots).push(node);
  }
  return roots;
}

/** All jobs with their processes as a drawing. */
export function treeText(core: JobCore): string {
  const lines: string[] = [];
  for (const tree of jobTree(core)) drawJob(tree, "", "", lines);
  return lines.join("\n");
}

function drawJob(tree: JobTree, heading: string, indent: string, lines: string[]): void {
  const limit = tree.limit === null ? "" : ` of at most ${tree.limit}`;
  const tasks = `${tree.tasks} ${tree.tasks === 1 ? "task" : "tasks"}${limit}`;
  const kept = tree.keep ? ", kept" : "";
  lines.push(`${heading}job ${tree.jid} uid ${tree.uid} ${tree.state}, ${tasks}${kept}`);
  const below = tree.processes.length + tree.jobs.length;
  let drawn = 0;
  for (const process of tree.processes) drawProcess(process, indent, ++drawn === below, lines);
  for (const job of tree.jobs) {
    const last = ++drawn === below;
    drawJob(job, `${indent}${last ? "`- " : "|- "}`, `${indent}${last ? "   " : "|  "}`, lines);
  }
}

function drawProcess(process: JobProcess, indent: string, last: boolean, lines: string[]): void {
  const name = process.thread ? `{${process.comm}}` : process.comm;
  lines.push(`${indent}${last ? "`- " : "|- "}${name}[${process.pid}]`);
  const inner = `${indent}${last ? "   " : "|  "}`;
  const { children } = process;
  children.forEach((child, i) => drawProcess(child, inner, i === children.length - 1, lines));
}
