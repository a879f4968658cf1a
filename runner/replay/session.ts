import { type ErrnoName, KernelError } from "../../kernel/errno.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { KernelModule, ParameterSpec } from "../../kernel/module.ts";
import { PID_MAX_LIMIT } from "../../kernel/pid.ts";
import { formatLogRecord } from "../../kernel/printk.ts";
import { KernelBug } from "../../kernel/report.ts";
import type { Task } from "../../kernel/task.ts";
import { CSA, type Csa, type CsaRecord } from "../../modules/csa/mod.ts";
import { JOB, type Jobs } from "../../modules/job/mod.ts";
import { boot, type World } from "../../pnotify/boot.ts";
import type { PnotifyEvents } from "../../pnotify/events.ts";
import type { Pnotify } from "../../pnotify/pnotify.ts";
import {
  CommandTable,
  type CommandTotals,
  type ExecCall,
  nodesOf,
  type ProcessRecord,
  type RecordedEvent,
  Recording,
  type RecordingClock,
  type RecordingFormat,
  Replay,
  type ReplayReport,
  untoldBy,
  type Warnings,
} from "../../replay/mod.ts";
import { type Timeline, timelineOf } from "../../replay/timeline.ts";
import { type TreeRow, treeRows } from "../../replay/tree.ts";
import { jobOf } from "../engine/job_of.ts";

/** A module to load, and the values of its parameters as the command line has them. */
export interface ReplayModule {
  /** Its name: that of a shipped module, or the name of a file in the request. */
  readonly name: string;
  /** Whether it comes from a file of the user. */
  readonly isFile: boolean;
}

/** A request for a replay. It is plain data, since it may go to another process. */
export interface ReplayRequest {
  /** The name of the recording. */
  readonly recording: string;
  /** The pid that a recording without a pid column is about, or null. */
  readonly pid: number | null;
  /** The modules, in the order in which they are loaded. */
  readonly modules: readonly ReplayModule[];
  /** Values of parameters: `limit=20`, or `job.limit=20` for one module. */
  readonly params: readonly string[];
  /** Whether the kernel checks itself. */
  readonly check: boolean;
  /** Whether to keep every process: for a tree, a timeline or a report with all of it. */
  readonly keep: boolean;
  /** Whether to draw a tree. */
  readonly tree: boolean;
  /** Whether to draw a timeline. */
  readonly timeline: boolean;
  /** How wide a drawing may be. */
  readonly width: number;
}

/** The outcome of a replay. Plain data, like the request. */
export interface ReplayOutcome {
  /** The report of the recording. */
  readonly report: ReplayReport;
  /** The totals of each command. */
  readonly commands: readonly CommandTotals[];
  /** The lines of the tree, not laid out yet, or null. */
  readonly tree: readonly TreeRow[] | null;
  /** The bars of the timeline, not laid out yet, or null. */
  readonly timeline: Timeline | null;
  /** The accounting of csa as tables of cells, by job and by command. Empty without csa. */
  readonly accounting: readonly (readonly (readonly string[])[])[];
  /** The kernel log. */
  readonly log: readonly string[];
  /** The reports of the kernel, with faults of modules. */
  readonly reports: readonly string[];
  /** Why the recording could not be read to its end, or null. */
  readonly failure: string | null;
  /** Whether a kernel bug ended the replay. */
  readonly broken: boolean;
}

/** Where the events of a session come from. */
export interface EventSource {
  /** How its times are to be read. */
  readonly clock: RecordingClock;
  /** Its format, or null while it is not known. */
  readonly format: RecordingFormat | null;
  /** How many lines or events it has told so far. */
  readonly lineCount: number;
}

/** How a session differs from a replay of what has happened. */
export interface SessionOptions {
  /** Called for each process that has ended, and for each whose fork was refused and did not happen. */
  readonly ended?: (process: ProcessRecord, clock: RecordingClock) => void;
  /** Whether a refusal undoes what a module refused: {@linkcode ReplayOptions.vetoesHold}. */
  readonly vetoesHold?: boolean;
}

