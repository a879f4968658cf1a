import type { TreeNode } from "../engine/plan.ts";
import { formatStatus } from "../engine/verbs/process.ts";
import { printable, type Style } from "./style.ts";
import { measure, widest } from "./width.ts";

interface Row {
  readonly stem: string;
  readonly node: TreeNode;
}

/**
 * Draws the processes.
 *
 * @param tree The processes.
 * @param style Marks it up.
 * @returns The lines: each task with its state and its subscribers.
 */
export function formatTree(tree: readonly TreeNode[], style: Style): string[] {
  const rows = tree.flatMap((node) => rowsOf(node, "", ""));
  const width = Math.min(48, widest(rows.map(leftOf)));
  return rows.map((row) => {
    const left = leftOf(row);
    const subscribers = row.node.subscribers.join(" ");
    const gap = " ".repeat(Math.max(2, width + 2 - measure(left)));
    return `${paintLeft(row, style)}${subscribers === "" ? "" : gap}${style.cyan(subscribers)}`;
  });
}

function rowsOf(node: TreeNode, stem: string, below: string): Row[] {
  const rows: Row[] = [{ stem, node }];
  node.children.forEach((child, i) => {
    const isLast = i === node.children.length - 1;
    const branch = isLast ? "`- " : "|- ";
    rows.push(...rowsOf(child, below + branch, below + (isLast ? "   " : "|  ")));
  });
  return rows;
}

function nameOf({ name, comm, pid }: TreeNode): string {
  return printable(`${name ?? comm}[${pid}]`);
}

function detailsOf({ name, comm, uid, threads, exit }: TreeNode): string {
  const details: string[] = [];
  if (name !== null && name !== comm) details.push(comm);
  if (uid !== 0) details.push(`uid ${uid}`);
  if (threads.length > 0) details.push(`threads ${threads.join(" ")}`);
  if (exit !== null) details.push(formatStatus(exit));
  return details.length === 0 ? "" : printable(` (${details.join(", ")})`);
}

function leftOf({ stem, node }: Row): string {
  return `${stem}${nameOf(node)} ${node.state}${detailsOf(node)}`;
}

function paintLeft({ stem, node }: Row, style: Style): string {
  const state = node.state === "Z" ? style.yellow(node.state) : style.dim(node.state);
  return `${style.dim(stem)}${nameOf(node)} ${state}${style.dim(detailsOf(node))}`;
}
