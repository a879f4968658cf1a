import { KernelError } from "../../kernel/errno.ts";
import { defineSymbol, type KernelSymbol } from "../../kernel/symbol.ts";
import { checkOptions, type TaskArgument } from "../call.ts";
import type { JobCore } from "./core.ts";
import { type Jid, NO_JOB } from "./jid.ts";
import type { Jobs } from "./jobs.ts";

/** Who logs in, and through which task. */
export interface Login {
  /** The login task, which still has its privileges. */
  readonly task: TaskArgument;
  /** The user who logs in. */
  readonly uid: number;
}

/**
 * What pam_job does at a login (B10): the way in which users come to be in a job.
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
  /**
   * Makes a job for the user, with the login task in it (pam_sm_open_session).
   *
   * Locking: as {@linkcode Jobs.create}.
   *
   * @param login Who logs in.
   * @returns The job, or `"0x0"` when creation is disabled: that is only logged, and the login goes on.
   * @throws {KernelError} As {@linkcode Jobs.create}; the session is denied.
   */
  openSession(login: Login): Jid;
  /**
   * The same for services that check accounts but open no session (pam_sm_acct_mgmt).
   *
   * @param login Who logs in.
   * @returns The job, or `"0x0"` when creation is disabled.
   * @throws {KernelError} As {@linkcode Jobs.create}; the account is denied.
   */
  checkAccount(login: Login): Jid;
  /**
   * Does nothing: the job ends with its last process, not with the session (pam_sm_close_session).
   *
   * @param login Who logged in.
   */
  closeSession(login: Login): void;
}

/** The symbol under which {@linkcode PamJob} is offered. */
export const PAM_JOB: KernelSymbol<PamJob> = defineSymbol<PamJob>("pam_job", { gplOnly: true });

/** Puts it on top of the calls that everybody has. */
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
