import type { TraceEvent } from "../../kernel/trace.ts";
import { fnv1a, FNV_OFFSET_BASIS, mixBits } from "../../kernel/hash.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Naming } from "./naming.ts";
import type { StepPlan, TraceItem } from "./plan.ts";

/** How many items of a trace are kept. The counts and the hash go on after that. */
export const TRACE_LIMIT = 50_000;

/** One call of a hook. */
export interface HookCall {
  /** The name of the events structure. */
  readonly events: string;
  /** The hook. */
  readonly hook: string;
  /** The task, by its name in the scenario, or as `comm[pid]`. */
  readonly task: string;
  /** What it answered, or null. */
  readonly verdict: string | null;
  /** Whether it was part of a roll-back. */
  readonly rollback: boolean;
  /** The number of its trace event. */
  readonly sequence: number;
}

/**
 * Listens to the trace of a kernel. It keeps the items in order, the calls of hooks, the first event of each
 * subscription, and a hash of all events. Expectations and reports read them later.
 */
export class Recorder {
  /** The trace, up to {@linkcode TRACE_LIMIT} items. */
  readonly items: TraceItem[] = [];
  /** How many items were dropped. */
  dropped = 0;
  /** The calls of hooks, in order. */
  readonly calls: HookCall[] = [];
  /** How often each type of event happened. */
  readonly counts: Map<string, number> = new Map();
  /** The event since which an events structure is on a task's list, by `events pid`. */
  readonly since: Map<string, number> = new Map();
  /** The number of the last event of each type, by `type` and by `type name`. */
  readonly #last = new Map<string, number>();
  /** The number of the last event. */
  sequence = 0;
  /** FNV-1a over all events. */
  hash: number = FNV_OFFSET_BASIS;
  #step = 0;
  readonly #naming: Naming;
  readonly #keep: boolean;

  /**
   * Starts to listen.
   *
   * @param kernel The world.
   * @param naming The names of its tasks.
   * @param keep Whether to keep the trace. Counts and calls are always kept.
   */
  constructor(kernel: Kernel, naming: Naming, keep: boolean = true) {
    this.#naming = naming;
    this.#keep = keep;
    kernel.addTraceSink((event) => this.#record(event));
  }

  #record(event: TraceEvent): void {
    this.sequence = event.sequence;
    const who = this.#naming.follow(event);
    this.#mix(JSON.stringify(event));
    this.counts.set(event.type, (this.counts.get(event.type) ?? 0) + 1);
    if (event.type === "hook") this.#recordCall(event, who!);
    if (event.type === "subscribe") this.#since(event.module, event.pid, event.sequence);
    if (event.type === "module") this.#last.set(`${event.state} ${event.name}`, event.sequence);
    if (event.type === "register" || event.type === "unregister") {
      this.#last.set(`${event.type} ${event.module}`, event.sequence);
    }
    this.#last.set(event.type, event.sequence);
    if (who !== null) {
      this.#last.set(`${event.type} ${who.replace(/\[\d+\]$/, "")}`, event.sequence);
    }
    this.#push({ type: "event", step: this.#step, who, event });
  }

  #recordCall(event: TraceEvent & { type: "hook" }, who: string): void {
    const { module, event: hook, pid, sequence, verdict, rollback } = event;
    const task = this.#naming.of(pid) ?? who;
    this.calls.push({
      events: module,
      hook,
      task,
      verdict: verdict ?? null,
      rollback: rollback ?? false,
      sequence,
    });
    // canFork and canExec subscribe nobody.
    if (verdict === "PNOTIFY_OK" && !hook.startsWith("can")) this.#since(module, pid, sequence);
  }

  /**
   * The number of the last event of a kind, or null.
   *
   * @param kind The type of the event, or the state that a module came to.
   * @param name The task or module that it was about. Any, by default.
   */
  lastOf(kind: string, name?: string): number | null {
    return this.#last.get(name === undefined ? kind : `${kind} ${name}`) ?? null;
  }

  #since(events: string, pid: number, sequence: number): void {
    this.since.set(`${events} ${pid}`, sequence);
  }

  /** Notes that a step begins. */
  begin(step: StepPlan, who: string | null, cpu: string, call: string): void {
    this.#step = step.number;
    const { number, verb, phase } = step;
    const { sequence } = this;
    this.#push({ type: "begin", step: number, verb, phase, who, cpu, call, sequence });
  }

  /** Notes that a step has ended. */
  end(item: Omit<TraceItem & { type: "end" }, "type" | "sequence">): void {
    this.#mix(`${item.step} ${item.result}`);
    this.#push({ type: "end", ...item, sequence: this.sequence });
  }

  #push(item: TraceItem): void {
    if (!this.#keep) return;
    if (this.items.length < TRACE_LIMIT) this.items.push(item);
    else this.dropped++;
  }

  #mix(text: string): void {
    this.hash = fnv1a(this.hash, text);
  }

  /** The hash and the state of a generator, as eight hexadecimal digits. */
  unseed(state: number): string {
    return mixBits(this.hash ^ state).toString(16).padStart(8, "0");
  }
}
