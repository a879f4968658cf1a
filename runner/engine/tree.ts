import type { Task } from "../../kernel/task.ts";
import { EXIT_ZOMBIE } from "../../kernel/task.ts";
import { processStatus } from "../../kernel/wait.ts";
import type { TreeNode } from "./plan.ts";
import type { Scene } from "./scene.ts";

/**
 * Makes the tree of the present processes.
 *
 * @param scene The world.
 * @returns init with its children. Also kthreadd, where it has children or subscribers.
 */
export function treeOf(scene: Scene): TreeNode[] {
  const { init, kthreadd } = scene.kernel;
  const roots = kthreadd.firstChild === null && kthreadd.subscribers === null
    ? [init]
    : [init, kthreadd];
  return roots.map((task) => nodeOf(scene, task));
}

function nodeOf(scene: Scene, task: Task): TreeNode {
  const children: TreeNode[] = [];
  const threads: number[] = [];
  let thread = task;
  do {
    if (thread !== task) threads.push(thread.pid);
    for (let child = thread.firstChild; child !== null; child = child.nextSibling) {
      children.push(nodeOf(scene, child));
    }
    thread = thread.nextThread;
  } while (thread !== task);
  return {
    name: scene.naming.of(task.pid),
    pid: task.pid,
    comm: task.comm,
    state: task.state,
    uid: task.uid,
    subscribers: scene.subscribers(task).map(({ events }) => events.name),
    threads,
    exit: task.state === EXIT_ZOMBIE ? processStatus(task) : null,
    children,
  };
}
