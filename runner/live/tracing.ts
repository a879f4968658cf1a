import type { ErrnoName } from "../../kernel/errno.ts";
import { Driver, type EventModel } from "../../live/driver.ts";
import { filterFor } from "../../live/filter.ts";
import { LaunchError } from "../../live/launch_error.ts";
import { spawnWaitingShell } from "../../live/waiting_shell.ts";
import { Libc } from "../../live/libc.ts";
import { openParts } from "../../live/parts.ts";
import { Tracer } from "../../live/tracer.ts";
import type { ExecCall, RecordedEvent, RecordingClock } from "../../replay/mod.ts";
import { shippedModules } from "../engine/shipped.ts";
import { followTo } from "../replay/follow.ts";
import { EventSession } from "../replay/session.ts";
import type { LiveMessage, LiveStart } from "./protocol.ts";
import { EventFile } from "./event_file.ts";
import { demandArchitecture, explain } from "./refusal.ts";

const PR_SET_DUMPABLE = 4;

/**
 * Runs a command under the tracer until its last process has ended.
 *
 * @param job The command.
 * @param say Takes what is told meanwhile.
 */
export function runJob(job: LiveStart, say: (message: LiveMessage) => void): void {
  try {
    new Run(job, say).run();
  } catch (error) {
    say({ kind: "refused", ...explain(error) });
  }
}

/** What is told of a process that runs already. */
const WITHOUT_FILTER = "attached without a filter: a child made with CLONE_UNTRACED is not seen, " +
  "and changes of user, group, session and name show late";

/** A live run: the tracer, the model that it tells, and the file that it records to. */
class Run implements EventModel {
  readonly #job: LiveStart;
  readonly #say: (message: LiveMessage) => void;
  readonly #session: EventSession;
  readonly #tracer: Tracer;
  readonly #driver: Driver;
  readonly #libc: Libc;
  readonly #file: EventFile | null;
  readonly #environment: readonly Uint8Array[];
  #events = 0;

  constructor(job: LiveStart, say: (message: LiveMessage) => void) {
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
      ...(job.follow
        ? { ended: followTo(job.request, (text) => say({ kind: "line", text })) }
        : {}),
    });
    const parts = openParts(this.#libc, architecture);
    this.#driver = new Driver(parts, this, {
      figures: job.figures,
      filter: job.filter && job.pid === null,
      notice: (text) => say({ kind: "notice", text }),
    });
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

  /** Whether any module wants to be asked before a program runs. */
  get asksExec(): boolean {
    return this.#session.wantsCanExec;
  }

  /** Asks before a program runs. */
  mayExec(call: ExecCall): ErrnoName | null {
    let refusal: ErrnoName | null = null;
    this.#session.guarded(() => refusal = this.#session.mayExec(call));
    return refusal;
  }

  /** A fault of the model must not stop the command, unless that is wanted. */
  take(event: RecordedEvent): ErrnoName | null {
    this.#events++;
    let refusal: ErrnoName | null = null;
    this.#session.guarded(() => refusal = this.#session.take(event));
    this.#file?.write(event, refusal, this.#driver.origin);
    if (this.#job.killOnFault && this.#session.hasFault) this.#tracer.killAll();
    return refusal;
  }

  /** Attaches to a process that runs. It is left when the pipe to a waiting shell is closed. */
  #attach(pid: number): number {
    const { pid: waker, writeEnd } = spawnWaitingShell(this.#libc);
    this.#tracer.attach(pid, waker);
    this.#say({ kind: "attached", pid, wake: writeEnd });
    this.#say({ kind: "notice", text: WITHOUT_FILTER });
    this.#tracer.run(() => {});
    return 0;
  }

  #launch(): number {
    const { command, filter, untilRoot, inherited } = this.#job;
    const { architecture } = this.#tracer.parts.registers;
    const pid = this.#tracer.launch({
      command: rawCommand(this.#libc, command),
      environment: this.#environment,
      filter: filter ? filterFor(architecture, { exec: this.asksExec }) : null,
      inherited,
    });
    this.#say({ kind: "started", pid });
    return this.#tracer.run((count) => {
      if (untilRoot) this.#tracer.killAll();
      else this.#say({ kind: "remaining", count });
    });
  }

  run(): void {
    const { pid } = this.#job;
    try {
      const status = pid === null ? this.#launch() : this.#attach(pid);
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
 * what is no UTF-8.
 */
function readEnvironment(libc: Libc): Uint8Array[] {
  const bytes = libc.readBytes("/proc/self/environ");
  if (bytes !== null) return splitStrings(bytes).filter(({ length }) => length > 0);
  throw new LaunchError("Cannot read /proc/self/environ: a mounted /proc is wanted (ENOENT)", 125);
}

/**
 * The bytes of the command. Deno replaces what is no UTF-8 in its arguments. The command stands at the end of those that
 * this process was started with, where that is how it was given.
 */
function rawCommand(libc: Libc, command: readonly string[]): Uint8Array[] {
  const own = splitStrings(libc.readBytes("/proc/self/cmdline") ?? new Uint8Array());
  const last = own.slice(-command.length);
  const decoder = new TextDecoder();
  const isSame = last.length === command.length &&
    last.every((bytes, index) => decoder.decode(bytes) === command[index]);
  return isSame ? last : command.map((word) => new TextEncoder().encode(word));
}

/** Takes strings with a zero behind each apart. */
function splitStrings(bytes: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = [];
  for (let begin = 0; begin < bytes.length;) {
    const end = bytes.indexOf(0, begin);
    strings.push(bytes.slice(begin, end < 0 ? bytes.length : end));
    begin = end < 0 ? bytes.length : end + 1;
  }
  return strings;
}
