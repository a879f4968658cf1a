import type { Kernel } from "../../kernel/kernel.ts";
import type { TraceEvent } from "../../kernel/trace.ts";

/**
 * Maps pids to the names that a scenario gives to tasks. Pids are reused, so a
 * name follows its task from the first hook that sees it until it is reaped.
 */
export class Naming {
  readonly #kernel: Kernel;
  readonly #names = new Map<number, string>();
  #awaited: string | null = null;

  /**
   * Begins without names.
   *
   * @param kernel The world.
   */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Gives a name to a task that is there. */
  set(pid: number, name: string): void {
    this.#names.set(pid, name);
  }

  /** Names the child of the next fork, whose hooks run before it exists. */
  await(name: string | null): void {
    this.#awaited = name;
  }

  /** The name of the present task with a pid, or null. */
  of(pid: number): string | null {
    return this.#names.get(pid) ?? null;
  }

  /**
   * Follows an event, and names the task that it is about.
   *
   * @param event The event.
   * @returns `name[pid]`, or `comm[pid]` for a task without a name. Null for an event about no task.
   */
  follow(event: TraceEvent): string | null {
    if (!("pid" in event)) return null;
    if (event.type === "exec" && event.oldPid !== event.pid) this.#move(event.oldPid, event.pid);
    if (event.type === "fork" || (event.type === "hook" && this.#isUnborn(event.pid))) {
      this.#meet(event.pid, event.type === "fork");
    }
    const name = this.#names.get(event.pid);
    const who = name === undefined ? event.task : `${name}[${event.pid}]`;
    const isGone = event.type === "reap" || (event.type === "exit" && event.thread);
    if (isGone) this.#names.delete(event.pid);
    return who;
  }

  /** The name of a task in words, from the `comm[pid]` of the kernel. */
  display(task: string): string {
    const pid = Number(/\[(\d+)\]$/.exec(task)?.[1] ?? NaN);
    const name = this.#names.get(pid);
    return name === undefined ? task : `${name}[${pid}]`;
  }

  #isUnborn(pid: number): boolean {
    return this.#kernel.pids.find(pid) === null;
  }

  #meet(pid: number, isBorn: boolean): void {
    if (this.#awaited !== null) this.#names.set(pid, this.#awaited);
    else this.#names.delete(pid);
    if (isBorn) this.#awaited = null;
  }

  #move(from: number, to: number): void {
    const name = this.#names.get(from);
    if (name === undefined) return;
    this.#names.delete(from);
    this.#names.set(to, name);
  }
}
