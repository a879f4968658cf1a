import { defineModule, type KernelModule, type ModuleEnvironment } from "../../kernel/module.ts";
import type { KernelSymbol } from "../../kernel/symbol.ts";
import type { Task } from "../../kernel/task.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY, type Pnotify } from "../../pnotify/pnotify.ts";
import { PNOTIFY_NOSUB, PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { callAs, checkOptions, type TaskArgument, withTask } from "../call.ts";
import {
  getAccounting,
  registerAccounting,
  setAccounting,
  unregisterAccounting,
} from "./accounting_slot.ts";
import { attachPid, detachJid, detachPid, endJob } from "./attach.ts";
import { findJob, type JobCore, needsPrivilege, readJob } from "./core.ts";
import { createJob } from "./create.ts";
import { ioctl } from "./ioctl.ts";
import { type Jid, parseHid, parseJid } from "./jid.ts";
import { JOB, type Jobs } from "./jobs.ts";
import { jobTree, listJobs, listText, treeText } from "./listing.ts";
import { join, leave } from "./membership.ts";
import { PAM_JOB, pamJob } from "./pam.ts";
import {
  getJid,
  getJidCount,
  getJidList,
  getPidList,
  getPrimePid,
  setHid,
  setLimit,
  waitJid,
} from "./query.ts";
import type { Member } from "./record.ts";
import { killJid } from "./signal.ts";
import { JobTable } from "./table.ts";

/** The parameters of {@linkcode job}. */
export type JobParameters = {
  /** The host id, in hexadecimal. */
  readonly hid: { readonly type: "string"; readonly default: "0"; readonly description: string };
  /** The highest sequence id. */
  readonly sid_max: {
    readonly type: "number";
    readonly default: 4294967295;
    readonly min: 1;
    readonly max: 4294967295;
    readonly description: string;
  };
  /** Whether the log tells of each begin and end of a job. */
  readonly verbose: {
    readonly type: "boolean";
    readonly default: false;
    readonly description: string;
  };
};

type Uses = { readonly pnotify: KernelSymbol<Pnotify> };

/**
 * The job module: containers of processes. Only CAP_SYS_RESOURCE leads out of a job.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { HID_DISABLED, JOB, job, NO_JOB } from "@pnotify/pnotify/modules/job";
 * import { hidOf, makeJid, parseHid, parseJid, sidOf } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job, { params: { hid: "a" } });
 * const jobs = kernel.symbols.get(JOB);
 * const jid = jobs.create({ task: kernel.fork(kernel.init), jid: makeJid(10, 1) });
 * assertEquals([jid, hidOf(jid), sidOf(jid)], ["0xa00000001", 10, 1]);
 * assertEquals([parseJid("0x00A"), parseJid(10), parseHid("FF")], ["0xa", "0xa", 255]);
 * jobs.setHid({ task: kernel.init, hid: HID_DISABLED });
 * assertEquals(jobs.create({ task: kernel.fork(kernel.init) }), NO_JOB);
 * ```
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { ACCOUNTING_CSA, JOB, job, type JobAccounting } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * const jobs = kernel.symbols.get(JOB);
 * const calls: string[] = [];
 * const accounting: JobAccounting = {
 *   type: ACCOUNTING_CSA,
 *   module: null,
 *   jobStart: (kind, { jid }) => void calls.push(`${kind} ${jid}`),
 *   eop: (status, task) => void calls.push(`${task} ${status}`),
 *   jobEnd: (status, { jid, file }) => void calls.push(`end ${jid} ${status} ${file}`),
 * };
 * jobs.registerAccounting(accounting);
 * const shell = kernel.fork(kernel.init);
 * const jid = jobs.create({ task: shell, uid: 1000 });
 * jobs.setAccounting({ jid, type: ACCOUNTING_CSA, file: "/acct" });
 * assertEquals(jobs.getAccounting({ jid, type: ACCOUNTING_CSA }).uid, 1000);
 * kernel.exit(shell, 1);
 * jobs.unregisterAccounting(accounting);
 * assertEquals(calls, ["start 0x1", "init[3] 256", "end 0x1 256 /acct"]);
 * ```
 */
export const job: KernelModule<
  JobParameters,
  { readonly pnotify: KernelSymbol<Pnotify> },
  object
> = defineModule({
  name: "job",
  license: "GPL",
  description: "Inescapable containers of processes",
  uses: { pnotify: PNOTIFY },
  exports: [JOB, PAM_JOB],
  params: {
    hid: {
      type: "string",
      default: "0",
      description: "the host id in hexadecimal; ffffffff disables the creation of jobs",
    },
    sid_max: {
      type: "number",
      default: 4294967295,
      min: 1,
      max: 4294967295,
      description: "the highest sequence id; a low one shows how the counter wraps",
    },
    verbose: { type: "boolean", default: false, description: "log every begin and end of a job" },
  } as JobParameters,

  load(env) {
    const core = startCore(env);
    // There is no init hook. Tasks that are older than the module are in no job (B5).
    env.pnotify.register(core.events);
    const jobs = jobCalls(core);
    env.exportSymbol(JOB, jobs);
    env.exportSymbol(PAM_JOB, pamJob(core, jobs));
    return core;
  },

  unload({ pnotify }, state) {
    const core = state as JobCore;
    // Unregistering detaches every member, and a job ends with its last member (B16). Only kept jobs are left.
    pnotify.unregister(core.events);
    for (const row of listJobs(core).reverse()) endLeftover(core, row.jid);
  },
});

function endLeftover(core: JobCore, jid: Jid): void {
  if (core.table.find(jid) !== null) endJob(core, jid);
}

function startCore(env: ModuleEnvironment<JobParameters, Uses>): JobCore {
  const { kernel, name, params, pnotify, printk } = env;
  const table = new JobTable(kernel, { hid: parseHid(params.hid), sidMax: params.sid_max });
  const events = defineEvents<Member | null>({
    name,
    module: name,
    taskData: {
      // A new subscriber is in no job until the fork hook, create or attach puts it into one (A46).
      create: () => null,
      // If its exit hook could not run, the task leaves the job here, and is not accounted.
      destroy: (member) => {
        if (member !== null && member.job !== null) leave(core, member, false);
      },
    },
    fork(child, subscriber, parent) {
      const job = parent?.job ?? null;
      if (job === null) return PNOTIFY_NOSUB;
      join(core, job, child, subscriber);
      return PNOTIFY_OK;
    },
    exit(_task, subscriber) {
      if (subscriber.data === null) return;
      leave(core, subscriber.data);
      subscriber.data = null;
    },
  });
  const core: JobCore = {
    kernel,
    pnotify,
    table,
    events,
    accounting: null,
    warn: (text) => printk(`${name}: ${text}`, "warning"),
    say: params.verbose ? (text) => printk(`${name}: ${text}`) : () => {},
    tryModuleGet: env.tryModuleGet,
  };
  return core;
}

/** The calls. Each checks its options, and holds a reference to each of its tasks. */
function jobCalls(core: JobCore): Jobs {
  const { kernel } = core;
  const jobs: Jobs = {
    ...memberCalls(core),
    ...queryCalls(core),
    ...listCalls(core),
    ...accountingCalls(core),
    ioctl(options) {
      checkOptions("answer a request", options);
      return withTask(kernel, options.task, "answer a request", () => ioctl(jobs, options));
    },
  };
  return Object.freeze(jobs);
}

/** Calls on behalf of a task. */
function memberCalls(core: JobCore) {
  const { kernel } = core;
  const asTask = <T>(
    syscall: string,
    action: string,
    options: { readonly task: TaskArgument },
    call: (task: Task) => T,
  ): T => {
    checkOptions(action, options);
    return callAs(kernel, syscall, options.task, action, call);
  };
  return {
    create: (options) =>
      asTask("job_create", "create a job", options, (task) => createJob(core, task, options)),
    waitJid: (options) =>
      asTask("job_waitjid", "wait for a job", options, (task) => waitJid(core, task, options)),
    killJid: (options) =>
      asTask("job_killjid", "signal a job", options, (task) => killJid(core, task, options)),
    setHid: (options) =>
      asTask("job_sethid", "set the host id", options, (task) => {
        needsPrivilege(task, "set the host id for");
        return setHid(core, options.hid);
      }),
    detachJid: (options) =>
      asTask("job_detachjid", "detach a job", options, (task) => {
        needsPrivilege(task, "detach a job for");
        return detachJid(core, parseJid(options.jid));
      }),
    detachPid: (options) =>
      asTask("job_detachpid", "detach a task", options, (task) => {
        needsPrivilege(task, "detach a task for");
        return withTask(kernel, options.pid, "detach", (target) => detachPid(core, target));
      }),
    attachPid: (options) =>
      asTask("job_attachpid", "attach a task", options, (task) => {
        needsPrivilege(task, "attach a task for");
        const attach = (target: Task) => attachPid(core, target, parseJid(options.jid));
        return withTask(kernel, options.pid, "attach", attach);
      }),
    setLimit: (options) =>
      asTask("job_setlimit", "limit a job", options, (task) => {
        needsPrivilege(task, "limit a job for");
        return setLimit(core, options.jid, options.limit);
      }),
    end: (options) =>
      asTask("job_end", "end a job", options, (task) => {
        needsPrivilege(task, "end a job for");
        return endJob(core, parseJid(options.jid));
      }),
  } satisfies Partial<Jobs>;
}

/** Calls that need no privilege. */
function queryCalls(core: JobCore) {
  const { kernel } = core;
  return {
    getJid(options) {
      checkOptions("get the job of a task", options);
      return withTask(kernel, options.pid, "get the job of", (task) => getJid(core, task));
    },
    getJidCount: () => getJidCount(core),
    getJidList: (options) => getJidList(core, options?.count),
    getPidCount(options) {
      checkOptions("count the tasks of a job", options);
      const nested = options.nested === true;
      const count = "count the tasks of job";
      return readJob(core, options.jid, count, (job) => nested ? job.population : job.tasks);
    },
    getPidList(options) {
      checkOptions("list the tasks of a job", options);
      return getPidList(core, options);
    },
    getUser(options) {
      checkOptions("get the owner of a job", options);
      const jid = parseJid(options.jid);
      const { lock } = core.table;
      return lock.whileRead(() => findJob(core, jid, "get the owner of job").uid);
    },
    getPrimePid(options) {
      checkOptions("get the prime process of a job", options);
      return getPrimePid(core, options.jid);
    },
  } satisfies Partial<Jobs>;
}

/** Listings and trees. */
function listCalls(core: JobCore) {
  return {
    list: () => listJobs(core),
    listText: () => listText(core),
    tree: () => jobTree(core),
    treeText: () => treeText(core),
  } satisfies Partial<Jobs>;
}

/** Calls for accounting modules (B31). */
function accountingCalls(core: JobCore) {
  return {
    registerAccounting: (accounting) => registerAccounting(core, accounting),
    unregisterAccounting: (accounting) => unregisterAccounting(core, accounting),
    getAccounting(options) {
      checkOptions("read accounting data", options);
      return getAccounting(core, options);
    },
    setAccounting(options) {
      checkOptions("set accounting data", options);
      setAccounting(core, options);
    },
  } satisfies Partial<Jobs>;
}
