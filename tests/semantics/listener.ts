import {
  defineEvents,
  type Kernel,
  KernelBug,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Report,
  type Task,
  type Verdict,
} from "../../mod.ts";
import { assertThrows } from "@std/assert";

/** What the hooks of a {@linkcode listener} answer; init is heard of only where there is an answer. */
export interface Answers {
  /** The answer of init. */
  readonly init?: Verdict | (() => Verdict);
  /** The answer of fork. */
  readonly fork?: Verdict | (() => Verdict);
}

/** An events structure that writes down every call, as `name.hook pid`. */
export function listener(
  name: string,
  calls: string[],
  answers: Answers = {},
): PnotifyEvents<string | null> {
  const answer = (hook: "init" | "fork", task: Task): Verdict => {
    calls.push(`${name}.${hook} ${task.pid}`);
    const given = answers[hook] ?? PNOTIFY_OK;
    return typeof given === "function" ? given() : given;
  };
  return defineEvents<string>({
    name,
    ...(answers.init === undefined ? {} : { init: (task: Task) => answer("init", task) }),
    fork: (child) => answer("fork", child),
    exec: (task) => void calls.push(`${name}.exec ${task.pid}`),
    exit: (task) => void calls.push(`${name}.exit ${task.pid}`),
  });
}

/** The locks that the running context holds, as `name mode`, outermost first. */
export function heldLocks(kernel: Kernel): string[] {
  return kernel.context.held.map(({ lock, mode }) => `${lock.lockName} ${mode}`);
}

/** The names on a task's list, in list order. */
export function names(kernel: Kernel, task: Task): string[] {
  return kernel.callouts!.subscribersOf(task);
}

/** The report of the bug that a call ends in. */
export function bugOf(call: () => unknown): Report {
  return assertThrows(call, KernelBug).report!;
}
