import { KernelError } from "../../kernel/errno.ts";
import { defineSymbol, type KernelSymbol } from "../../kernel/symbol.ts";
import { checkOptions, type TaskArgument } from "../call.ts";
import type { JobCore } from "./core.ts";
import { type Jid, NO_JOB } from "./jid.ts";
import type { Jobs } from "./jobs.ts";

/** A login. */
export interface Login {
  /** The task that logs the user in. It still has its privileges. */
  readonly task: TaskArgument;
  /** The user who logs in. */
  readonly uid: number;
}

/**
 * The calls of pam_job, which puts each login into a job (B10). Errors and locks are those of {@linkcode Jobs.create}.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { JOB, job, PAM_JOB, type PamJob } from "@pnotify/pnotify/modules/job";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(job);
 * const pam: PamJob = kernel.symbols.get(PAM_JOB);
 * const login = { task: kernel.fork(kernel.init), uid: 1000 };
 * assertEquals(pam.openSession(login), "0x1");
 * assertEquals(pam.checkAccount({ task: kernel.fork(kernel.init), uid: 1001 }), "0x2");
 * pam.closeSession(login);
 * assertEquals(kernel.symbols.get(JOB).getJidCount(), 2);
 * ```
 */
export interface PamJob {
  /** Makes a job for the user with the task in it, or returns `"0x0"` while jobs are disabled (pam_sm_open_session). */
  openSession(login: Login): Jid;
  /** Does the same for services that check accounts and open no session (pam_sm_acct_mgmt). */
  checkAccount(login: Login): Jid;
  /** Does nothing, since the job ends with its last process (pam_sm_close_session). */
  closeSession(login: Login): void;
}

/** The symbol of {@linkcode PamJob}. */
export const PAM_JOB: KernelSymbol<PamJob> = defineSymbol<PamJob>("pam_job", { gplOnly: true });

/** The calls of pam_job, made of those of the module. */
export function pamJob(core: JobCore, jobs: Jobs): PamJob {
  const enter = (step: string, login: Login): Jid => {
    checkOptions(step, login);
    let jid: Jid;
    try {
      jid = jobs.create({ task: login.task, uid: login.uid });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw new KernelError(error.code, {
        action: step,
        name: `uid ${login.uid}`,
        found: "no job could be made for it, so it is denied",
        cause: error,
      });
    }
    if (jid === NO_JOB) {
      core.warn(`jobs are disabled, the login of uid ${login.uid} goes on without one`);
    }
    return jid;
  };
  return Object.freeze({
    openSession: (login: Login) => enter("open a session for", login),
    checkAccount: (login: Login) => enter("accept the account of", login),
    closeSession: (_login: Login) => {},
  });
}
