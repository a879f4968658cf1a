import {
  CLONE_PARENT,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
  type ForkOptions,
} from "../../../kernel/fork.ts";
import type { ExitHow } from "../../../kernel/exit.ts";
import type { Pending } from "../../../kernel/pending.ts";
import { createProgram } from "../../../kernel/program.ts";
import { type SignalName, signalName } from "../../../kernel/signal.ts";
import type { WaitResult } from "../../../kernel/wait.ts";
import { deadlySignalOf, dumpedCore, exitCodeOf } from "../../../kernel/wait_status.ts";
import type { Scene } from "../scene.ts";
import { BOOLEAN, type Field, type Fields, optional, required, STRING, TASK } from "../shape.ts";
import { type Args, defineVerb, DONE, type Outcome, type Verb } from "../verb.ts";

const CLONE_FLAGS: Readonly<Record<string, number>> = Object.freeze({
  thread: CLONE_VM | CLONE_THREAD,
  parent: CLONE_PARENT,
  vm: CLONE_VM,
  vfork: CLONE_VM | CLONE_VFORK,
});

const PID: Field = optional({ type: "integer", min: 1 }, "the pid it shall have");

/** How a task ends. */
const EXIT_FIELDS: Fields = {
  task: required(TASK, "the task that ends"),
  code: optional({ type: "integer" }, "its exit code, 0 to 255; 0 when nothing is said"),
  signal: optional({ type: "signal" }, "the signal that kills it, instead of a code"),
  core: optional(BOOLEAN, "whether it dumps core"),
};

/** A wait status in words. */
export function formatStatus(status: number): string {
  const signal = deadlySignalOf(status);
  if (signal === 0) return `exit ${exitCodeOf(status)}`;
  return `${signalName(signal)}${dumpedCore(status) ? " (core dumped)" : ""}`;
}

function exitHow(args: Args): ExitHow {
  if (args.signal === undefined) return (args.code ?? 0) as number;
  return { signal: args.signal as SignalName, core: args.core === true };
}

function describeExit(verb: string): (args: Args) => string {
  return (args) => `${verb}(${args.signal ?? args.code ?? 0})`;
}

function fork(scene: Scene, args: Args, name: string | null, flags: number): Outcome {
  const parent = scene.task(args.parent ?? args.task, "fork");
  const options: ForkOptions = args.pid === undefined
    ? { flags }
    : { flags, pid: args.pid as number };
  scene.naming.await(name);
  const child = scene.kernel.fork(parent, options);
  return { value: child, text: name === null ? String(child) : `${name}[${child.pid}]` };
}

/** The outcome of a wait, in words. */
export function formatWait(pending: Pending<WaitResult>): string {
  if (!pending.done) return "asleep";
  if (pending.errno !== null) return `-1 ${pending.errno}`;
  if (pending.value === null) return "nobody has ended";
  return `pid ${pending.value.pid}, ${formatStatus(pending.value.status)}`;
}

function wait(scene: Scene, args: Args): Outcome {
  const task = scene.task(args.task, "wait in");
  const child = scene.optionalTask(args.child, "wait for");
  const group = scene.optionalTask(args.group, "wait for the group of");
  const pending = scene.kernel.wait(task, {
    ...(child === undefined ? {} : { pid: child.pid }),
    ...(group === undefined ? {} : { pgid: group.pgid }),
    noHang: args.no_hang === true,
  });
  return { value: pending, text: formatWait(pending) };
}

function exec(scene: Scene, args: Args): Outcome {
  const task = scene.task(args.task, "exec in");
  const path = String(args.path ?? args.comm);
  const argv = args.argv as readonly string[] | undefined;
  const thread = scene.naming.of(task.pid);
  scene.kernel.exec(task, argv === undefined ? createProgram(path) : createProgram(path, argv));
  // A thread that execs takes over the pid of its leader. Its name moves to that pid.
  if (thread !== null) scene.naming.set(task.pid, thread);
  return DONE;
}

