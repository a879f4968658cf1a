import { defineModule, type KernelModule, type ModuleEnvironment } from "../../kernel/module.ts";
import type { KernelSymbol } from "../../kernel/symbol.ts";
import { callAs, checkOptions, refuse, type TaskArgument, withTask } from "../call.ts";
import { ACCOUNTING_CSA, type JobAccounting } from "../job/accounting_module.ts";
import { JOB, type Jobs } from "../job/jobs.ts";
import { encodeRecord } from "./binary.ts";
import { accountJobEnd, accountJobStart, accountProcess } from "./callbacks.ts";
import {
  haltAccounting,
  needsPacct,
  startAccounting,
  startUserFile,
  statusOf,
  stopAccounting,
  stopUserFile,
  writeDaemon,
} from "./control.ts";
import { CSA, type Csa, type RecordsOf, type StartKind } from "./csa.ts";
import { MemoryFiles } from "./file.ts";
import { formatJsonLines } from "./json_lines.ts";
import { CSA_KINDS, type CsaRecord } from "./record.ts";
import { isReportKey, type ReportKey, type Totals, totalsOf } from "./report.ts";
import { CsaState } from "./state.ts";

/** The parameters of {@linkcode csa}. */
export type CsaParameters = {
  /** The system file at load. */
  readonly file: {
    readonly type: "string";
    readonly default: "/var/csa/pacct";
    readonly description: string;
  };
  /** The kinds at load. */
  readonly kinds: {
    readonly type: "string";
    readonly default: "csa,mem,io";
    readonly description: string;
  };
  /** The number of records that a file in memory keeps. */
  readonly keep: {
    readonly type: "number";
    readonly default: 16384;
    readonly min: 1;
    readonly description: string;
  };
  /** The price of a second of CPU time. */
  readonly rate: {
    readonly type: "number";
    readonly default: 1;
    readonly min: 0;
    readonly description: string;
  };
};

type Uses = { readonly jobs: KernelSymbol<Jobs> };

interface Loaded {
  readonly state: CsaState;
  readonly accounting: JobAccounting;
}

/**
 * The csa module: accounting of tasks and jobs.
 *
 * @example
 * ```ts
 * import { boot, KernelError } from "@pnotify/pnotify";
 * import { CSA, type Csa, csa, decodeRecords } from "@pnotify/pnotify/modules/csa";
 * import { JOB, job } from "@pnotify/pnotify/modules/job";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * kernel.modules.insmod(csa);
 * const accounting: Csa = kernel.symbols.get(CSA);
 * const task = kernel.init;
 * accounting.auth({ task });
 * accounting.start({ task, kinds: ["csa", "nqs"], path: "/var/csa/pacct" });
 * assertEquals(accounting.writeDaemon({ task, kind: "nqs", text: "queued" }), true);
 *
 * const make = kernel.fork(kernel.init);
 * kernel.symbols.get(JOB).create({ task: make, uid: 1000 });
 * accounting.startUserFile({ task: make, path: "/home/make" });
 * kernel.exec(make, "/usr/bin/make");
 * kernel.exit(kernel.fork(make));
 * accounting.stopUserFile({ task: make });
 * kernel.exit(make);
 * assertEquals(accounting.records({ path: "/home/make" }).map(({ type }) => type), ["process"]);
 * assertEquals(accounting.report({ by: "command" }).map(({ key, tasks }) => [key, tasks]), [["make", 2]]);
 * assertEquals(accounting.reportText({ by: "user" }).split("\n").length, 3);
 * assertEquals(accounting.reportCells({ by: "user" }).map(([key]) => key).at(-1), "total");
 * assertEquals(decodeRecords(accounting.bytes()).length, accounting.records().length);
 * assertEquals(accounting.jsonLines({ path: "/home/make" }).trim().split("\n").length, 1);
 *
 * accounting.stop({ task, kinds: ["nqs"] });
 * accounting.halt({ task });
 * assertEquals(accounting.status().path, null);
 * assertThrows(() => accounting.incremental(), KernelError, "EINVAL");
 *
 * accounting.setCondition({ path: "/disk", condition: "missing" });
 * assertThrows(() => accounting.start({ task, kinds: ["csa"], path: "/disk" }), KernelError, "ENOENT");
 * ```
 * @example Files of one's own
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { CSA, csa, type CsaFile, type CsaFiles } from "@pnotify/pnotify/modules/csa";
 * import { job } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * kernel.modules.insmod(csa);
 * const accounting = kernel.symbols.get(CSA);
 * const written: string[] = [];
 * const file: CsaFile = {
 *   write: ({ type }) => void written.push(type),
 *   close: () => void written.push("closed"),
 * };
 * const files: CsaFiles = { open: () => file };
 * accounting.useFiles(files);
 * accounting.start({ task: kernel.init, kinds: ["nqs"], path: "/disk/pacct" });
 * accounting.writeDaemon({ task: kernel.init, kind: "nqs", text: "queued" });
 * accounting.halt({ task: kernel.init });
 * assertEquals(written.slice(-3), ["daemon", "configuration", "closed"]);
 * ```
 */
export const csa: KernelModule<
  CsaParameters,
  { readonly jobs: KernelSymbol<Jobs> },
  object
