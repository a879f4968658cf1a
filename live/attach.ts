import { LaunchError } from "./launch_error.ts";
import type { TracerParts } from "./parts.ts";
import { Tracee } from "./tracee.ts";

/** A task that was found, and its process. */
export interface AttachedTask {
  /** The task. */
  readonly tracee: Tracee;
  /** The parent of its process, where that is traced as well; else null. */
  readonly parent: number | null;
}

/**
 * Begins to trace a process with all its threads and all below it. They go on meanwhile, so it looks again until a look
 * finds nothing new: what a traced task makes from then on is traced by itself.
 *
 * @param parts How to reach them.
 * @param root The process.
 * @param options Options of PTRACE_SEIZE.
 * @returns Every task, parents before their children, leaders before their threads.
 * @throws {LaunchError} When the process cannot be traced. Nothing is traced then.
 */
export function attachTree(parts: TracerParts, root: number, options: number): AttachedTask[] {
  const attached = new Map<number, AttachedTask>();
  const seize = (tid: number, tgid: number, parent: number | null): boolean => {
    if (attached.has(tid)) return false;
    if (!parts.ptrace.seize(tid, options)) {
      if (tid === root) throw refuse(parts, root);
      return false;
    }
    const tracee = new Tracee(tid, tgid);
    tracee.hasStopped = true;
    attached.set(tid, { tracee, parent });
    return true;
  };
  const look = (pid: number, parent: number | null): boolean => {
    let isNew = seize(pid, pid, parent);
    for (const tid of parts.proc.threads(pid)) {
      if (tid !== pid && seize(tid, pid, parent)) isNew = true;
    }
    for (const child of parts.proc.children(pid)) {
      if (look(child, pid)) isNew = true;
    }
    return isNew;
  };
  while (look(root, null)) {
    // Until a look finds nothing new.
  }
  return [...attached.values()];
}

function refuse({ libc, proc }: TracerParts, pid: number): LaunchError {
  const { errno } = libc;
  const action = `Cannot trace process ${pid}`;
  const identity = proc.identity(pid);
  if (identity === null) {
    return new LaunchError(`${action}: there is none, a running process is wanted (ESRCH)`, 125);
  }
  if (identity.tracer !== 0) {
    return new LaunchError(
      `${action}: process ${identity.tracer} traces it already, one that nobody traces is wanted (EPERM)`,
      125,
    );
  }
  const scope = Number(libc.readText("/proc/sys/kernel/yama/ptrace_scope") ?? "0");
  if (scope > 0) {
    return new LaunchError(
      `${action}: /proc/sys/kernel/yama/ptrace_scope is ${scope}, 0 or root is wanted (EPERM)`,
      125,
    );
  }
  return new LaunchError(
    `${action}: the system refuses it, a process of the same user is wanted (errno ${errno})`,
    125,
  );
}
