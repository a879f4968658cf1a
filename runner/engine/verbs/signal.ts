import type { CapabilityName } from "../../../kernel/cred.ts";
import { Capability } from "../../../kernel/cred.ts";
import type { SignalAction, SignalName } from "../../../kernel/signal.ts";
import type { Limits } from "../../../kernel/limits.ts";
import type { Scene } from "../scene.ts";
import { BOOLEAN, COUNT, optional, required, type Shape, STRING, TASK } from "../shape.ts";
import { type Args, defineVerb, DONE, type Outcome, type Verb } from "../verb.ts";

const SIGNAL: Shape = { type: "signal" };

function kill(scene: Scene, args: Args): Outcome {
  const signal = (args.signal ?? "SIGTERM") as SignalName;
  const sender = scene.optionalTask(args.sender, "send a signal from");
  const options = sender === undefined ? {} : { sender };
  const sent = scene.kernel.kill(targetPid(scene, args), signal, options);
  return { value: sent, text: sent === 1 ? "1 process" : `${sent} processes` };
}

function targetPid(scene: Scene, args: Args): number {
  if (args.group !== undefined) return -scene.task(args.group, "send a signal to").pgid;
  if (args.pid !== undefined) return args.pid as number;
  return scene.task(args.task, "send a signal to").pid;
}

function setLimits(scene: Scene, args: Args): Outcome {
  const limits: { -readonly [K in keyof Limits]?: number } = {};
  if (args.processes !== undefined) limits.processes = args.processes as number;
  if (args.core !== undefined) limits.core = args.core as number;
  scene.kernel.setLimits(scene.task(args.task, "set the limits of"), limits);
  return DONE;
}

/** Verbs of signals, identity and limits. */
export const SIGNAL_VERBS: readonly Verb[] = Object.freeze([
  defineVerb({
    name: "kill",
    group: "processes",
    summary: "Send a signal",
    fields: {
      task: optional(TASK, "the process that gets it"),
      group: optional(TASK, "instead, the process group of this task"),
      pid: optional({ type: "integer" }, "instead, what kill(2) takes: 0, -1 or a pid"),
      signal: optional(SIGNAL, "the signal; SIGTERM when nothing is said"),
      sender: optional(TASK, "who sends it; the kernel itself when nobody is named"),
    },
    short: "task",
    binds: "value",
    actor: "sender",
    example: "kill: { task: make, signal: SIGKILL, sender: sh }",
    describe: ({ task, group, pid, signal }) =>
      `kill(${task ?? pid ?? `-${group}`}, ${signal ?? "SIGTERM"})`,
    run: kill,
  }),
  defineVerb({
    name: "signal_action",
    group: "processes",
    summary: "Change what a process does about a signal",
    fields: {
      task: required(TASK, "any thread of it"),
      signal: required(SIGNAL, "the signal"),
      action: required(
        { type: "choice", of: ["default", "ignore", "catch"], what: "action" },
        "default, ignore or catch",
      ),
    },
    short: null,
    binds: null,
    actor: "task",
    example: "signal_action: { task: sh, signal: SIGCHLD, action: ignore }",
    run: (scene, args) => {
      scene.kernel.setSignalAction(scene.task(args.task, "set an action of"), {
        signal: args.signal as SignalName,
        action: args.action as SignalAction,
      });
      return DONE;
    },
  }),
  defineVerb({
    name: "setsid",
    group: "processes",
    summary: "Make a process the leader of a new session",
    fields: { task: required(TASK, "any thread of it") },
    short: "task",
    binds: "value",
    actor: "task",
    example: "setsid: daemon",
    run: (scene, args) => {
      const sid = scene.kernel.setsid(scene.task(args.task, "setsid in"));
      return { value: sid, text: String(sid) };
    },
  }),
  defineVerb({
    name: "setpgid",
    group: "processes",
    summary: "Move a process to a process group, a new one of its own when none is named",
    fields: {
      task: required(TASK, "the task that asks"),
      target: optional(TASK, "the process to move; itself when nothing is said"),
      group: optional(TASK, "the process group of this task"),
    },
    short: "task",
    binds: null,
    actor: "task",
    example: "setpgid: { task: sh, target: make }",
    run: (scene, args) => {
      const task = scene.task(args.task, "setpgid in");
      const target = scene.optionalTask(args.target, "move");
      const group = scene.optionalTask(args.group, "join the group of");
      scene.kernel.setpgid(task, {
        ...(target === undefined ? {} : { target }),
        ...(group === undefined ? {} : { pgid: group.pgid }),
      });
      return DONE;
    },
  }),
  defineVerb({
    name: "setuid",
    group: "processes",
    summary: "Change a task's user; leaving uid 0 gives up every capability",
    fields: { task: required(TASK, "the task"), uid: required(COUNT, "the user") },
    short: null,
    binds: null,
    actor: "task",
    example: "setuid: { task: sh, uid: 1000 }",
    run: (scene, args) => {
      scene.kernel.setuid(scene.task(args.task, "setuid in"), args.uid as number);
      return DONE;
    },
  }),
  defineVerb({
    name: "setgid",
    group: "processes",
    summary: "Change a task's group",
    fields: { task: required(TASK, "the task"), gid: required(COUNT, "the group") },
    short: null,
    binds: null,
    actor: "task",
    example: "setgid: { task: sh, gid: 100 }",
    run: (scene, args) => {
      scene.kernel.setgid(scene.task(args.task, "setgid in"), args.gid as number);
      return DONE;
    },
  }),
  defineVerb({
    name: "drop_capabilities",
    group: "processes",
    summary: "Give up capabilities for good",
    fields: {
      task: required(TASK, "the task"),
      capabilities: required(
        {
          type: "list",
          of: { type: "choice", of: Object.keys(Capability), what: "capability" },
          single: true,
        },
        "the capabilities",
      ),
    },
    short: null,
    binds: null,
    actor: "task",
    example: "drop_capabilities: { task: sh, capabilities: [CAP_KILL] }",
    run: (scene, args) => {
      const names = args.capabilities as readonly CapabilityName[];
      scene.kernel.dropCapabilities(scene.task(args.task, "capset in"), names);
      return DONE;
    },
  }),
  defineVerb({
    name: "rename",
    group: "processes",
    summary: "Rename a task without exec",
    fields: { task: required(TASK, "the task"), comm: required(STRING, "its new comm") },
    short: null,
    binds: null,
    actor: "task",
    example: "rename: { task: worker, comm: pool-1 }",
    run: (scene, args) => {
      scene.kernel.rename(scene.task(args.task, "rename"), String(args.comm));
      return DONE;
    },
  }),
  defineVerb({
    name: "subreaper",
    group: "processes",
    summary: "Make a process adopt the orphans below it, or stop doing so",
    fields: {
      task: required(TASK, "any thread of it"),
      on: optional(BOOLEAN, "false to stop; true when nothing is said"),
    },
    short: "task",
    binds: null,
    actor: "task",
    example: "subreaper: systemd",
    run: (scene, args) => {
      scene.kernel.setSubreaper(scene.task(args.task, "subreaper in"), args.on !== false);
      return DONE;
    },
  }),
  defineVerb({
    name: "limits",
    group: "processes",
    summary: "Change a process's resource limits",
    fields: {
      task: required(TASK, "any thread of it"),
      processes: optional(COUNT, "how many tasks its user may have"),
      core: optional({ type: "size" }, "the largest core file; 0 dumps none"),
    },
    short: null,
    binds: null,
    actor: "task",
    example: "limits: { task: sh, processes: 10 }",
    run: setLimits,
  }),
]);