> = defineModule({
  name: "csa",
  license: "GPL",
  description: "Accounting of tasks and jobs",
  uses: { jobs: JOB },
  exports: [CSA],
  params: {
    file: {
      type: "string",
      default: "/var/csa/pacct",
      description: "the system file to begin with; nothing begins by itself without one",
    },
    kinds: {
      type: "string",
      default: "csa,mem,io",
      description: `the kinds to begin with: ${CSA_KINDS.join(", ")}`,
    },
    keep: {
      type: "number",
      default: 16384,
      min: 1,
      description: "how many records a file in memory keeps, the newest",
    },
    rate: { type: "number", default: 1, min: 0, description: "what a second of CPU time costs" },
  } as CsaParameters,

  load(env) {
    const state = startState(env);
    const { file, kinds } = env.params;
    if (file !== "") {
      const names = kinds.split(",").map((kind) => kind.trim());
      state.lock.whileWrite(() => startAccounting(state, names as StartKind[], file));
    }
    const accounting: JobAccounting = {
      type: ACCOUNTING_CSA,
      module: env.name,
      jobStart: (kind, data) => accountJobStart(state, kind, data),
      jobEnd: (status, data) => accountJobEnd(state, status, data),
      eop: (_status, task, data) => accountProcess(state, task, data),
    };
    const calls: Csa = { ...controlCalls(state), ...recordCalls(state) };
    env.exportSymbol(CSA, Object.freeze(calls));
    // Registering comes last, since a later failure would not undo it.
    try {
      env.jobs.registerAccounting(accounting);
    } catch (error) {
      closeAll(state);
      throw error;
    }
    const loaded: Loaded = { state, accounting };
    return loaded;
  },

  unload({ jobs }, loaded) {
    const { state, accounting } = loaded as Loaded;
    jobs.unregisterAccounting(accounting);
    closeAll(state);
  },
});

function startState(
  { kernel, name, params, jobs, printk }: ModuleEnvironment<CsaParameters, Uses>,
) {
  return new CsaState({
    kernel,
    jobs,
    memory: new MemoryFiles(params.keep),
    rate: params.rate,
    warn: (text) => printk(`${name}: ${text}`, "warning"),
  });
}

function closeAll(state: CsaState): void {
  state.lock.whileWrite(() => {
    if (state.file !== null) haltAccounting(state);
    for (const totals of state.running.values()) totals.file?.close?.();
    state.running.clear();
  });
}

/** Calls that change what is accounted. */
function controlCalls(state: CsaState) {
  const { kernel } = state;
  const privileged = <T>(
    syscall: string,
    action: string,
    options: { readonly task: TaskArgument },
    change: () => T,
  ): T => {
    checkOptions(action, options);
    return callAs(kernel, syscall, options.task, action, (task) => {
      needsPacct(task, `${action} for`);
      return state.lock.whileWrite(change);
    });
  };
  return {
    start: (options) =>
      privileged("csa_start", "start accounting", options, () => {
        startAccounting(state, options.kinds, options.path);
      }),
    stop: (options) =>
      privileged("csa_stop", "stop accounting", options, () => {
        stopAccounting(state, options.kinds);
      }),
    halt: (options) =>
      privileged("csa_halt", "halt accounting", options, () => haltAccounting(state)),
    auth: (options) => privileged("csa_auth", "change accounting", options, () => {}),
    writeDaemon: (options) =>
      privileged("csa_wracct", "write a record", options, () => writeDaemon(state, options)),
    status: () => state.lock.whileRead(() => statusOf(state)),
    startUserFile(options) {
      const action = "begin an accounting file";
      checkOptions(action, options);
      withTask(kernel, options.task, action, (task) => startUserFile(state, task, options.path));
    },
    stopUserFile(options) {
      const action = "end an accounting file";
      checkOptions(action, options);
      withTask(kernel, options.task, action, (task) => stopUserFile(state, task));
    },
    incremental() {
      throw refuse("EINVAL", "account", "incrementally", "that never came to be");
    },
    useFiles: (files) => state.lock.whileWrite(() => void (state.files = files ?? state.memory)),
    setCondition(options) {
      checkOptions("set the condition of a file", options);
      state.lock.whileWrite(() => state.memory.setCondition(options.path, options.condition));
    },
  } satisfies Partial<Csa>;
}

/** Calls that read records. */
function recordCalls(state: CsaState) {
  const records = (options?: RecordsOf): readonly CsaRecord[] =>
    state.lock.whileRead(() => state.memory.records(options?.path ?? state.path ?? ""));
  const totals = (options: RecordsOf & { readonly by: ReportKey }): Totals => {
    checkOptions("report", options);
    if (!isReportKey(options.by)) {
      const wanted = "job, user or command is wanted";
      throw refuse("EINVAL", "report by", options.by, "there is no such report", wanted);
    }
    return options.path === undefined ? state.totals : totalsOf(records(options));
  };
  return {
    records,
    jsonLines: (options) => formatJsonLines(records(options)),
    bytes: (options) =>
      concatenate(records(options).map((record) => encodeRecord(record, options?.endian))),
    report: (options) => totals(options).report(options.by),
    reportText: (options) => totals(options).text(options.by),
    reportCells: (options) => totals(options).cells(options.by),
  } satisfies Partial<Csa>;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
