import { KernelError } from "../../kernel/errno.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { RwSemaphore } from "../../kernel/rw_semaphore.ts";
import type { Task } from "../../kernel/task.ts";
import { refuse } from "../call.ts";
import type { Jid } from "../job/jid.ts";
import type { Jobs } from "../job/jobs.ts";
import type { CsaFile, CsaFiles, MemoryFiles } from "./file.ts";
import type { Baseline } from "./process.ts";
import { type ConfigurationRecord, CSA_KINDS, type CsaKind, type CsaRecord } from "./record.ts";
import { Totals } from "./report.ts";

/** The state of a kind of accounting. */
export interface KindState {
  state: "off" | "on" | "error";
  threshold: number | null;
}

/** The sums of a running job. */
export interface JobTotals {
  tasks: number;
  unknown: number;
  userTime: number | null;
  systemTime: number | null;
  /** The user's file (B42), or null. */
  file: CsaFile | null;
}

/** The state of the module in one kernel. `lock` guards it. */
export class CsaState {
  readonly kernel: Kernel;
  readonly jobs: Jobs;
  readonly memory: MemoryFiles;
  /** Taken after Job's locks, which `eop` runs under. */
  readonly lock: RwSemaphore;
  /** The price of a second of CPU time. */
  readonly rate: number;
  readonly kinds: ReadonlyMap<CsaKind, KindState>;
  /** The running jobs. */
  readonly running: Map<Jid, JobTotals> = new Map();
  /** The tasks that live on after they left a job. */
  readonly baselines: WeakMap<Task, Baseline> = new WeakMap();
  /** The sums of all records that went to a system file. */
  readonly totals: Totals = new Totals();
  /** Opens files. */
  files: CsaFiles;
  /** The system file, while it is open. */
  file: CsaFile | null = null;
  /** The path of the system file or of the last one. It is null before the first one. */
  path: string | null = null;
  readonly #warn: (text: string) => void;

  constructor(from: {
    kernel: Kernel;
    jobs: Jobs;
    memory: MemoryFiles;
    rate: number;
    warn: (text: string) => void;
  }) {
    this.kernel = from.kernel;
    this.jobs = from.jobs;
    this.memory = from.memory;
    this.files = from.memory;
    this.rate = from.rate;
    this.#warn = from.warn;
    this.lock = from.kernel.createSemaphore("csa_sem");
    this.kinds = new Map(
      CSA_KINDS.map((kind): [CsaKind, KindState] => [kind, { state: "off", threshold: null }]),
    );
  }

  /** Whether a kind is on. */
  isOn(kind: CsaKind): boolean {
    return this.kinds.get(kind)!.state === "on";
  }

  /** Opens a file. */
  open(path: string): CsaFile {
    return this.files.open(path);
  }

  /** Writes to the system file. A failure puts the kind into `error` and closes the file (B44). */
  write(kind: CsaKind, record: CsaRecord): boolean {
    const { file } = this;
    if (file === null) return false;
    const error = this.tryWrite(file, record);
    if (error === null) {
      this.totals.add(record);
      return true;
    }
    this.kinds.get(kind)!.state = "error";
    this.#warn(`accounting of ${kind} ends: ${error.message}`);
    this.closeFile();
    return false;
  }

  /** Writes to the file of a job. A failure ends that file (B44). */
  writeUser(jid: Jid, totals: JobTotals, record: CsaRecord): boolean {
    if (totals.file === null) return true;
    const error = this.tryWrite(totals.file, record);
    if (error === null) return true;
    this.#warn(`accounting for the user of job ${jid} ends: ${error.message}`);
    totals.file.close?.();
    totals.file = null;
    return false;
  }

  tryWrite(file: CsaFile, record: CsaRecord): KernelError | null {
    try {
      if (this.kernel.faults !== null && this.kernel.mayFail("csa-write")) {
        throw refuse("EIO", "write", record.type, "an injected fault");
      }
      file.write(record);
      return null;
    } catch (error) {
      if (error instanceof KernelError) return error;
      throw error;
    }
  }

  /** Closes the system file. */
  closeFile(): void {
    this.file?.close?.();
    this.file = null;
  }

  /** Writes a record of the kinds that are on (B45). */
  writeConfiguration(event: ConfigurationRecord["event"]): void {
    const kinds = CSA_KINDS.filter((kind) => this.isOn(kind));
    this.write("csa", { type: "configuration", event, time: this.now, kinds });
  }

  /** Virtual time in microseconds. */
  get now(): number {
    return Math.floor(this.kernel.clock.now / 1000);
  }

  /** The sums of a job. They begin at zero for a job that is older than the module. */
  totalsOf(jid: Jid): JobTotals {
    let totals = this.running.get(jid);
    if (totals === undefined) {
      totals = { tasks: 0, unknown: 0, userTime: null, systemTime: null, file: null };
      this.running.set(jid, totals);
    }
    return totals;
  }
}
