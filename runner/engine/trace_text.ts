import type { TraceEvent } from "../../kernel/trace.ts";
import { lengthOf, type Measure, pad } from "../../replay/layout.ts";
import type { TraceItem } from "./plan.ts";
import { formatStatus } from "./verbs/process.ts";

/** One line of a trace, as parts. */
export interface TraceLine {
  /** The number of the event, or null for a step that caused none. */
  readonly sequence: number | null;
  /** The simulated CPU. */
  readonly cpu: string;
  /** The acting task, as `name[pid]`. Empty for none. */
  readonly who: string;
  /** What happened. */
  readonly text: string;
  /** How far it is indented. */
  readonly indent: number;
  /**
   * Its kind, for colour: a call, a refused call, a hook, a roll-back, a report, a line of the log or another event.
   */
  readonly kind: "call" | "error" | "hook" | "rollback" | "report" | "log" | "event";
  /** The number of the step; 0 before the first. */
  readonly step: number;
}

/** For each type of event, the verbs whose line says the same. */
const TOLD_BY_STEP: Readonly<Record<TraceEvent["type"], readonly string[]>> = Object.freeze<
  Record<TraceEvent["type"], readonly string[]>
>({
  fork: ["fork", "thread", "vfork"],
  exec: ["exec"],
  exit: ["exit", "exit_thread"],
  reap: [],
  reparent: [],
  signal: [],
  sleep: ["sleep"],
  wake: [],
  credentials: ["setuid", "setgid", "drop_capabilities"],
  session: ["setsid", "setpgid"],
  rename: ["rename"],
  hook: [],
  subscribe: ["subscribe"],
  unsubscribe: ["unsubscribe"],
  register: ["register"],
  unregister: ["unregister"],
  module: ["load", "unload"],
  printk: ["log"],
  report: [],
});

type Begin = TraceItem & { readonly type: "begin" };
type End = TraceItem & { readonly type: "end" };
type Happening = TraceItem & { readonly type: "event" };

/** A step with what happened in it: events, and steps of another CPU that came between. */
interface Step {
  readonly begin: Begin;
  readonly inside: readonly (Happening | Step)[];
  readonly end: End | null;
}

/**
 * Makes lines of a trace. A step that caused no other event is one line. Any other step is shown as begun and resumed,
 * as strace does.
 *
 * @param trace The items.
 * @returns The lines.
 */
export function traceLines(trace: readonly TraceItem[]): TraceLine[] {
  const lines: TraceLine[] = [];
  for (let i = 0; i < trace.length; i++) {
    const item = trace[i];
    if (item.type === "event" && !isToldTwice(item)) lines.push(eventLine(item, null, 0));
    if (item.type !== "begin") continue;
    const { step, next } = readStep(trace, i, item);
    lines.push(...stepLines(step));
    i = next;
  }
  return lines;
}

function readStep(
  trace: readonly TraceItem[],
  first: number,
  begin: Begin,
): { step: Step; next: number } {
  const inside: (Happening | Step)[] = [];
  let next = first;
  while (next + 1 < trace.length) {
    const item = trace[++next];
    if (item.type === "end") return { step: { begin, inside, end: item }, next };
    if (item.type === "event") {
      if (!isToldTwice(item)) inside.push(item);
    }
    if (item.type === "begin") {
      const nested = readStep(trace, next, item);
      inside.push(nested.step);
      next = nested.next;
    }
  }
  return { step: { begin, inside, end: null }, next };
}

/** Whether the log has the event already: a report. */
function isToldTwice({ event }: Happening): boolean {
  return event.type === "report";
}

function isEvent(item: Happening | Step): item is Happening {
  return "event" in item;
}

function stepLines({ begin, inside, end }: Step): TraceLine[] {
  const events = inside.filter(isEvent);
  const primary = events.find(({ event, who }) => isPrimary(begin, event, who)) ?? null;
  const further = inside.filter((item) => item !== primary);
  const { cpu, step } = begin;
  const base = { cpu, step, who: begin.who ?? "", indent: 0 };
  const result = end === null ? "?" : end.result;
  const kind = end === null || end.errno !== null ? "error" as const : "call" as const;
  // The event of an exec comes before its hooks, that of a fork after them.
  const number = primary?.event.sequence ?? null;
  if (further.length === 0) {
    return [{ ...base, sequence: number, text: `${begin.call} = ${result}`, kind }];
  }
  const second = further.find(isEvent)?.event.sequence ?? Infinity;
  const isFirst = number !== null && number < second;
  return [
    { ...base, sequence: isFirst ? number : null, text: `${begin.call} ...`, kind },
    ...further.flatMap((item) =>
      isEvent(item) ? [eventLine(item, begin.who, 1)] : nestedLines(item)
    ),
    {
      ...base,
      sequence: isFirst ? null : number,
      text: `... ${begin.call.replace(/\(.*$/s, "()")} = ${result}`,
      kind,
    },
  ];
}

/** The lines of a step of another CPU, in between. */
function nestedLines(step: Step): TraceLine[] {
  return stepLines(step).map((line) => ({ ...line, indent: line.indent + 1 }));
}

/**
 * Whether the line of a step says what an event says. The acting task of the step is then the task of the event, since a
 * step may change another task.
 */
