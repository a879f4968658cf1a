import { KernelError } from "../kernel/errno.ts";
import type { Task } from "../kernel/task.ts";
import { CalloutsBase } from "./callouts_base.ts";

/** A child was copied; the detail is its parent. */
export const FORK = 1;
/** The fork of a child failed. */
export const FORK_FAILED = 2;
/** A new program runs. */
export const EXEC = 3;
/** A task ends. */
export const EXIT = 4;

/** Content. */
export const NOTIFY_OK = 1;
/** Nobody else is to be asked. */
export const NOTIFY_STOP_MASK = 0x8000;

/** One module in the chain (struct notifier_block). */
export interface NotifierBlock {
  /** The next one, or null. */
  next: NotifierBlock | null;
  /** Hears of everything that happens to any task. */
  call(event: number, task: Task, parent: Task | null): number;
}

/** A chain that is called for every event of every task, as Linux has it: the module finds out whether it cares. */
export class NotifierChain extends CalloutsBase {
  #head: NotifierBlock | null = null;

  /** Appends a module. */
  register(block: NotifierBlock): void {
    if (this.#head === null) {
      this.#head = block;
      return;
    }
    let last = this.#head;
    while (last.next !== null) last = last.next;
    last.next = block;
  }

  #call(event: number, task: Task, parent: Task | null): number {
    let answer = 0;
    for (let block = this.#head; block !== null; block = block.next) {
      answer = block.call(event, task, parent);
      if ((answer & NOTIFY_STOP_MASK) !== 0) break;
    }
    return answer;
  }

  /** Any module may refuse. */
  fork(child: Task, parent: Task): void {
    const answer = this.#call(FORK, child, parent);
    if ((answer & NOTIFY_STOP_MASK) !== 0) {
      throw new KernelError("EPERM", { action: "fork", found: "a module refused" });
    }
  }

  /** Tells all. */
  forkFailed(child: Task, parent: Task): void {
    this.#call(FORK_FAILED, child, parent);
  }

  /** Tells all. */
  exec(task: Task): void {
    this.#call(EXEC, task, null);
  }

  /** Tells all. */
  exit(task: Task): void {
    this.#call(EXIT, task, null);
  }
}
