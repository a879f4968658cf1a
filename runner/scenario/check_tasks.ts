import type { Json, TaskPlan } from "../engine/plan.ts";
import { COUNT, type Fields, optional, STRING } from "../engine/shape.ts";
import type { Checker } from "./checker.ts";
import { NAME_PATTERN } from "./check_scalar.ts";
import { describeNode, type ListNode, type Node, type ScalarNode } from "./node.ts";

/** The fields of a task that is there before the first step. */
export const TASK_FIELDS: Fields = {
  path: optional(STRING, "what it runs; /bin/NAME when nothing is said"),
  pid: optional({ type: "integer", min: 1 }, "the pid it shall have"),
  uid: optional(COUNT, "its user"),
  gid: optional(COUNT, "its group"),
};

/**
 * Reads the tasks that are there before the first step: paths such as `init/sh/make`.
 *
 * @param checker The checker. It learns the names of the tasks.
 * @param node The part under `tasks`.
 * @returns The tasks, parents first.
 */
export function checkTasks(checker: Checker, node: Node): TaskPlan[] {
  checker.where = "tasks";
  if (node.kind !== "list") {
    checker.wrongShape(node, "a list of paths, such as [init/sh],", "value");
    return [];
  }
  checker.scope.tasksAt = checker.at(node);
  return readTasks(checker, node);
}

function readTasks(checker: Checker, node: ListNode): TaskPlan[] {
  const tasks: TaskPlan[] = [];
  for (const item of node.items) {
    if (item.kind === "scalar" && typeof item.value === "string") {
      addTask(checker, tasks, item, {});
    } else if (item.kind === "map") {
      for (const { keyAt, value } of item.entries) {
        const fields = value.kind === "map"
          ? checker.fields(value, TASK_FIELDS, {}, "", "task")
          : {};
        if (value.kind !== "map") checker.wrongShape(value, "a map of its properties", "value");
        else if (fields !== undefined) {
          addTask(checker, tasks, keyAt, fields as Readonly<Record<string, Json>>);
        }
      }
    } else {
      checker.wrongShape(item, "a path, such as init/sh,", "task");
    }
  }
  return tasks;
}

function addTask(
  checker: Checker,
  tasks: TaskPlan[],
  node: ScalarNode,
  fields: Readonly<Record<string, Json>>,
): void {
  const path = String(node.value);
  if (path === "init" || path === "kthreadd") return;
  const names = path.split("/");
  const name = names.at(-1)!;
  const parent = names.at(-2) ?? "";
  const wrong = names.find((name) => !NAME_PATTERN.test(name));
  if (wrong !== undefined || names.length < 2) {
    const title = `Wrong task in tasks: found ${describeNode(node)}`;
    const label = names.length < 2 && wrong === undefined
      ? `a path from init, such as init/${path}, is wanted`
      : "names of letters, digits, _, - and . are wanted, with a / between them";
    checker.mistake(node, title, label);
    return;
  }
  if (names[0] !== "init" && names[0] !== "kthreadd") {
    const title = `Unknown root "${names[0]}" in tasks`;
    checker.mistake(node, title, `a path from init, such as init/${path}, is wanted`);
    return;
  }
  const earlier = checker.scope.names.get(name);
  if (earlier !== undefined) {
    const related = earlier.at === null ? [] : [{ at: earlier.at, label: "first here" }];
    checker.mistake(node, `Task "${name}" declared twice`, "another name is wanted", { related });
    return;
  }
  if (checker.scope.names.get(parent)?.what !== "task") {
    const title = `Unknown parent "${parent}" of task "${name}"`;
    const label = `declare ${names.slice(0, -1).join("/")} before it`;
    checker.mistake(node, title, label);
    return;
  }
  checker.scope.add(name, "task", checker.at(node));
  tasks.push({ name, parent, path: `/bin/${name}`, ...fields, at: checker.at(node) });
}
