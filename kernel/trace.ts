import type { ErrnoName } from "./errno.ts";
import type { LogRecord } from "./printk.ts";
import type { ContextName, Report } from "./report.ts";

/** The stamp on every trace event. */
export interface TraceStamp {
  /** Its number since boot, from 1. */
  readonly sequence: number;
  /** Virtual time, in nanoseconds since boot. */
  readonly time: number;
  /** The simulated CPU. */
  readonly cpu: ContextName;
  /** How deep kernel calls and hooks were nested. */
  readonly depth: number;
}

/** The task that a trace event is about. */
export interface TraceSubject {
  /** The task, as `comm[pid]`. */
  readonly task: string;
  /** Its pid. */
  readonly pid: number;
}

/** The verdict or outcome of a hook. */
export interface HookOutcome {
  /** The module. */
  readonly module: string;
  /** The hook: `init`, `fork`, `exec`, `exit` and so on. */
  readonly event: string;
  /** What it answered, for a hook that answers. */
  readonly verdict?: "PNOTIFY_OK" | "PNOTIFY_NOSUB" | "PNOTIFY_ERROR" | ErrnoName;
  /** It ran to undo a fork or a registration. */
  readonly rollback?: boolean;
  /** What it threw, when that was a fault of the module. */
  readonly fault?: string;
}

/** A trace event without its stamp. */
export type TraceBody =
  | TraceSubject & {
    readonly type: "fork";
    readonly parent: string;
    readonly parentPid: number;
    readonly thread: boolean;
  }
  | TraceSubject & { readonly type: "exec"; readonly path: string | null; readonly oldPid: number }
  | TraceSubject & { readonly type: "exit"; readonly status: number; readonly thread: boolean }
  | TraceSubject & { readonly type: "reap"; readonly by: string | null }
  | TraceSubject & { readonly type: "reparent"; readonly from: string; readonly to: string }
  | TraceSubject & { readonly type: "signal"; readonly signal: string; readonly by: string | null }
  | TraceSubject & { readonly type: "sleep" }
  | TraceSubject & { readonly type: "wake"; readonly errno: ErrnoName | null }
  | TraceSubject & { readonly type: "credentials"; readonly uid: number; readonly gid: number }
  | TraceSubject & { readonly type: "session"; readonly sid: number; readonly pgid: number }
  | TraceSubject & { readonly type: "rename"; readonly from: string }
  | TraceSubject & HookOutcome & { readonly type: "hook" }
  | TraceSubject & {
    readonly type: "subscribe" | "unsubscribe";
    readonly module: string;
    readonly by: string;
  }
  | { readonly type: "register" | "unregister"; readonly module: string }
  | { readonly type: "module"; readonly name: string; readonly state: "live" | "going" | "gone" }
  | { readonly type: "printk"; readonly record: LogRecord }
  | { readonly type: "report"; readonly report: Report };

/** One thing that happened in a kernel. */
export type TraceEvent = TraceStamp & TraceBody;

/** Receives each trace event as it happens. It may keep the event. It must not call the kernel. */
export type TraceSink = (event: TraceEvent) => void;

/** What a trace stamps its events with. */
export interface TraceSource {
  /** The virtual time. */
  readonly clock: { readonly now: number };
  /** The simulated CPU whose call is in progress. */
  readonly context: { readonly name: ContextName; readonly depth: number };
}

/**
 * Numbers trace events and hands them to the sinks. A kernel without sinks and checks has no trace: then a trace event
 * costs one test for null.
 *
 * @example
 * ```ts
 * import { boot, type Trace, type TraceEvent } from "@pnotify/pnotify";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * const seen: string[] = [];
 * const sink = (event: TraceEvent) => void seen.push(`${event.sequence} ${event.type}`);
 * const stop = kernel.addTraceSink(sink);
 * kernel.exit(kernel.fork(kernel.init));
 * stop();
 * assertEquals(seen, ["1 fork", "2 exit", "3 reap"]);
 * const trace: Trace = kernel.trace!;
 * trace.add(sink);
 * trace.emit({ type: "register", module: "job" });
 * trace.remove(sink);
 * assertEquals([seen.at(-1), trace.idle], ["4 register", true]);
 * ```
 */
export class Trace {
  /** The number of the last event. */
  sequence = 0;
  readonly #kernel: TraceSource;
  readonly #sinks: TraceSink[] = [];

  /** @internal Makes a trace without sinks. */
  constructor(kernel: TraceSource) {
    this.#kernel = kernel;
  }

  /** Whether it has no sinks. */
  get idle(): boolean {
    return this.#sinks.length === 0;
  }

  /**
   * Adds a sink, after those already there.
   *
   * @param sink Called with each event from now on.
   */
  add(sink: TraceSink): void {
    this.#sinks.push(sink);
  }

  /**
   * Removes a sink.
   *
   * @param sink What was added. A sink that was not added is ignored.
   */
  remove(sink: TraceSink): void {
    const index = this.#sinks.indexOf(sink);
    if (index >= 0) this.#sinks.splice(index, 1);
  }

  /**
   * Stamps an event and hands it to every sink.
   *
   * @param body What happened, without number, time and CPU.
   */
  emit(body: TraceBody): void {
    this.sequence++;
    if (this.#sinks.length === 0) return;
    const { context, clock } = this.#kernel;
    const stamp = {
      sequence: this.sequence,
      time: clock.now,
      cpu: context.name,
      depth: context.depth,
    };
    const event = Object.assign(stamp, body) as TraceEvent;
    for (const sink of this.#sinks) sink(event);
  }
}