function isPrimary(begin: Begin, event: TraceEvent, who: string | null): boolean {
  // User code may make up a type.
  if (!Object.hasOwn(TOLD_BY_STEP, event.type)) return false;
  if (!TOLD_BY_STEP[event.type].includes(begin.verb)) return false;
  if (event.type === "module") return event.state === (begin.verb === "load" ? "live" : "gone");
  return event.type === "fork" || begin.who === null || who === null || begin.who === who;
}

function eventLine(item: Happening, actor: string | null, indent: number): TraceLine {
  const { event, who, step } = item;
  return {
    sequence: event.sequence,
    cpu: event.cpu,
    who: actor ?? who ?? "",
    text: actor === null ? withoutSubject(event, who ?? "") : describeEvent(event, who ?? ""),
    indent: indent + (event.type === "printk" || event.type === "report" ? 1 : 0),
    kind: kindOf(event),
    step,
  };
}

/** The text of an event without the task, since the column names it. */
function withoutSubject(event: TraceEvent, who: string): string {
  const text = describeEvent(event, who);
  return who !== "" && text.startsWith(`${who} `) ? text.slice(who.length + 1) : text;
}

function kindOf(event: TraceEvent): TraceLine["kind"] {
  if (event.type === "printk") return "log";
  if (event.type === "report") return "report";
  if (event.type !== "hook") return "event";
  if (event.rollback) return "rollback";
  const refused = event.fault !== undefined ||
    (event.verdict !== undefined && /^(PNOTIFY_ERROR|E[A-Z0-9]+)$/.test(event.verdict));
  return refused ? "error" : "hook";
}

function describeHook(event: TraceEvent & { type: "hook" }, who: string): string {
  const verdict = event.verdict === undefined ? "" : ` = ${event.verdict}`;
  const fault = event.fault === undefined ? "" : ` (${event.fault})`;
  const rollback = event.rollback ? "  rollback" : "";
  return `${event.module}.${event.event}(${who})${verdict}${fault}${rollback}`;
}

/**
 * Says in words what happened.
 *
 * @param event The event.
 * @param who The task that it is about.
 * @returns One line.
 */
export function describeEvent(event: TraceEvent, who: string): string {
  switch (event.type) {
    case "hook":
      return describeHook(event, who);
    case "fork":
      return `${event.thread ? "thread" : "fork"} of ${event.parent} = ${who}`;
    case "exec":
      return `${who} runs ${event.path ?? "?"}`;
    case "exit":
      return `${who} ends: ${formatStatus(event.status)}`;
    case "reap":
      return `${who} reaped${event.by === null ? "" : ` by ${event.by}`}`;
    case "reparent":
      return `${who} adopted by ${event.to}`;
    case "signal":
      return `${event.signal} to ${who}`;
    case "sleep":
      return `${who} sleeps`;
    case "wake":
      return `${who} wakes${event.errno === null ? "" : ` with ${event.errno}`}`;
    case "credentials":
      return `${who} is uid ${event.uid}, gid ${event.gid}`;
    case "session":
      return `${who} is in session ${event.sid}, group ${event.pgid}`;
    case "rename":
      return `${event.from} is ${who}`;
    case "subscribe":
      return `${event.module} subscribed to ${who}`;
    case "unsubscribe":
      return `${event.module} unsubscribed from ${who}`;
    case "register":
    case "unregister":
      return `${event.module} ${event.type}ed`;
    case "module":
      return `module ${event.name} is ${event.state}`;
    case "printk":
      return `log: ${event.record.text}`;
    case "report":
      return `${event.report.kind}: ${event.report.headline}`;
    default:
      return unheardOf(event);
  }
}

/**
 * The text of an unknown event: its type. An event type without a text does not compile. User code may make up a type.
 */
function unheardOf(event: never): string {
  return (event as TraceEvent).type;
}

/** How wide the column of the acting task is. The engine itself counts UTF-16 units. */
export function whoWidth(lines: readonly TraceLine[], measure: Measure = lengthOf): number {
  return Math.min(20, lines.reduce((width, { who }) => Math.max(width, measure(who)), 0));
}

/**
 * Formats one line.
 *
 * @param line The line.
 * @param width How wide the column of the acting task is.
 * @param measure How many columns a text takes.
 * @returns For example `     5 cpu0 sh[3]      first.fork(child[4]) = PNOTIFY_OK`.
 */
export function formatTraceLine(
  line: TraceLine,
  width: number,
  measure: Measure = lengthOf,
): string {
  const number = (line.sequence === null ? "" : String(line.sequence)).padStart(6);
  const indent = "  ".repeat(line.indent);
  return `${number} ${line.cpu} ${pad(line.who, width, measure, "end")}  ${indent}${line.text}`
    .trimEnd();
}

/**
 * Formats a whole trace, as `trace:` expectations keep it. It has the events of the steps, without those before the
 * first step and without numbers.
 *
 * @param trace The items.
 * @returns The lines.
 */
export function formatTrace(trace: readonly TraceItem[]): string[] {
  const lines = traceLines(trace.filter(({ step }) => step > 0));
  const width = whoWidth(lines);
  return lines.map(({ who, indent, text }) =>
    `${(who === "" ? "-" : who).padEnd(width)}  ${"  ".repeat(indent)}${text}`.trimEnd()
  );
}
