import type { Inherited } from "../../live/launch.ts";
import type { ReplayOutcome, ReplayRequest } from "../replay/session.ts";

/** What the worker of a live run is to do. Plain data: it goes to another thread. */
export interface LiveJob {
  /** The command and its arguments; nothing for a process that runs already. */
  readonly command: readonly string[];
  /** The process to attach to, or null. */
  readonly pid: number | null;
  /** The modules, and what is wanted of the run. */
  readonly request: ReplayRequest;
  /** Whether the command gets a seccomp filter. */
  readonly filter: boolean;
  /** Whether tasks are charged with what they used. */
  readonly figures: boolean;
  /** Whether everything that is left ends with the command itself. */
  readonly untilRoot: boolean;
  /** Whether a fault of a module ends the command. */
  readonly killOnFault: boolean;
  /** Whether each process is told of when it ends. */
  readonly follow: boolean;
  /** The file that all events are written to, or null. */
  readonly record: string | null;
}

/** A job, and what the command inherits: read before this process takes signals. */
export interface LiveStart extends LiveJob {
  /** Traits of this process as they were at its start. */
  readonly inherited: Inherited;
}

/** What the worker says. */
export type LiveMessage =
  /** The command runs. */
  | { readonly kind: "started"; readonly pid: number }
  /** The process is traced. It is left when this descriptor is closed. */
  | { readonly kind: "attached"; readonly pid: number; readonly wake: number }
  /** Something cannot work under a tracer. */
  | { readonly kind: "notice"; readonly text: string }
  /** A process has ended. */
  | { readonly kind: "line"; readonly text: string }
  /** The command itself has ended, and others of its processes still run. */
  | { readonly kind: "remaining"; readonly count: number }
  /** Everything has ended. `unrecorded` is why not all of it could be recorded, or null. */
  | {
    readonly kind: "ended";
    readonly status: number;
    readonly outcome: ReplayOutcome;
    readonly unrecorded: string | null;
  }
  /** The command did not start. */
  | { readonly kind: "refused"; readonly message: string; readonly exitStatus: number };
