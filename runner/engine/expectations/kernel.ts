import type { Report, ReportKind } from "../../../kernel/report.ts";
import {
  defineExpectation,
  entries,
  type Expectation,
  items,
  type Problem,
} from "../expectation.ts";
import type { Json } from "../plan.ts";
import type { Scene } from "../scene.ts";
import {
  COUNT,
  JSON_VALUE,
  MODULE,
  MODULES,
  optional,
  type Shape,
  STRING,
  TEXT_OR_PATTERN,
} from "../shape.ts";
import { format, includes, isEqual, shortJson, toJson } from "../to_json.ts";
import { formatTrace } from "../trace_text.ts";

type Expected = Readonly<Record<string, Json>>;

/** The kinds of the kernel's reports. */
export const REPORT_KINDS: readonly string[] = Object.freeze([
  "self-deadlock",
  "lock-not-held",
  "lock-inversion",
  "lock-recursion",
  "lock-needed",
  "lock-leaked",
  "sleep-in-atomic",
  "asleep",
  "use-after-free",
  "double-put",
  "reference-leak",
  "subscriber-leak",
  "never-born",
  "module-leak",
  "module-fault",
]);

/** The kinds of reports that come from the lock checker. */
export const LOCK_KINDS: readonly string[] = Object.freeze(
  REPORT_KINDS.filter((kind) => /^(lock-|self-deadlock|sleep-in)/.test(kind)),
);

/** Whether a text contains another one. Between slashes that one is a pattern. */
export function textMatches(text: string, expected: string): boolean {
  const pattern = /^\/(.+)\/([iu]*)$/.exec(expected);
  if (pattern === null) return text.includes(expected);
  return new RegExp(pattern[1], pattern[2]).test(text);
}

function checkLog(scene: Scene, expected: Json): Problem[] {
  const lines = scene.kernel.log.records().map(({ text }) => text);
  let next = 0;
  for (const { item, pointer } of items(expected)) {
    const index = lines.findIndex((line, i) => i >= next && textMatches(line, String(item)));
    if (index < 0) {
      const earlier = lines.some((line) => textMatches(line, String(item)));
      return [{
        pointer,
        title: `Expected "${item}" in the kernel log: ${
          earlier ? "it stands before the line wanted before it" : "it is not there"
        }`,
        label: earlier ? "out of order" : "no such line",
        notes: lines.length === 0
          ? ["the log is empty"]
          : ["the log ends with", ...lines.slice(-8).map((line) => `  ${line}`)],
      }];
    }
    next = index + 1;
  }
  return [];
}

function checkNoLog(scene: Scene, expected: Json): Problem[] {
  const records = scene.kernel.log.records();
  return items(expected).flatMap(({ item, pointer }) => {
    const record = records.find(({ text }) => textMatches(text, String(item)));
    if (record === undefined) return [];
    return [{
      pointer,
      title: `Expected no "${item}" in the kernel log: it is there`,
      label: `line ${record.sequence + 1}`,
      notes: [record.text],
    }];
  });
}

/** A report in an expectation. */
export interface ExpectedReport {
  /** Its kind. */
  readonly kind?: ReportKind;
  /** The module that is responsible. */
  readonly module?: string;
  /** The hook that broke down. */
  readonly hook?: string;
  /** A part of its text, or a pattern. */
  readonly text?: string;
}

/** Reads the report of an expectation. A name stands for a kind, or for a module where the kind is given. */
export function expectedReports(expected: Json, kind?: ReportKind): ExpectedReport[] {
  if (expected === "none") return [];
  return (expected as readonly Json[]).map((item) => {
    if (typeof item !== "string") return item as ExpectedReport;
    return kind === undefined ? { kind: item as ReportKind } : { module: item };
  });
}

function isExpected(report: Report, expected: ExpectedReport): boolean {
  return (expected.kind === undefined || report.kind === expected.kind) &&
    (expected.module === undefined || report.module === expected.module) &&
    (expected.hook === undefined || isOfHook(report, expected.hook)) &&
    (expected.text === undefined || textMatches(report.text, expected.text));
}

