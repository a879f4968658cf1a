import type { LogRecord } from "../../kernel/printk.ts";
import type { Place, Report } from "../../kernel/report.ts";
import type { TraceBody, TraceStamp } from "../../kernel/trace.ts";
import type {
  ExploreResult,
  Failure,
  LockupReport,
  ModuleInfo,
  Position,
  RunResult,
  ScenarioPlan,
  StepLabel,
  TraceItem,
  TreeNode,
} from "../engine/plan.ts";
import {
  anything,
  both,
  fields,
  flag,
  list,
  number,
  oneOf,
  optional,
  orNull,
  read,
  type Reading,
  record,
  type Shape,
  type ShapesOf,
  tagged,
  text,
  wrongAt,
} from "./shape.ts";

const MOST_TEXT = 20_000;
const MOST_DEPTH = 1000;

const place: Shape = fields<Place>({
  time: number,
  cpu: text,
  task: orNull(text),
  module: orNull(text),
  what: text,
  event: number,
  stack: optional(text),
});
const report: Shape = fields<Report>({
  kind: text,
  headline: text,
  text,
  place,
  module: orNull(text),
  lock: optional(text),
  held: optional(text),
  taken: optional(place),
  taint: text,
  hook: optional(text),
  injected: optional(flag),
});
const logRecord: Shape = fields<LogRecord>({ sequence: number, time: number, level: text, text });
const about = { task: text, pid: number };
const stamp: ShapesOf<TraceStamp> = { sequence: number, time: number, cpu: text, depth: number };

/** The member of a union that has a `type`, or has it among others. */
type OfType<Union, Type> = Union extends { readonly type: infer Types }
  ? Type extends Types ? Union : never
  : never;

/** The shapes of a union: for each `type`, a shape for each member. */
type ShapesByType<Union extends { readonly type: string }> = {
  readonly [Type in Union["type"]]: ShapesOf<Omit<OfType<Union, Type>, "type">>;
};

const TRACE_BODIES: ShapesByType<TraceBody> = {
  fork: { ...about, parent: text, parentPid: number, thread: flag },
  exec: { ...about, path: orNull(text), oldPid: number },
  exit: { ...about, status: number, thread: flag },
  reap: { ...about, by: orNull(text) },
  reparent: { ...about, from: text, to: text },
  signal: { ...about, signal: text, by: orNull(text) },
  sleep: about,
  wake: { ...about, errno: orNull(text) },
  credentials: { ...about, uid: number, gid: number },
  session: { ...about, sid: number, pgid: number },
  rename: { ...about, from: text },
  hook: {
    ...about,
    module: text,
    event: text,
    verdict: optional(text),
    rollback: optional(flag),
    fault: optional(text),
  },
  subscribe: { ...about, module: text, by: text },
  unsubscribe: { ...about, module: text, by: text },
  register: { module: text },
  unregister: { module: text },
  module: { name: text, state: text },
  printk: { record: logRecord },
  report: { report },
};

const stepItem = { step: number, who: orNull(text), cpu: text, call: text, sequence: number };
const TRACE_ITEMS: ShapesByType<TraceItem> = {
  begin: { ...stepItem, verb: text, phase: orNull(text) },
  end: { ...stepItem, result: text, errno: orNull(text) },
  event: { step: number, who: orNull(text), event: both(fields(stamp), byType(TRACE_BODIES)) },
};

/** An object whose `type` says which members it has. */
function byType(shapes: Readonly<Record<string, Readonly<Record<string, Shape>>>>): Shape {
  const entries = Object.entries(shapes).map(([type, members]) => [type, fields(members)]);
  return tagged("type", Object.fromEntries(entries));
}

const node: Shape = fields<Omit<TreeNode, "children">>({
  name: orNull(text),
  pid: number,
  comm: text,
  state: text,
  uid: number,
  subscribers: list(text),
  threads: list(number),
  exit: orNull(number),
});

/** A node with its children. Its depth is bounded, since recursive functions walk it. */
function treeAt(depth: number): Shape {
  return (value) => {
    if (depth > MOST_DEPTH) return "";
    const children = (child: unknown) => treeAt(depth + 1)(child);
    return both(node, fields({ children: list(children) }))(value);
  };
}

const position: Shape = fields<Position>({ line: number, column: number, length: number });
/** The members that come from the answer. The others come from the plan. */
type Answered = Omit<RunResult, "file" | "document" | "documents" | "title" | "seed">;

const result: Shape = fields<Answered>({
  status: oneOf<RunResult["status"]>({
    passed: true,
    failed: true,
    broken: true,
    refused: true,
    stopped: true,
  }),
  trace: list(byType(TRACE_ITEMS)),
  traceDropped: number,
  log: list(logRecord),
  reports: list(report),
  unexpected: list(number),
  failures: list(fields<Failure>({
    kind: oneOf<Failure["kind"]>({ expectation: true, step: true, explore: true }),
    title: text,
    at: position,
    label: text,
    notes: list(text),
    step: orNull(number),
  })),
  lockup: orNull(fields<LockupReport>({
    label: orNull(
      fields<StepLabel>({
        step: number,
        what: text,
        module: optional(text),
        hook: optional(text),
        weight: optional(number),
      }),
    ),
    module: orNull(text),
    hook: orNull(text),
    task: orNull(text),
    event: number,
    title: text,
    phase: orNull(text),
    schedule: orNull(text),
  })),
  tree: list(treeAt(0)),
  taint: text,
  modules: list(text),
  balances: list(fields({ name: text, registered: flag, balance: record(anything) })),
  expectations: number,
  steps: number,
  events: number,
  unseed: text,
  explored: orNull(fields<ExploreResult>({
    schedules: number,
    infeasible: number,
    traces: number,
    truncated: flag,
    held: fields({ always: list(number), sometimes: list(number), never: list(number) }),
  })),
  actualTraces: record(list(text)),
});

const info: Shape = fields<ModuleInfo>({
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
 * Reads the result of a scenario beside user code.
 *
 * @param value The answer.
 * @param plan The plan of the scenario.
 * @returns The result under the names of the plan, or the part of it that is wrong. Its texts stay on their line.
 */
export function readResult(value: unknown, plan: ScenarioPlan): Reading<RunResult> {
  const reading = read<RunResult>(result, value);
  if (reading.wrong !== null) return reading;
  const { file, document, documents, title, seed } = plan;
  const tamed = tame(reading.value, false) as RunResult;
  const stray = tamed.unexpected.findIndex((index) => tamed.reports[index] === undefined);
  if (stray >= 0) return wrongAt(`.unexpected[${stray}]`);
  return { value: { ...tamed, file, document, documents, title, seed }, wrong: null };
}

/**
 * Reads what a module says of itself.
 *
 * @param value The answer.
 * @returns It, or which part of it is wrong.
 */
export function readInfo(value: unknown): Reading<ModuleInfo> {
  const reading = read<ModuleInfo>(info, value);
  return reading.wrong === null
    ? { value: tame(reading.value, false) as ModuleInfo, wrong: null }
    : reading;
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
