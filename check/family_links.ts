import type { Kernel } from "../kernel/kernel.ts";
import type { ProcessGroup } from "../kernel/pid.ts";
import { PF_EXITING, PF_THREAD, type Task } from "../kernel/task.ts";
import { followRing, names, type Say } from "./task_list.ts";

/* The links between tasks, each followed from both of its ends. */

/** Checks that each child has its parent and its neighbours, and that the parent has the youngest child. */
export function checkChildren(task: Task, say: Say): void {
  if (task.firstChild === null) return;
  if (task.flags & PF_EXITING) say(`${task} has ended and still has children`);
  const seen = new Set<Task>();
  let before: Task | null = null;
  let child: Task | null = task.firstChild;
  for (; child !== null; before = child, child = child.nextSibling) {
    if (seen.has(child)) return say(`the children of ${task} run in a circle at ${child}`);
    seen.add(child);
    if (child.parent !== task) say(`${child}, a child of ${task}, has ${child.parent} as parent`);
    if (!child.isLeader) say(`${child}, a child of ${task}, leads no thread group`);
    if (child.prevSibling !== before) {
      say(
        `${child} has ${child.prevSibling} before it among the children of ${task}, not ${before}`,
      );
    }
    if (task.kernel.pids.find(child.pid) !== child) {
      say(`${child}, a child of ${task}, is not on the task list`);
    }
  }
  const youngest = task.lastChild;
  if (youngest !== before) say(`the youngest child of ${task} is ${before}, it has ${youngest}`);
}

/** Checks that a leader is a child of its parent. Only pid 0 has no parent. */
export function checkParent(leader: Task, say: Say): void {
  const { parent, kernel } = leader;
  if (leader.flags & PF_THREAD) say(`${leader} leads a thread group and is marked as a thread`);
  if (parent === null) {
    if (leader.pid !== 0) say(`${leader} has no parent`);
    return;
  }
  if (kernel.pids.find(parent.pid) !== parent) {
    say(`${leader} has ${parent} as parent, which is not on the task list`);
  }
  for (let child = parent.firstChild; child !== null; child = child.nextSibling) {
    if (child === leader) return;
  }
  say(`${leader} is not among the children of ${parent}`);
}

/** Checks that the threads of a group are in one ring and share their parent, and that the live ones are counted. */
export function checkThreads(leader: Task, say: Say): void {
  const threads = followRing(
    leader,
    "thread group",
    (task) => task.nextThread,
    (task) => task.prevThread,
    say,
  );
  if (threads === null) return;
  for (const thread of threads) {
    if (thread.groupLeader !== leader) {
      say(`${thread} is in the thread group of ${leader} and has leader ${thread.groupLeader}`);
    }
    if (thread.parent !== leader.parent) {
      say(`${thread} has parent ${thread.parent}, its leader ${leader} has ${leader.parent}`);
    }
  }
  const alive = threads.filter((thread) => !(thread.flags & PF_EXITING));
  if (alive.length !== leader.liveThreads) {
    say(`${leader} is counted ${leader.liveThreads} live threads and has ${names(alive)}`);
  }
}

/** Checks that a thread other than the leader is alive and in the ring of its leader. */
export function checkLeader(thread: Task, say: Say): void {
  const leader = thread.groupLeader;
  if (!(thread.flags & PF_THREAD)) say(`${thread} leads no thread group and is no thread`);
  if (thread.flags & PF_EXITING) say(`${thread}, a thread that has ended, is on the task list`);
  if (thread.kernel.pids.find(leader.pid) !== leader) {
    say(`${thread} has leader ${leader}, which is not on the task list`);
  }
  const seen = new Set<Task>();
  for (let at = leader.nextThread; at !== leader && !seen.has(at); at = at.nextThread) {
    if (at === thread) return;
    seen.add(at);
  }
  say(`${thread} is not in the thread group of ${leader}`);
}

/** Checks that the pid table has the process group of every process, and that each group counts its members. */
export function checkGroups(kernel: Kernel, tasks: readonly Task[], say: Say): void {
  const groups = new Map<ProcessGroup, Task[]>();
  for (const task of tasks) {
    if (!task.isLeader) continue;
    const { processGroup } = task;
    const members = groups.get(processGroup);
    if (members === undefined) groups.set(processGroup, [task]);
    else members.push(task);
  }
  for (const [group, members] of groups) {
    if (kernel.pids.findGroup(group.id) !== group) say(`process group ${group.id} is not known`);
    if (group.members === members.length) continue;
    say(`process group ${group.id} is counted ${group.members} members and has ${names(members)}`);
  }
}