/** Whether a hook broke down, or ran when a checker found something. */
function isOfHook({ hook, module, place }: Report, name: string): boolean {
  return hook === name || place.what === `${module}.${name}`;
}

function isFault(report: Report): boolean {
  return report.kind === "module-fault";
}

function claimReports(
  scene: Scene,
  expected: readonly ExpectedReport[],
  filter: (report: Report) => boolean,
): { claimed: number[]; missing: number[] } {
  const claimed: number[] = [];
  const missing: number[] = [];
  expected.forEach((expectedReport, i) => {
    const index = scene.kernel.reports.findIndex((report, candidate) =>
      filter(report) && !claimed.includes(candidate) && isExpected(report, expectedReport)
    );
    if (index < 0) missing.push(i);
    else claimed.push(index);
  });
  return { claimed, missing };
}

function describeReport(report: Report): string {
  const module = report.module === null ? "" : ` (${report.module})`;
  return `${report.kind}${module} at event ${report.place.event}: ${report.headline}`;
}

function checkReports(what: "report" | "fault"): Expectation["check"] {
  const filter = what === "fault" ? isFault : () => true;
  const kind = what === "fault" ? "module-fault" : undefined;
  return (scene, expected) => {
    const list = expectedReports(expected, kind);
    const { claimed, missing } = claimReports(scene, list, filter);
    const reports = scene.kernel.reports.filter(filter);
    const notes = reports.length === 0 ? [`there is no ${what}`] : reports.map(describeReport);
    const problems: Problem[] = missing.map((i) => ({
      pointer: `/${i}`,
      title: `Expected a ${what} of ${format((expected as readonly Json[])[i])}: there is none`,
      label: `no such ${what}`,
      notes,
    }));
    if (expected !== "none" || reports.length === claimed.length) return problems;
    return [{
      pointer: "",
      title: `Expected no ${what}: there ${
        reports.length === 1 ? "is 1" : `are ${reports.length}`
      }`,
      label: reports[0].kind,
      notes,
    }];
  };
}

function checkLockdep(scene: Scene, expected: Json): Problem[] {
  const lockReports = scene.kernel.reports.filter(({ kind }) => LOCK_KINDS.includes(kind));
  if ((lockReports.length > 0) === (expected === "any")) return [];
  return [{
    pointer: "",
    title: expected === "any"
      ? "Expected a report of the lock checker: there is none"
      : `Expected no report of the lock checker: there is ${lockReports[0].kind}`,
    label: expected === "any" ? "no report" : lockReports[0].kind,
    notes: lockReports.map(describeReport),
  }];
}

function moduleHistory(scene: Scene, name: string): string[] {
  return ["live", "gone"].flatMap((state) => {
    const event = scene.recorder.lastOf(state, name);
    return event === null ? [] : [`${name} is ${state} since event ${event}`];
  });
}

function checkLoaded(scene: Scene, expected: Json, yes: boolean): Problem[] {
  const loaded = scene.kernel.modules.lsmod().map(({ name }) => name);
  return items(expected).flatMap(({ item, pointer }) => {
    if (loaded.includes(String(item)) === yes) return [];
    return [{
      pointer,
      title: `Expected module ${item} ${yes ? "" : "not "}to be loaded: it is${yes ? " not" : ""}`,
      label: yes ? "not loaded" : "loaded",
      notes: [
        loaded.length === 0 ? "no module is" : `loaded are ${loaded.join(", ")}`,
        ...moduleHistory(scene, String(item)),
      ],
    }];
  });
}

function checkUseCount(scene: Scene, expected: Json): Problem[] {
  return entries(expected).flatMap(({ key, value, pointer }) => {
    const module = scene.kernel.modules.find(key);
    const actual = module?.useCount ?? null;
    if (actual === value) return [];
    const shown = actual === null ? "not loaded" : String(actual);
    return [{
      pointer,
      title: `Expected the use count of ${key} to be ${value}: actual ${shown}`,
      label: `actual ${shown}`,
      notes: [
        ...((module?.users.length ?? 0) === 0 ? [] : [`used by ${module!.users.join(", ")}`]),
        ...moduleHistory(scene, key),
      ],
    }];
  });
}

