import { defineModule, type KernelModule, type ModuleEnvironment } from "../../kernel/module.ts";
import type { KernelSymbol } from "../../kernel/symbol.ts";
import { callAs, checkOptions, withTask } from "../call.ts";
import { ACCOUNTING_CSA, type JobAccounting } from "../job/accounting.ts";
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
import { type ReportKey, type Totals, totalsOf } from "./report.ts";
import { CsaState, refuse } from "./state.ts";

/** The parameters of {@linkcode csa}. */
export type CsaParameters = {
  /** The system file to begin with. */
  readonly file: {
    readonly type: "string";
    readonly default: "/var/csa/pacct";
    readonly description: string;
  };
  /** The kinds to begin with. */
  readonly kinds: {
    readonly type: "string";
    readonly default: "csa,mem,io";
    readonly description: string;
  };
  /** How many records a file in memory keeps. */
  readonly keep: {
    readonly type: "number";
    readonly default: 16384;
    readonly min: 1;
    readonly description: string;
  };
  /** What a second of CPU time costs. */
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

/** The csa module: accounting of tasks and jobs. */
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
    env.exportSymbol(CSA, Object.freeze({ ...controlCalls(state), ...recordCalls(state) }));
    // Last, since nothing would take it back.
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

type ControlCalls =
  | "start"
  | "stop"
  | "halt"
  | "status"
  | "auth"
  | "writeDaemon"
  | "startUserFile"
  | "stopUserFile"
  | "incremental"
  | "useFiles"
  | "setCondition";

/** Calls that change what is accounted. */
function controlCalls(state: CsaState): Pick<Csa, ControlCalls> {
  const { kernel } = state;
  const privileged = <O extends { readonly task: Parameters<typeof callAs>[2] }, T>(
    what: string,
    action: string,
    options: O,
    change: () => T,
  ): T => {
    checkOptions(action, options);
    return callAs(kernel, what, options.task, action, (task) => {
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
  };
}

type RecordCalls = "records" | "jsonLines" | "bytes" | "report" | "reportText";

/** Calls that read what was accounted. */
function recordCalls(state: CsaState): Pick<Csa, RecordCalls> {
  const records = (options?: RecordsOf): readonly CsaRecord[] =>
    state.lock.whileRead(() => state.memory.records(options?.path ?? state.path ?? ""));
  const totals = (options: RecordsOf & { readonly by: ReportKey }): Totals => {
    checkOptions("report", options);
    if (!["job", "user", "command"].includes(options.by)) {
      const wanted = "job, user or command is wanted";
      throw refuse("EINVAL", "report by", options.by, "there is no such report", wanted);
    }
    return options.path === undefined ? state.totals : totalsOf(records(options));
  };
  return {
    records,
    jsonLines: (options) => formatJsonLines(records(options)),
    bytes: (options) =>
      concatenate(records(options).map((one) => encodeRecord(one, options?.endian))),
    report: (options) => totals(options).report(options.by),
    reportText: (options) => totals(options).text(options.by),
  };
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
