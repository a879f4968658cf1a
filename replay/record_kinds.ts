/** A kind of record in an event recording: its `ev`. */
export type RecordKind =
  | "fork"
  | "exec"
  | "exit"
  | "comm"
  | "uid"
  | "gid"
  | "sid"
  | "pgid"
  | "found"
  | "usage"
  | "refused"
  | "kill"
  | "wait"
  | "exec-failed"
  | "exit-call"
  | "signal"
  | "subreaper"
  | "namespace"
  | "lost";

/**
 * What each kind of record means, in the order of the table in `docs/replay.md`. Version 1 grows by kinds: a reader passes
 * over what it does not know.
 */
export const RECORD_KINDS: Readonly<Record<RecordKind, string>> = Object.freeze<
  Record<RecordKind, string>
>({
  "fork": "a process, or a thread where `pid` differs",
  "exec": "a new program runs",
  "exit": "a task ended; `status` is a wait status",
  "comm": "it has another name",
  "uid": "it has another user",
  "gid": "it has another group",
  "sid": "it leads a new session",
  "pgid": "it moved to a process group",
  "found": "it was there before",
  "usage": "a measurement of what it used",
  "refused": "a module refused a fork or an exec: it did not happen",
  "kill": "it sent a signal",
  "wait": "it slept in wait while this child, or a thread of it, ended",
  "exec-failed": "an exec failed",
  "exit-call": "it asks to end, with this code",
  "signal": "a signal reached it that ends a process",
  "subreaper": "it adopts orphans, or no longer",
  "namespace": "its next child is init of a pid namespace",
  "lost": "the recorder lost events",
});