/**
 * A kernel of its own with modules loaded into it, in which the events of a source happen. It touches nothing of the
 * host, so it runs in the program itself for shipped modules and in the sandbox for others.
 */
export class EventSession {
  readonly #request: ReplayRequest;
  readonly #source: () => EventSource;
  readonly #world: World;
  readonly #kernel: Kernel;
  readonly #replay: Replay;
  readonly #commands = new CommandTable();
  readonly #jobs: Jobs | null;
  readonly #csa: Csa | null;
  #first: number | null = null;
  #last = 0;
  /** Whether somebody reads the job of a process. */
  readonly #namesJobs: boolean;
  #failure: string | null = null;
  #broken = false;

  /**
   * Boots a kernel and loads the modules.
   *
   * @param request The request.
   * @param modules The modules, by name.
   * @param source Tells of the source, once there is one.
   * @param options How it differs from a replay.
   * @throws {KernelError} When a module cannot be loaded.
   */
  constructor(
    request: ReplayRequest,
    modules: ReadonlyMap<string, KernelModule>,
    source: () => EventSource,
    options: SessionOptions = {},
  ) {
    this.#request = request;
    this.#source = source;
    const { vetoesHold, ended } = options;
    this.#namesJobs = request.keep || ended !== undefined;
    // Modules see the pids of the source, whichever machine it is from.
    this.#world = boot({ debug: request.check, pidMax: PID_MAX_LIMIT });
    this.#kernel = this.#world.kernel;
    loadModules(this.#kernel, request, modules);
    this.#jobs = (this.#kernel.symbols.find(JOB.name)?.value ?? null) as Jobs | null;
    this.#csa = (this.#kernel.symbols.find(CSA.name)?.value ?? null) as Csa | null;
    this.#replay = new Replay(this.#kernel, {
      tree: request.keep,
      ...(vetoesHold === undefined ? {} : { vetoesHold }),
      observer: {
        started: (process, task) => this.#started(process, task),
        ending: (process, task) => this.#ending(process, task),
        ended: (process) => {
          this.#commands.ended(process);
          ended?.(process, this.#source().clock);
        },
        neverRan: (process) => ended?.(process, this.#source().clock),
      },
    });
  }

  /** What was wrong with the source so far. */
  get warnings(): Warnings {
    return this.#replay.warnings;
  }

  /** Whether a module or the kernel broke down. */
  get hasFault(): boolean {
    return this.#failure !== null || this.#kernel.reports.length > 0;
  }

  /** Whether any module wants to be asked before a program runs. */
  get wantsCanExec(): boolean {
    return this.#world.pnotify.wantsCanExec;
  }

  /** Asks the modules before a program runs: {@linkcode Replay.mayExec}. */
  mayExec(call: ExecCall): ErrnoName | null {
    return this.#replay.mayExec(call);
  }

  /**
   * Makes an event happen.
   *
   * @param event The event.
   * @returns The errno with which a module refuses it, where vetoes hold; else null.
   */
  take(event: RecordedEvent): ErrnoName | null {
    this.#first ??= event.time;
    if (event.time > this.#last) this.#last = event.time;
    return this.#replay.take(event);
  }

  /**
   * Each root process gets a job of its own, and every structure that a module has registered is subscribed to it. Its
   * descendants inherit both.
   */
  #started({ depth, above, forked }: ProcessRecord, task: Task | null): void {
    if (task === null || depth > 0 || (forked && above !== null)) return;
    if (this.#jobs !== null && jobOf(this.#jobs, task) === null) {
      this.#createJob(this.#jobs, task);
    }
    const { pnotify } = this.#world;
    for (const events of pnotify.registeredEvents()) {
      // A structure with an init hook has decided for itself, and a global one hears of every task.
      if (events.init !== null || events.global) continue;
      quietly(() => subscribeOnce(pnotify, task, events));
    }
  }

  /** Makes a job for a task with the rights of init: who starts a user's processes has them, as pam_job had. */
  #createJob(jobs: Jobs, task: Task): void {
    const { credentials } = task;
    task.credentials = this.#kernel.init.credentials;
    quietly(() => jobs.create({ task, uid: credentials.user.uid }));
    task.credentials = credentials;
  }