function checkTaint(scene: Scene, expected: Json): Problem[] {
  const sort = (letters: string) => [...letters].sort().join("");
  const actual = sort(scene.kernel.taint);
  if (actual === sort(expected === "none" ? "" : String(expected))) return [];
  const shown = actual === "" ? "none" : actual;
  const title = `Expected taint ${expected}: actual ${shown}`;
  return [{ pointer: "", title, label: `actual ${shown}` }];
}

function checkValues(whole: boolean): Expectation["check"] {
  return (scene, expected) =>
    entries(expected).flatMap(({ key, value, pointer }) => {
      const actual = toJson(scene.resolve(`$${key}`));
      const resolved = toJson(scene.resolve(value));
      const holds = whole
        ? isEqual(trimmed(actual), trimmed(resolved))
        : includes(actual, resolved);
      if (holds) return [];
      const verb = whole ? "be" : "include";
      return [{
        pointer,
        title: `Expected value "${key}" to ${verb} ${shortJson(resolved)}: actual ${
          shortJson(actual)
        }`,
        label: `actual ${shortJson(actual)}`,
        notes: [
          ...(typeof actual === "string" && actual.includes("\n") ? actual.split("\n") : []),
          ...boundBy(scene, key),
        ],
      }];
    });
}

function boundBy(scene: Scene, name: string): string[] {
  const bound = scene.bound.get(name);
  return bound === undefined ? [] : [`${name} was bound by ${bound}`];
}

/** Takes off the line break at the end. A block of text in YAML ends with one. */
function trimmed(value: Json): Json {
  if (typeof value !== "string") return value;
  return value.split("\n").map((line) => line.trimEnd()).join("\n").trimEnd();
}

function checkHappened(scene: Scene, expected: Json): Problem[] {
  return entries(expected).flatMap(({ key, value, pointer }) => {
    const actual = scene.recorder.counts.get(key) ?? 0;
    if (actual === value) return [];
    return [{
      pointer,
      title: `Expected ${value} ${
        value === 1 ? "event" : "events"
      } of type ${key}: actual ${actual}`,
      label: `actual ${actual}`,
      notes: actual === 0 ? [] : [`the last one is event ${scene.recorder.lastOf(key)}`],
    }];
  });
}

function checkTrace(scene: Scene, expected: Json): Problem[] {
  const lines = String(expected).trimEnd().split("\n").map((line) => line.trimEnd());
  const actual = formatTrace(scene.recorder.items);
  const different = lines.findIndex((line, i) => line.trim() !== actual[i]?.trim());
  if (different < 0 && lines.length === actual.length) return [];
  const line = different < 0 ? lines.length : different;
  const shown = actual[line]?.trim() ?? "the end";
  return [{
    pointer: "",
    title: `Expected line ${line + 1} of the trace to be "${lines[line]?.trim() ?? "the end"}"`,
    label: "the trace differs",
    notes: [`actual: ${shown}`, "to accept the actual trace: --update"],
  }];
}

const LINES: Shape = { type: "list", of: TEXT_OR_PATTERN, single: true };

const REPORT: Shape = {
  type: "either",
  of: [
    { type: "choice", of: REPORT_KINDS, what: "kind of report" },
    {
      type: "record",
      fields: {
        kind: optional({ type: "choice", of: REPORT_KINDS, what: "kind of report" }, "its kind"),
        module: optional(STRING, "the module held responsible"),
        text: optional(TEXT_OR_PATTERN, "a part of its text, or /a pattern/"),
      },
    },
  ],
};

const FAULT: Shape = {
  type: "either",
  of: [
    MODULE,
    {
      type: "record",
      fields: {
        module: optional(MODULE, "the module"),
        hook: optional(STRING, "the hook that broke down"),
        text: optional(TEXT_OR_PATTERN, "a part of its text, or /a pattern/"),
      },
    },
  ],
};

function noneOr(list: Shape): Shape {
  const none: Shape = { type: "choice", of: ["none"], what: "answer" };
  return { type: "either", of: [none, { type: "list", of: list }] };
}

