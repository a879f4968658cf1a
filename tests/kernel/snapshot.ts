import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type ErrnoName, type Kernel, KernelError, type Task } from "../../kernel/mod.ts";
import type { Pnotify } from "../../pnotify/mod.ts";
import { membersOf } from "../../kernel/process_group.ts";

/** A kernel, alone or with its notification service. */
export interface AnyWorld {
  readonly kernel: Kernel;
  readonly pnotify?: Pnotify;
}

/** Everything that a failed call must leave alone, as plain data. */
export interface Snapshot {
  readonly tasks: readonly Record<string, unknown>[];
  readonly users: Readonly<Record<number, number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly locks: readonly string[];
  readonly modules: readonly unknown[];
  readonly events: readonly unknown[];
}

const name = (task: Task | null): string => task === null ? "none" : `${task}#${task.serial}`;

/** Every task on the task list. */
export function allTasks(kernel: Kernel): Task[] {
  return kernel.pids.list();
}

/** The children of a task, oldest first. */
export function childrenOf(task: Task): Task[] {
  const children: Task[] = [];
  for (let child = task.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

/** The threads of a task's group, from its leader on. */
export function threadsOf(task: Task): Task[] {
  const leader = task.groupLeader;
  return ring(leader, (thread) => thread.nextThread);
}

/** The members of a task's process group, by pid. */
export function groupOf(task: Task): Task[] {
  return membersOf(task.kernel, task.groupLeader.processGroup);
}

function ring(first: Task, next: (task: Task) => Task): Task[] {
  const members = [first];
  for (let task = next(first); task !== first; task = next(task)) members.push(task);
  return members;
}

function subscribersOf(task: Task): unknown[] {
  const entries: unknown[] = [];
  for (let entry = task.subscribers; entry !== null; entry = entry.next) {
    const { events, data } = entry as unknown as { events: { name: string }; data: unknown };
    entries.push([events.name, data]);
  }
  return entries;
}

function describeTask(task: Task): Record<string, unknown> {
  return {
    task: name(task),
    state: task.state,
    flags: task.flags,
    status: [task.exitCode, task.groupExitCode, task.endTime],
    parent: name(task.parent),
    children: childrenOf(task).map(name),
    threads: task.isLeader ? threadsOf(task).map(name) : name(task.groupLeader),
    group: task.isLeader ? [task.pgid, task.sid, ...groupOf(task).map(name)] : null,
    live: task.liveThreads,
    limits: task.limits,
    signals: task.signalActions,
    credentials: [task.uid, task.gid, task.credentials.capabilities],
    program: task.program,
    resources: task.resources === null ? null : { ...task.resources },
    sleeps: task.sleep !== null,
    subscribers: subscribersOf(task),
    lock: task.lockCount,
    usage: task.usage,
  };
}

/** The whole world as plain data: tasks, tree, groups, counts, lists, locks, modules. */
export function snapshot({ kernel, pnotify }: AnyWorld): Snapshot {
  const tasks = allTasks(kernel);
  const users: Record<number, number> = {};
  for (const task of tasks) users[task.uid] = kernel.user(task.uid).tasks;
  return {
    tasks: tasks.map(describeTask),
    users,
    counts: {
      tasks: kernel.taskCount,
      vforks: kernel.vforks.length,
      signals: kernel.pendingSignals?.length ?? 0,
      deferred: kernel.deferred?.length ?? 0,
      references: kernel.references?.size ?? 0,
      depth: kernel.context.depth,
      frames: kernel.context.frames.length,
      reports: kernel.reports.length,
    },
    locks: kernel.context.held.map((held) => `${held.lock.lockName} ${held.mode}`),
    modules: kernel.modules.lsmod().map((module) => [module.name, module.state, module.useCount]),
    events: pnotify?.balances().map((one) => ({ ...one })) ?? [],
  };
}

/** Checks that table, tree, threads, groups and counts tell the same story. */
export function checkWorld({ kernel }: AnyWorld): void {
  const tasks = allTasks(kernel);
  assertEquals(kernel.taskCount, tasks.length, "the count is that of the table");
  const users = new Map<number, number>();
  for (const task of tasks) {
    users.set(task.uid, (users.get(task.uid) ?? 0) + 1);
    assert(kernel.pids.find(task.pid) === task, `${task} is found under its pid`);
    checkFamily(task, tasks);
    if (task.isLeader) checkLeader(task);
  }
  for (const [uid, count] of users) assertEquals(kernel.user(uid).tasks, count, `tasks of ${uid}`);
  assertEquals(kernel.context.held.length, 0, "no lock is held");
}

function checkFamily(task: Task, tasks: Task[]): void {
  assert(task.usage > 0, `${task} is not freed`);
  assert("RSDZ".includes(task.state), `${task} is in state ${task.state}`);
  assertEquals(task.sleep !== null, "SD".includes(task.state), `${task} sleeps when it says so`);
  const children = childrenOf(task);
  for (const [i, child] of children.entries()) {
    assert(child.parent === task, `${child} has the parent that lists it`);
    const before = children[i - 1] ?? null;
    assert(child.prevSibling === before, `${child} has the older sibling that it says`);
  }
  if (!task.isLeader) return;
  if (task.parent !== null) assert(childrenOf(task.parent).includes(task), `${task} is listed`);
  assert(tasks.includes(task.parent ?? task), `the parent of ${task} is on the task list`);
}

function checkLeader(task: Task): void {
  const threads = threadsOf(task);
  for (const thread of threads) {
    assert(thread.groupLeader === task, `${thread} has the leader that lists it`);
    assert(thread.parent === task.parent, `${thread} has the parent of its leader`);
    assert(thread.nextThread.prevThread === thread, `the ring of ${thread} is whole`);
  }
  const live = threads.filter((thread) => thread.state !== "Z").length;
  assertEquals(task.liveThreads, live, `live threads of ${task}`);
  assert(groupOf(task).includes(task), `${task} is in its process group`);
  const { processGroup } = task;
  assertEquals(processGroup.members, groupOf(task).length, `members of group ${processGroup.id}`);
}

const MESSAGE = /^Cannot [a-z][^:]*( "[^"]*")?: \S.*[^.] \(([A-Z0-9]+)\)$/;

/** Checks that a call fails with an errno, in a message of the house's form, and leaves the world as it was. */
export function assertRefused(world: AnyWorld, code: ErrnoName, call: () => unknown): KernelError {
  const before = snapshot(world);
  const error = assertThrows(call, KernelError);
  assertEquals(error.code, code, error.message);
  assertMatch(error.message, MESSAGE);
  assertEquals(error.message.match(MESSAGE)![2], code);
  assert(!/\b\w+n't\b/.test(error.message), `no contraction in: ${error.message}`);
  assertEquals(snapshot(world), before);
  checkWorld(world);
  return error;
}