  #ending(process: ProcessRecord, task: Task | null): void {
    if (this.#jobs !== null && this.#namesJobs && task !== null) {
      process.job = jobOf(this.#jobs, task);
    }
  }

  /** Ends the replay and unloads the modules. */
  finish(): ReplayOutcome {
    this.#replay.finish();
    this.#nameJobs();
    const accounting = this.#accounting();
    if (!this.#broken) this.guarded(() => this.#unload());
    const { tree, timeline, width } = this.#request;
    const { processes } = this.#replay;
    const { clock } = this.#source();
    return {
      report: this.#report(),
      commands: this.#commands.rows,
      tree: tree ? treeRows(processes, clock).map((row) => shortened(row, "name", width)) : null,
      timeline: timeline ? this.#timeline() : null,
      accounting,
      log: this.#kernel.log.records().map((record) => formatLogRecord(record)),
      reports: this.#kernel.shutdown().map(({ text }) => text),
      failure: this.#failure,
      broken: this.#broken,
    };
  }

  #timeline(): Timeline {
    const { width } = this.#request;
    const { clock } = this.#source();
    const timeline = timelineOf(this.#replay.processes, { clock, until: this.#last });
    const rows = timeline.rows?.map((row) => shortened(row, "label", width)) ?? null;
    return { ...timeline, rows };
  }

  /** An error of a module or of the recording keeps the results so far. */
  guarded(work: () => void): void {
    if (this.#failure !== null) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof KernelError || error instanceof KernelBug)) throw error;
      this.#failure = error.message;
      this.#broken = error instanceof KernelBug;
    }
  }

  /** Names the jobs of the processes that still run. */
  #nameJobs(): void {
    if (this.#jobs === null || !this.#request.keep) return;
    for (const process of this.#replay.processes) {
      if (process.end !== null || process.endUnseen) continue;
      const reference = this.#kernel.getTask(process.pid);
      if (reference === null) continue;
      process.job = jobOf(this.#jobs, reference.task);
      reference.put();
    }
  }

  #accounting(): string[][][] {
    const csa = this.#csa;
    if (csa === null) return [];
    const tables: string[][][] = [];
    for (const by of ["job", "command"] as const) {
      quietly(() => void tables.push(csa.reportCells({ by })));
    }
    if (this.#request.keep) quietly(() => this.#account(csa.records()));
    return tables;
  }

  /** Adds the accounting to the record of each process. Both lists are in the order in which processes ended. */
  #account(records: readonly CsaRecord[]): void {
    const byPid = new Map<number, CsaRecord[]>();
    for (const record of records) {
      if (record.type !== "process") continue;
      const list = byPid.get(record.pid);
      if (list === undefined) byPid.set(record.pid, [record]);
      else list.push(record);
    }
    for (const process of this.#replay.processes) {
      if (process.end === null || process.job === null) continue;
      const record = byPid.get(process.pid)?.shift();
      if (record !== undefined) process.accounting = { ...record };
    }
  }

  #unload(): void {
    for (const { name } of this.#kernel.modules.lsmod().reverse()) {
      quietly(() => this.#kernel.modules.rmmod(name));
    }
  }

  #report(): ReplayReport {
    const { keep, recording } = this.#request;
    const { summary, gaps, warnings, processes, resources } = this.#replay;
    const { format, clock, lineCount } = this.#source();
    const hasTimes = clock.kind !== "none" && this.#first !== null;
    const loaded = { job: this.#jobs !== null, accounting: this.#csa !== null };
    return {
      recording,
      format,
      lines: lineCount,
      clock,
      summary,
      gaps,
      elapsed: hasTimes ? this.#last - this.#first! : null,
      resources,
      untold: untoldBy(format, resources),
      warning_counts: warnings.counts,
      warnings: warnings.kept,
      tree: keep ? nodesOf(processes, clock, loaded) : null,
    };
  }
}

function subscribeOnce(pnotify: Pnotify, task: Task, events: PnotifyEvents<unknown>): void {
  task.subscriberListSem.whileWrite(() => {
    if (pnotify.getSubscriber(task, events) === null) pnotify.subscribe(task, events);
  });
}

/** Replays a recording, which comes in pieces of text. */
export class ReplaySession {
  readonly #session: EventSession;
  readonly #recording: Recording;

