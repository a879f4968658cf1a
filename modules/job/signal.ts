import { capable } from "../../kernel/cred.ts";
import { KernelError } from "../../kernel/errno.ts";
import { type SignalName, signalNumber } from "../../kernel/signal.ts";
import type { Task } from "../../kernel/task.ts";
import { refuse } from "../call.ts";
import { findJob, type JobCore } from "./core.ts";
import { type Jid, type JidArgument, parseJid } from "./jid.ts";
import type { Job, Member } from "./record.ts";

/** Sends a signal to every task of a job and of the jobs nested in it (B20). */
export function killJid(
  core: JobCore,
  sender: Task,
  options: { readonly jid: JidArgument; readonly signal: SignalName | number },
): number {
  const signal = signalNumber(options.signal);
  const jid: Jid = parseJid(options.jid);
  const { table } = core;
  return table.lock.whileRead(() => {
    const top = findJob(core, jid, "send a signal to job");
    if (sender.uid !== top.uid && !capable(sender, "CAP_SYS_RESOURCE")) {
      throw refuse(
        "EPERM",
        "send a signal to job",
        jid,
        `it belongs to uid ${top.uid}, ${sender} is of uid ${sender.uid}`,
        "its owner or CAP_SYS_RESOURCE is wanted",
      );
    }
    const jobs = table.list().filter((job) => job.isWithin(top));
    const outcome: Outcome = { prime: top.first, sent: 0, failure: null };
    for (const job of jobs.sort((a, b) => a.depth - b.depth)) {
      killMembers(core, sender, job, signal, outcome);
    }
    if (outcome.failure !== null) throw outcome.failure;
    return outcome.sent;
  });
}

interface Outcome {
  readonly prime: Member | null;
  sent: number;
  failure: KernelError | null;
}

/** Sends the signal to each task, so a process with two threads gets it twice. */
function killMembers(
  core: JobCore,
  sender: Task,
  job: Job,
  signal: number,
  outcome: Outcome,
): void {
  job.lock.whileRead(() => {
    for (let member = job.first; member !== null; member = member.next) {
      try {
        outcome.sent += core.kernel.kill(member.task.pid, signal, { sender });
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        if (member !== outcome.prime) outcome.failure = error;
      }
    }
  });
}