/** Verbs of the life of a process. */
export const PROCESS_VERBS: readonly Verb[] = Object.freeze([
  defineVerb({
    name: "fork",
    group: "processes",
    summary: "Make a child. Its fork hooks may refuse it",
    fields: {
      parent: required(TASK, "the task that forks"),
      flags: optional(
        {
          type: "list",
          of: { type: "choice", of: Object.keys(CLONE_FLAGS), what: "clone flag" },
          single: true,
        },
        "clone flags: thread, parent (a sibling), vm, vfork (the parent sleeps)",
      ),
      pid: PID,
    },
    short: "parent",
    binds: "task",
    actor: "parent",
    example: "fork: { parent: sh, as: make }",
    describe: ({ flags }) => flags === undefined ? "fork()" : `clone(${[flags].flat().join("|")})`,
    run: (scene, args, step) => {
      const names = (args.flags ?? []) as readonly string[];
      const flags = names.reduce((bits, name) => bits | CLONE_FLAGS[name], 0);
      return fork(scene, args, step.as, flags);
    },
  }),
  defineVerb({
    name: "thread",
    group: "processes",
    summary: "Make a thread of a task's process",
    fields: { task: required(TASK, "any thread of the process"), pid: PID },
    short: "task",
    binds: "task",
    actor: "task",
    example: "thread: { task: server, as: worker }",
    describe: () => "clone(thread)",
    run: (scene, args, step) => fork(scene, args, step.as, CLONE_FLAGS.thread),
  }),
  defineVerb({
    name: "vfork",
    group: "processes",
    summary: "Make a child while its parent sleeps until the child calls exec or ends",
    fields: { parent: required(TASK, "the task that forks"), pid: PID },
    short: "parent",
    binds: "task",
    actor: "parent",
    example: "vfork: { parent: sh, as: helper }",
    describe: () => "vfork()",
    run: (scene, args, step) => fork(scene, args, step.as, CLONE_FLAGS.vfork),
  }),
  defineVerb({
    name: "exec",
    group: "processes",
    summary: "Replace what a task runs",
    fields: {
      task: required(TASK, "the task"),
      path: optional(STRING, "the path of the program"),
      comm: optional(STRING, "instead of a path, the name that the task shall get"),
      argv: optional({ type: "list", of: STRING }, "the command line"),
    },
    short: "task",
    binds: null,
    actor: "task",
    example: "exec: { task: make, path: /usr/bin/make }",
    describe: (args) => `exec(${JSON.stringify(args.path ?? args.comm)})`,
    run: exec,
  }),
  defineVerb({
    name: "exit",
    group: "processes",
    summary: "End a process with all its threads",
    fields: EXIT_FIELDS,
    short: "task",
    binds: null,
    actor: "task",
    example: "exit: { task: make, code: 2 }",
    describe: describeExit("exit"),
    run: (scene, args) => {
      scene.kernel.exit(scene.task(args.task, "exit in"), exitHow(args));
      return DONE;
    },
  }),
  defineVerb({
    name: "exit_thread",
    group: "processes",
    summary: "End one thread; a process ends with its last",
    fields: EXIT_FIELDS,
    short: "task",
    binds: null,
    actor: "task",
    example: "exit_thread: worker",
    describe: describeExit("exit_thread"),
    run: (scene, args) => {
      scene.kernel.exitThread(scene.task(args.task, "exit in"), exitHow(args));
      return DONE;
    },
  }),
  defineVerb({
    name: "wait",
    group: "processes",
    summary: "Wait for a child to end, and reap it; the task sleeps while none has",
    fields: {
      task: required(TASK, "the task that waits"),
      child: optional(TASK, "only this child"),
      group: optional(TASK, "only children in the process group of this task"),
      no_hang: optional(BOOLEAN, "return at once"),
    },
    short: "task",
    binds: "value",
    actor: "task",
    example: "wait: { task: sh, child: make, as: status }",
    describe: ({ child, group }) => `wait(${child ?? (group === undefined ? "" : `-${group}`)})`,
    run: wait,
  }),
]);
