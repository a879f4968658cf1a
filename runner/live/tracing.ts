import { type ErrnoName, KernelError } from "../../kernel/errno.ts";
import { type Architecture, architectureOf } from "../../live/architecture.ts";
import { Driver } from "../../live/driver.ts";
import { filterFor } from "../../live/filter.ts";
import { LaunchError, readInherited } from "../../live/launch.ts";
import { Libc } from "../../live/libc.ts";
import { openParts } from "../../live/parts.ts";
import { Tracer } from "../../live/tracer.ts";
import type { RecordedEvent, RecordingClock } from "../../replay/mod.ts";
import { shippedModules } from "../engine/shipped.ts";
import { followTo } from "../replay/follow.ts";
import { EventSession } from "../replay/session.ts";
import type { LiveJob, LiveMessage } from "./protocol.ts";
import { EventFile } from "./event_file.ts";

const PR_SET_DUMPABLE = 4;

/**
 * Runs a command under the tracer until its last process has ended.
 *
 * @param job The command.
 * @param say Takes what is told meanwhile.
 */
export function runJob(job: LiveJob, say: (message: LiveMessage) => void): void {
  try {
    new Run(job, say).run();
  } catch (error) {
    say({ kind: "refused", ...explain(error) });
  }
}

/** A live run: the tracer, the model that it tells, and the file that it records to. */
class Run {
  readonly #job: LiveJob;
  readonly #say: (message: LiveMessage) => void;
  readonly #session: EventSession;
  readonly #tracer: Tracer;
  readonly #driver: Driver;
  readonly #libc: Libc;
  readonly #file: EventFile | null;
  readonly #environment: readonly string[];
  #events = 0;

  constructor(job: LiveJob, say: (message: LiveMessage) => void) {
    this.#job = job;
    this.#say = say;
    const architecture = demandArchitecture(Deno.build);
    this.#libc = new Libc();
    // What follows makes this process one whose /proc only root can read.
    this.#environment = readEnvironment(this.#libc);
    // A command of the same user may neither trace this process nor write to its memory.
    this.#libc.symbols.prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n);
    this.#session = new EventSession(job.request, shippedModules(), () => this, {
      vetoesHold: true,
      pidMax: readPidMax(this.#libc),
      ...(job.follow
        ? { ended: followTo(job.request, (text) => say({ kind: "line", text })) }
        : {}),
    });
    const parts = openParts(this.#libc, architecture);
    this.#driver = new Driver(parts, { take: (event) => this.#take(event) }, job);
    this.#tracer = new Tracer(parts, this.#driver);
    this.#file = job.record === null ? null : new EventFile(job.record, job.command);
  }

  /** How the times of its events are to be read. */
  get clock(): RecordingClock {
    return { origin: Math.max(this.#driver.origin, 0), kind: "monotonic" };
  }

  /** What the events of a live run are written as. */
  readonly format = "events" as const;

  /** How many events there were. */
  get lineCount(): number {
    return this.#events;
  }

  /** A fault of the model must not stop the command, unless that is wanted. */
  #take(event: RecordedEvent): ErrnoName | null {
    this.#events++;
    let refusal: ErrnoName | null = null;
    this.#session.guarded(() => refusal = this.#session.take(event));
    this.#file?.write(event, refusal, this.#driver.origin);
    if (this.#job.killOnFault && this.#session.hasFault) this.#tracer.killAll();
    return refusal;
  }

  run(): void {
    const { command, filter, untilRoot } = this.#job;
    const { architecture } = this.#tracer.parts.registers;
    try {
      const pid = this.#tracer.launch({
        command,
        environment: this.#environment,
        filter: filter ? filterFor(architecture, { exec: false }) : null,
        inherited: readInherited(this.#libc),
      });
      this.#say({ kind: "started", pid });
      const status = this.#tracer.run((count) => {
        if (untilRoot) this.#tracer.killAll();
        else this.#say({ kind: "remaining", count });
      });
      const outcome = this.#session.finish();
      this.#file?.close();
      this.#say({ kind: "ended", status, outcome, unrecorded: this.#file?.problem ?? null });
    } finally {
      this.#file?.close();
    }
  }
}

/**
 * The environment that this process was started with. Deno would show it only with a permission for all of it, and without
 * names that are no UTF-8.
 */
function readEnvironment(libc: Libc): string[] {
  const text = libc.readText("/proc/self/environ");
  if (text !== null) return text.split("\0").filter((entry) => entry !== "");
  throw new LaunchError("Cannot read /proc/self/environ: a mounted /proc is wanted (ENOENT)", 125);
}

/**
 * What the machine is to the tracer.
 *
 * @throws {LaunchError} Where this program cannot trace.
 */
export function demandArchitecture({ os, arch }: { os: string; arch: string }): Architecture {
  const architecture = architectureOf(arch);
  if (os === "linux" && architecture !== null) return architecture;
  const what = `this is ${os} on ${arch}, Linux on x86_64 or aarch64 is wanted`;
  throw new LaunchError(`Cannot trace the command: ${what} (ENOSYS)`, 125);
}

function readPidMax(libc: Libc): number {
  return Number(libc.readText("/proc/sys/kernel/pid_max") ?? "32768");
}

function explain(error: unknown): { message: string; exitStatus: number } {
  if (error instanceof LaunchError) {
    return { message: error.message, exitStatus: error.exitStatus };
  }
  if (error instanceof KernelError) return { message: error.message, exitStatus: 125 };
  if (error instanceof Deno.errors.NotCapable) {
    const [flag] = /--allow-\w+/.exec(error.message) ?? ["--allow-ffi"];
    return {
      message: `Cannot trace the command: Deno refuses it, ${flag} is wanted (EPERM)`,
      exitStatus: 125,
    };
  }
  return { message: describeMistake(error), exitStatus: 125 };
}

/** A mistake of this program, with the place where it was made. */
function describeMistake(error: unknown): string {
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const [place = "at an unknown place"] = /\bat .*$/m.exec(stack) ?? [];
  const what = `${message.split("\n")[0]} (${place})`;
  return `Cannot trace the command: pnotify itself broke down, and ended what it traced: ${what}`;
}