/** The expectations about the kernel: its log, its reports, its modules. */
export const KERNEL_EXPECTATIONS: readonly Expectation[] = Object.freeze([
  defineExpectation({
    kind: "log",
    group: "kernel",
    summary: "The kernel log has these lines in this order: parts of them, or /patterns/",
    shape: LINES,
    example: "log: [attach called 2 times, /Good .* equals/]",
    check: checkLog,
  }),
  defineExpectation({
    kind: "no_log",
    group: "kernel",
    summary: "The kernel log has no such line",
    shape: LINES,
    example: "no_log: PROBLEM",
    check: checkNoLog,
  }),
  defineExpectation({
    kind: "reports",
    group: "kernel",
    summary: "The kernel reported this; any report that nobody wants ends the run with status 3",
    shape: noneOr(REPORT),
    example: "reports: [lock-needed, { kind: lock-inversion, module: job }]",
    check: checkReports("report"),
    claims: (scene, expected) => claimReports(scene, expectedReports(expected), () => true).claimed,
  }),
  defineExpectation({
    kind: "faults",
    group: "kernel",
    summary: "Modules broke down so; a fault that nobody wants ends the run with status 3",
    shape: noneOr(FAULT),
    example: "faults: [{ module: broken, hook: fork }]",
    check: checkReports("fault"),
    claims: (scene, expected) =>
      claimReports(scene, expectedReports(expected, "module-fault"), isFault).claimed,
  }),
  defineExpectation({
    kind: "lockdep",
    group: "kernel",
    summary: "The lock checker reported something (any), or nothing (none)",
    shape: { type: "choice", of: ["any", "none"], what: "answer" },
    example: "lockdep: none",
    check: checkLockdep,
    claims: (scene, expected) =>
      expected === "any"
        ? scene.kernel.reports.flatMap(({ kind }, i) => LOCK_KINDS.includes(kind) ? [i] : [])
        : [],
  }),
  defineExpectation({
    kind: "loaded",
    group: "modules",
    summary: "Modules are loaded",
    shape: MODULES,
    example: "loaded: [job, csa]",
    check: (scene, expected) => checkLoaded(scene, expected, true),
  }),
  defineExpectation({
    kind: "not_loaded",
    group: "modules",
    summary: "Modules are not loaded",
    shape: MODULES,
    example: "not_loaded: proprietary",
    check: (scene, expected) => checkLoaded(scene, expected, false),
  }),
  defineExpectation({
    kind: "use_count",
    group: "modules",
    summary: "Modules are in use so many times",
    shape: { type: "map", keys: MODULE, values: COUNT },
    example: "use_count: { job: 1 }",
    check: checkUseCount,
  }),
  defineExpectation({
    kind: "taint",
    group: "kernel",
    summary: "The kernel is tainted so: P proprietary, O out of tree, F forced, D a fault, none",
    shape: { type: "string", what: "taint letters" },
    example: "taint: PO",
    check: checkTaint,
  }),
  defineExpectation({
    kind: "values",
    group: "modules",
    summary: "Values that were bound with as are this",
    shape: { type: "map", keys: { type: "value" }, values: JSON_VALUE },
    example: "values: { jid: 7 }",
    check: checkValues(true),
  }),
  defineExpectation({
    kind: "values_include",
    group: "modules",
    summary: "Values that were bound with as have at least these fields",
    shape: { type: "map", keys: { type: "value" }, values: JSON_VALUE },
    example: "values_include: { status: { tasks: 3 } }",
    check: checkValues(false),
  }),
  defineExpectation({
    kind: "happened",
    group: "kernel",
    summary: "So many trace events of a type happened: fork, exec, exit, reap, signal, hook, ...",
    shape: { type: "map", keys: STRING, values: COUNT },
    example: "happened: { fork: 50, exit: 50 }",
    check: checkHappened,
  }),
  defineExpectation({
    kind: "trace",
    group: "kernel",
    summary: "The trace is exactly this text; --update writes the actual one",
    shape: { type: "string", what: "a trace" },
    example: "trace: |",
    check: checkTrace,
  }),
]);