  /**
   * Boots a kernel and loads the modules.
   *
   * @param request The request.
   * @param modules The modules, by name.
   * @param ended Called for each process that has ended.
   * @throws {KernelError} When a module cannot be loaded.
   */
  constructor(
    request: ReplayRequest,
    modules: ReadonlyMap<string, KernelModule>,
    ended?: (process: ProcessRecord, clock: RecordingClock) => void,
  ) {
    const options = ended === undefined ? {} : { ended };
    this.#session = new EventSession(request, modules, () => this.#recording, options);
    this.#recording = new Recording({
      sink: (event) => void this.#session.take(event),
      warnings: this.#session.warnings,
      name: request.recording,
      ...(request.pid === null ? {} : { pid: request.pid }),
    });
  }

  /** Takes a piece of the recording. */
  push(text: string): void {
    this.#session.guarded(() => this.#recording.push(text));
  }

  /** Ends the replay and unloads the modules. */
  finish(): ReplayOutcome {
    this.#session.guarded(() => this.#recording.end());
    return this.#session.finish();
  }
}

/** Cuts the texts of rows. The answer of a sandbox is bounded, and a line shows only the beginning of a long text. */
function shortened<Key extends string, Row extends Readonly<Record<Key, string>>>(
  row: Row,
  key: Key,
  width: number,
): Row {
  // A character takes at least a column, except for combining marks.
  const most = 4 * width;
  return row[key].length <= most ? row : { ...row, [key]: row[key].slice(0, most) };
}

function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  }
}

/** Loads the modules in order. */
function loadModules(
  kernel: Kernel,
  request: ReplayRequest,
  modules: ReadonlyMap<string, KernelModule>,
): void {
  const values = parseParameters(request, modules);
  for (const { name, isFile } of request.modules) {
    const module = modules.get(name);
    if (module === undefined) {
      throw new KernelError("ENOENT", {
        action: "load module",
        name,
        found: "there is no such module",
        wanted: "a shipped module or a file is wanted",
      });
    }
    const params = (values.get(name) ?? {}) as Record<string, never>;
    kernel.modules.insmod(module, { params, outOfTree: isFile });
  }
}

type Values = Record<string, string | number | boolean>;

/** Gives each `key=value` to the module that has such a parameter. */
function parseParameters(
  { params, modules: wanted }: ReplayRequest,
  modules: ReadonlyMap<string, KernelModule>,
): Map<string, Values> {
  const values = new Map<string, Values>();
  for (const text of params) {
    const match = /^(?:(\w+)\.)?(\w+)=(.*)$/s.exec(text);
    if (match === null) throw refuseParameter(text, "it has no =", "NAME=VALUE is wanted");
    const [, owner, key, value] = match;
    const having = wanted.filter(({ name }) =>
      (owner === undefined || owner === name) &&
      Object.hasOwn(modules.get(name)?.params ?? {}, key)
    );
    if (having.length !== 1) {
      const found = having.length === 0 ? "no module has it" : "more than one module has it";
      throw refuseParameter(text, found, "MODULE.NAME=VALUE is wanted");
    }
    const [{ name }] = having;
    const spec = modules.get(name)!.params![key];
    values.set(name, { ...values.get(name), [key]: readValue(spec, value, text) });
  }
  return values;
}

function readValue(spec: ParameterSpec, value: string, text: string): string | number | boolean {
  if (spec.type === "string") return value;
  if (spec.type === "boolean") {
    if (/^(?:true|yes|1)$/.test(value)) return true;
    if (/^(?:false|no|0)$/.test(value)) return false;
    throw refuseParameter(text, `${value} is no switch`, "true or false is wanted");
  }
  const number = Number(value);
  if (value.trim() !== "" && Number.isFinite(number)) return number;
  throw refuseParameter(text, `${value} is no number`, "a number is wanted");
}

function refuseParameter(text: string, found: string, wanted: string): KernelError {
  return new KernelError("EINVAL", { action: "set parameter", name: text, found, wanted });
}
