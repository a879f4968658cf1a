import { KernelError } from "../../kernel/errno.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { EXIT_DEAD, PF_EXITING, type Task } from "../../kernel/task.ts";
import { JOB, type Jobs } from "../../modules/job/mod.ts";
import { type ProcessRecord, type RecordedEvent, Recording, Replay } from "../../replay/mod.ts";
import { jobOf } from "./job_of.ts";
import { Replayed, type ReplayWish } from "./replayed.ts";

/**
 * Replays a recording in a kernel.
 *
 * @param kernel The kernel, with its modules loaded.
 * @param wish What is to be replayed.
 * @returns The outcome.
 * @throws {KernelError} ENODATA when the recording is empty, ENOEXEC when it has no known format, ESRCH when the
 * root has ended.
 */
export function replayInto(kernel: Kernel, { name, text, root, until }: ReplayWish): Replayed {
  if (root !== undefined && !canFork(root)) {
    throw new KernelError("ESRCH", {
      action: "replay below",
      name: root.comm,
      found: "it has ended",
      wanted: "a task that can fork is wanted",
    });
  }
  const jobs = (kernel.symbols.find(JOB.name)?.value ?? null) as Jobs | null;
  const replay = new Replay(kernel, {
    tree: true,
    ...(root === undefined ? {} : { root }),
    observer: { ending: (process, task) => nameJob(process, task, jobs) },
  });
  let end: number | null = null;
  const sink = (event: RecordedEvent) => {
    end ??= event.time + until;
    if (event.time <= end) replay.take(event);
  };
  // A recording of one process has no pids. The file name ends with the pid.
  const pid = /\.(\d+)$/.exec(name)?.[1];
  const recording = new Recording({
    sink,
    warnings: replay.warnings,
    name,
    ...(pid === undefined ? {} : { pid: Number(pid) }),
  });
  recording.push(text);
  recording.end();
  replay.finish();
  nameRunning(kernel, replay.processes, jobs);
  return new Replayed(replay);
}

/** A fork that was refused leaves a dead task that never exited. */
function canFork(task: Task): boolean {
  return (task.flags & PF_EXITING) === 0 && task.state !== EXIT_DEAD;
}

function nameJob(process: ProcessRecord, task: Task | null, jobs: Jobs | null): void {
  if (jobs !== null && task !== null) process.job = jobOf(jobs, task);
}

/** Names the jobs of the processes that still run. */
function nameRunning(
  kernel: Kernel,
  processes: readonly ProcessRecord[],
  jobs: Jobs | null,
): void {
  for (const process of processes) {
    if (process.end !== null || process.endUnseen) continue;
    const reference = kernel.getTask(process.pid);
    if (reference === null) continue;
    nameJob(process, reference.task, jobs);
    reference.put();
  }
}
