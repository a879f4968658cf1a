import type { ModuleInfo, RunResult, ScenarioPlan } from "../engine/plan.ts";
import {
  anything,
  fields,
  flag,
  list,
  number,
  oneOf,
  optional,
  orNull,
  record,
  type Shape,
  tagged,
  text,
} from "./shape.ts";

/*
 * The answer of a sandbox is what user code made of the kernel it shares a realm with: the host believes its verdict, and
 * nothing about its form.
 */

const MOST_TEXT = 20_000;
const MOST_DEPTH = 1000;

const place: Shape = fields({
  cpu: text,
  task: orNull(text),
  module: orNull(text),
  what: text,
  event: number,
  stack: optional(text),
});
const report: Shape = fields({
  kind: text,
  headline: text,
  text,
  place,
  module: orNull(text),
  lock: optional(text),
  held: optional(text),
  taken: optional(place),
  taint: text,
});
const logRecord: Shape = fields({ sequence: number, time: number, level: text, text });
const about = { task: text, pid: number };
const stamp: Shape = fields({ sequence: number, time: number, cpu: text, depth: number });

const traceBody: Shape = tagged("type", {
  call: fields({ ...about, op: text, detail: text }),
  return: fields({ ...about, op: text, result: text, errno: orNull(text) }),
  fork: fields({ ...about, parent: text, parentPid: number, thread: flag }),
  exec: fields({ ...about, path: text, oldPid: number }),
  exit: fields({ ...about, status: number, thread: flag }),
  reap: fields({ ...about, by: orNull(text) }),
  reparent: fields({ ...about, from: text, to: text }),
  signal: fields({ ...about, signal: text, by: orNull(text) }),
  sleep: fields(about),
  wake: fields({ ...about, errno: orNull(text) }),
  credentials: fields({ ...about, uid: number, gid: number }),
  session: fields({ ...about, sid: number, pgid: number }),
  rename: fields({ ...about, from: text }),
  hook: fields({
    ...about,
    module: text,
    event: text,
    verdict: optional(text),
    rollback: optional(flag),
    fault: optional(text),
  }),
  subscribe: fields({ ...about, module: text, by: text }),
  unsubscribe: fields({ ...about, module: text, by: text }),
  register: fields({ module: text }),
  unregister: fields({ module: text }),
  module: fields({ name: text, state: text }),
  printk: fields({ record: logRecord }),
  report: fields({ report }),
});

const stepItem = { step: number, who: orNull(text), cpu: text, call: text, sequence: number };
const traceItem: Shape = tagged("type", {
  begin: fields({ ...stepItem, verb: text, phase: orNull(text) }),
  end: fields({ ...stepItem, result: text, errno: orNull(text) }),
  event: fields({
    step: number,
    who: orNull(text),
    event: (value) => stamp(value) && traceBody(value),
  }),
});

const node: Shape = fields({
  name: orNull(text),
  pid: number,
  comm: text,
  state: text,
  uid: number,
  subscribers: list(text),
  threads: list(number),
  exit: orNull(number),
});

/** Not too deep to be walked by functions that call themselves. */
function isTree(value: unknown, depth: number): boolean {
  if (depth > MOST_DEPTH || !node(value)) return false;
  const { children } = value as { readonly children: unknown };
  return Array.isArray(children) && children.every((child) => isTree(child, depth + 1));
}

const position: Shape = fields({ line: number, column: number, length: number });
const result: Shape = fields({
  status: oneOf("passed", "failed", "broken", "refused", "stopped"),
  trace: list(traceItem),
  traceDropped: number,
  log: list(logRecord),
  reports: list(report),
  unexpected: list(number),
  failures: list(fields({
    kind: oneOf("expectation", "step", "explore"),
    title: text,
    at: position,
    label: text,
    notes: list(text),
    step: orNull(number),
  })),
  lockup: orNull(fields({
    label: orNull(
      fields({ step: number, what: text, module: optional(text), hook: optional(text) }),
    ),
    module: orNull(text),
    hook: orNull(text),
    task: orNull(text),
    event: number,
    title: text,
    phase: orNull(text),
    schedule: orNull(text),
  })),
  tree: list((value) => isTree(value, 0)),
  taint: text,
  modules: list(text),
  balances: list(fields({ name: text, registered: flag, balance: record(anything) })),
  expectations: number,
  steps: number,
  events: number,
  unseed: text,
  explored: orNull(fields({
    schedules: number,
    infeasible: number,
    traces: number,
    truncated: flag,
    held: fields({ always: list(number), sometimes: list(number), never: list(number) }),
  })),
  actualTraces: record(list(text)),
});

const info: Shape = fields({
  name: text,
  license: text,
  description: orNull(text),
  author: orNull(text),
  params: list(fields({
    name: text,
    type: text,
    default: anything,
    description: text,
    range: orNull(text),
  })),
  depends: list(text),
  uses: list(text),
  exports: list(fields({ symbol: text, calls: list(text) })),
  events: orNull(list(fields({ name: text, hooks: list(text), global: flag }))),
  refused: orNull(text),
});

/**
 * Reads the result of a scenario that ran beside user code.
 *
 * @param value What came back.
 * @param plan What was asked for.
 * @returns The result, under the names of the plan and with texts that stay on their line; null when it is none.
 */
export function readResult(value: unknown, plan: ScenarioPlan): RunResult | null {
  if (!result(value)) return null;
  const { file, document, documents, title, seed } = plan;
  const read = tame(value, false) as RunResult;
  if (read.unexpected.some((index) => read.reports[index] === undefined)) return null;
  return { ...read, file, document, documents, title, seed };
}

/**
 * Reads what a module says of itself.
 *
 * @param value What came back.
 * @returns It, or null when it is none.
 */
export function readInfo(value: unknown): ModuleInfo | null {
  return info(value) ? tame(value, false) as ModuleInfo : null;
}

/** Bounds every text, and keeps all but the text of a report, which has several, on one line. */
function tame(value: unknown, mayBreak: boolean): unknown {
  if (typeof value === "string") {
    const bounded = value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)}...` : value;
    return mayBreak ? bounded : bounded.replace(/[\n\r\u2028\u2029]/g, " ");
  }
  if (Array.isArray(value)) return value.map((item) => tame(item, mayBreak));
  if (typeof value !== "object" || value === null) return value;
  const isReport = Object.hasOwn(value, "headline");
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, tame(item, isReport && key === "text")]),
  );
}
