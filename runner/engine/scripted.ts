import { Errno, type ErrnoName, KernelError } from "../../kernel/errno.ts";
import { defineModule, type KernelModule } from "../../kernel/module.ts";
import type { Task } from "../../kernel/task.ts";
import {
  defineEvents,
  type EventsDescription,
  type HookName,
  type PnotifyEvents,
} from "../../pnotify/events.ts";
import { refusableAction } from "../../pnotify/hook.ts";
import { PNOTIFY } from "../../pnotify/pnotify.ts";
import { PNOTIFY_ERROR, PNOTIFY_NOSUB, PNOTIFY_OK, type Verdict } from "../../pnotify/verdict.ts";
import type { Json, ScriptAction, ScriptPlan } from "./plan.ts";

/** A module that was made from a script. */
export interface Scripted {
  /** The module. */
  readonly module: KernelModule;
  /** The events that it registers. */
  readonly events: PnotifyEvents<unknown>;
}

/**
 * Makes a module from a script. Each world needs a module of its own, since hooks count their calls.
 *
 * @param name The name of the module and of its events.
 * @param script What each hook does.
 * @param print Prints to the kernel log.
 * @returns The module and its events.
 */
export function scriptModule(
  name: string,
  script: ScriptPlan,
  print: (text: string) => void,
): Scripted {
  const description: Record<string, unknown> = {
    name,
    module: name,
    priority: script.priority,
    global: script.global,
    fork: () => PNOTIFY_OK,
  };
  if (script.data !== null) {
    const { create, inherit } = script.data;
    description.taskData = { create: () => copy(create), inherit };
  }
  for (const [hook, actions] of Object.entries(script.hooks)) {
    description[hook] = scriptHook(name, hook as HookName, actions, print);
  }
  const events = define(description as unknown as EventsDescription<unknown>);
  const module = defineModule({
    name,
    license: script.license,
    uses: { pnotify: PNOTIFY },
    load: ({ pnotify }) => pnotify.register(events),
    unload: ({ pnotify }) => {
      if (pnotify.isRegistered(events)) pnotify.unregister(events);
    },
  });
  return { module: module as unknown as KernelModule, events };
}

/** The type checker cannot tell here whether there is task data. */
const define = defineEvents as (from: EventsDescription<unknown>) => PnotifyEvents<unknown>;

function scriptHook(
  name: string,
  hook: HookName,
  actions: readonly ScriptAction[],
  print: (text: string) => void,
): (task: Task) => Verdict {
  let calls = 0;
  return (task) => {
    const action = actions[Math.min(calls++, actions.length - 1)];
    if (action.log !== undefined) {
      const text = action.log.replaceAll("{task}", String(task));
      print(`${name}: ${text.replaceAll("{pid}", String(task.pid))}`);
    }
    if (action.throw !== undefined) throw new Error(action.throw);
    if (action.return !== undefined) return action.return as unknown as Verdict;
    return answer(name, hook, task, action.verdict ?? "ok");
  };
}

function answer(name: string, hook: HookName, task: Task, verdict: string): Verdict {
  if (verdict === "ok") return PNOTIFY_OK;
  if (verdict === "nosub") return PNOTIFY_NOSUB;
  if (verdict === "error") return PNOTIFY_ERROR;
  throw new KernelError(verdict as ErrnoName, {
    action: refusableAction(hook),
    name: String(task),
    found: `${name}.${hook} answers ${-Errno[verdict as ErrnoName]}`,
  });
}

function copy(value: Json): unknown {
  return value === null ? null : JSON.parse(JSON.stringify(value));
}
