import type { ErrnoName } from "../kernel/errno.ts";
import type { Resources } from "../kernel/resources.ts";

/**
 * When and where something was recorded. What a format does not tell is `null`: unknown, not invented.
 */
export interface EventPlace {
  /** When, in nanoseconds since the recording's {@linkcode RecordingClock.origin}. */
  readonly time: number;
  /** The line that tells it, from 1. */
  readonly line: number;
}

/** A process or thread was made. */
export interface ForkEvent extends EventPlace {
  /** What happened. */
  readonly type: "fork";
  /** The new task. */
  readonly pid: number;
  /** Its process: itself unless it is a thread. */
  readonly tgid: number | null;
  /** Whether it is a thread; null where only later lines can tell. */
  readonly thread: boolean | null;
  /** The task that made it. */
  readonly creator: number | null;
  /** The process of the task that made it. */
  readonly creatorTgid: number | null;
  /** The real parent: a process. Of a thread, the parent of its process. */
  readonly parent: number | null;
  /** The clone flags, without the exit signal. */
  readonly flags: number | null;
  /** Its comm. */
  readonly comm: string | null;
}

/** A new program runs. */
export interface ExecEvent extends EventPlace {
  /** What happened. */
  readonly type: "exec";
  /** The pid of the task after the exec: that of its leader. */
  readonly pid: number;
  /** The pid of the task before the exec. */
  readonly oldPid: number | null;
  /** The path of the program. */
  readonly path: string | null;
  /** Its command line, perhaps cut short by the recorder. */
  readonly argv: readonly string[] | null;
  /** The comm that it gives. */
  readonly comm: string | null;
  /** The folder that the task is in, where the recorder tells. */
  readonly cwd?: string | null;
  /** Whether {@linkcode Replay.mayExec} has just permitted this very program. Then no module is asked again. */
  readonly permitted?: boolean;
}

/** An exec that is about to happen. */
export type ExecCall = Pick<ExecEvent, "time" | "line" | "pid" | "path" | "argv" | "cwd">;

/** A module refused a fork or an exec, and it did not happen. */
export interface RefusedEvent extends EventPlace {
  /** What happened. */
  readonly type: "refused";
  /** What was refused. */
  readonly call: "fork" | "exec";
  /** The child that was not to live, or the task that called exec. */
  readonly pid: number;
  /** The process of the child, or of the task. */
  readonly tgid: number;
  /** The task that forked; null of an exec. */
  readonly creator: number | null;
  /** What the call gave. */
  readonly errno: ErrnoName;
  /** The program of an exec. */
  readonly path: string | null;
}

/** A task sent a signal. The end that it may bring comes as an event of its own. */
export interface KillEvent extends EventPlace {
  /** What happened. */
  readonly type: "kill";
  /** The sender. */
  readonly pid: number;
  /** As in kill(2): a task, 0 for the sender's process group, -1 for everybody, else a process group. */
  readonly target: number;
  /** The signal. */
  readonly signal: number;
}

/** A task waited for a child while the child ended. */
export interface WaitEvent extends EventPlace {
  /** What happened. */
  readonly type: "wait";
  /** The task that waited. */
  readonly pid: number;
  /** The child. */
  readonly child: number;
}

/** An exec failed: nothing changed. */
export interface FailedExecEvent extends EventPlace {
  /** What happened. */
  readonly type: "exec-failed";
  /** The task. */
  readonly pid: number;
}

/** A task calls exit or exit_group. The end itself comes later. */
export interface ExitCallEvent extends EventPlace {
  /** What happened. */
  readonly type: "exit-call";
  /** The task. */
  readonly pid: number;
  /** Its process, where the line tells. */
  readonly tgid: number | null;
  /** The code. */
  readonly code: number;
  /** Whether the whole process is to end. */
  readonly group: boolean;
}

/** A task ended. */
export interface ExitEvent extends EventPlace {
  /** What happened. */
  readonly type: "exit";
  /** The task. */
  readonly pid: number;
  /** Its process, where the line tells. */
  readonly tgid: number | null;
  /** Its wait status: `code << 8 | signal | 0x80 if it dumped core`. */
  readonly status: number | null;
  /** The parent of its process at that time; 0 when it had been reaped already. */
  readonly parent: number | null;
  /** Whether it was the last of its process. */
  readonly groupDead: boolean | null;
}

/** A signal that ends a process reached a task without a handler. */
export interface SignalEvent extends EventPlace {
  /** What happened. */
  readonly type: "signal";
  /** The task. */
  readonly pid: number;
  /** The signal. */
  readonly signal: number;
}

/** A task changed its comm without exec. */
export interface RenameEvent extends EventPlace {
  /** What happened. */
  readonly type: "rename";
  /** The task. */
  readonly pid: number;
  /** Its comm from now on. */
  readonly comm: string;
}

/** A process made a session, or moved to a process group. */
export interface SessionEvent extends EventPlace {
  /** What happened. */
  readonly type: "session" | "group";
  /** The process. */
  readonly pid: number;
  /** The id of the session or group. */
  readonly id: number;
}

/** A task changed its user or group. */
export interface CredentialsEvent extends EventPlace {
  /** What happened. */
  readonly type: "credentials";
  /** The task. */
  readonly pid: number;
  /** Its user from now on, if that changed. */
  readonly uid: number | null;
  /** Its group from now on, if that changed. */
  readonly gid: number | null;
}

/** A process becomes a subreaper, or is none any longer. */
export interface SubreaperEvent extends EventPlace {
  /** What happened. */
  readonly type: "subreaper";
  /** The process. */
  readonly pid: number;
  /** Whether it adopts from now on. */
  readonly on: boolean;
}

/** A process unshares its pid namespace. Its next child is the init of the new one. */
export interface NamespaceEvent extends EventPlace {
  /** What happened. */
  readonly type: "namespace";
  /** The process. */
  readonly pid: number;
}

/** The recorder found a running task. Its fork was not recorded. */
export interface FoundEvent extends EventPlace {
  /** What happened. */
  readonly type: "found";
  /** The task. */
  readonly pid: number;
  /** Its process. */
  readonly tgid: number | null;
  /** Its parent. */
  readonly parent: number | null;
  /** Its comm. */
  readonly comm: string | null;
  /** Its user, where the recorder tells. */
  readonly uid?: number;
  /** Its group, where the recorder tells. */
  readonly gid?: number;
  /** Its process group, where the recorder tells. */
  readonly group?: number;
  /** Its session, where the recorder tells. */
  readonly session?: number;
}

/** A measurement of the resources that a task used. */
export interface UsageEvent extends EventPlace {
  /** What happened. */
  readonly type: "usage";
  /** The task. */
  readonly pid: number;
  /** The usage to add. */
  readonly resources: Resources;
}

/** The recorder lost events. */
export interface LostEvent extends EventPlace {
  /** What happened. */
  readonly type: "lost";
  /** How many, or null when it is only known that there were some. */
  readonly count: number | null;
}

/** An event of a recording. */
export type RecordedEvent =
  | ForkEvent
  | ExecEvent
  | FailedExecEvent
  | RefusedEvent
  | KillEvent
  | WaitEvent
  | ExitCallEvent
  | ExitEvent
  | SignalEvent
  | RenameEvent
  | SessionEvent
  | CredentialsEvent
  | SubreaperEvent
  | NamespaceEvent
  | FoundEvent
  | UsageEvent
  | LostEvent;

/**
 * Receives events in the order in which they were recorded.
 *
 * @param event The event. It does not change afterwards.
 */
export type EventSink = (event: RecordedEvent) => void;

/** How the times of a recording are to be read. */
export interface RecordingClock {
  /** The recorder's clock at time 0 of the events, in nanoseconds. */
  readonly origin: number;
  /** `monotonic` since boot, `epoch` since 1970, `day` since midnight, `relative` since the start, or none at all. */
  readonly kind: "monotonic" | "epoch" | "day" | "relative" | "none";
}

/**
 * The bit of clone flags that makes the child the init of a new pid namespace.
 *
 * @example
 * ```ts
 * import { CLONE_NEWPID, nodesOf, ProcessRecord } from "@pnotify/pnotify/replay";
 * import { assertEquals } from "@std/assert";
 * const container = new ProcessRecord(7, { serial: 0, firstSeen: 0, forked: true, comm: "init" });
 * container.cloneFlags = CLONE_NEWPID | 17;
 * assertEquals(nodesOf([container], { origin: 0, kind: "monotonic" })[0].clone_flags, "0x20000011");
 * ```
 */
export const CLONE_NEWPID = 0x20000000;
