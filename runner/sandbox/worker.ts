/**
 * The worker in which user code runs. It has no permissions, and nothing of the host.
 *
 * @module
 */
import { defineModule, type KernelModule } from "../../kernel/module.ts";
import { ALL_FACILITIES } from "../engine/all_facilities.ts";
import { describeModule } from "../engine/describe.ts";
import { type ModuleInfo, type ScenarioPlan, SoftLockup } from "../engine/plan.ts";
import { ScenarioRun } from "../engine/run.ts";
import { shippedModules } from "../engine/shipped.ts";
import { ReplaySession } from "../replay/session.ts";
import { boardWriter } from "./board.ts";
import { loadFailure, Unloadable } from "./load_failure.ts";
import type { ReplayRequest } from "../replay/session.ts";
import type { ChildAnswer, ChildJob, Doing, LoadFailure, ModuleFiles } from "./protocol.ts";
import "./library.ts";
import { scrubGlobals } from "./scrub.ts";
import { type SlotReader, slotReader } from "./slot.ts";
import { createWatchdog, STEP_HOOK, type Watchdog } from "./watchdog.ts";
import { HostWorld } from "./world.ts";

/** What the process hands to the worker. */
export interface WorkerJob {
  /** The job. */
  readonly job: ChildJob;
  /** The memory in which the worker writes its present work. */
  readonly board: SharedArrayBuffer;
  /** The memory through which the text of a recording comes. */
  readonly slot: SharedArrayBuffer;
}

type Answer = (answer: ChildAnswer) => void;

/**
 * The globals of a worker. JSR refuses the library of types that has them, since it would hold for every user of the
 * package.
 */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerJob>) => void) | null;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as WorkerScope;

async function serve({ job, board, slot }: WorkerJob): Promise<void> {
  const write = boardWriter(board);
  const post = scope.postMessage.bind(scope);
  const recording = slotReader(slot);
  const { nonce, limits } = job;
  const answer: Answer = (body) => {
    const text = JSON.stringify(watchdog.isStarved() ? { kind: "starved" } : body);
    const isLarge = text.length > limits.answerSize;
    const small = { kind: "crashed", why: "answer", text: `${text.length} characters` };
    post({ nonce, text: isLarge ? JSON.stringify(small) : text });
  };
  const world = new HostWorld(job.plan?.seed ?? 0);
  const watchdog = createWatchdog(({ step, what, module = null, weight = 1 }) => {
    // The limit is that of the step. The main thread ends the job when its total time is over.
    const limitMs = Math.ceil(limits.stepMs * weight);
    write({ stage: "step", what, step, module, limitMs });
    return limitMs;
  }, job.patience);
  // The longest comes first, since a folder may lie in another.
  const folders = job.modules.map(folderOf).sort((a, b) => b.length - a.length);
  try {
    scrubGlobals(world, { [STEP_HOOK]: watchdog.hook }, folders);
  } catch (error) {
    answer({ kind: "crashed", why: "unprotected", text: String(error) });
    return;
  }
  await work(job, { world, watchdog, write, answer, recording, loadMs: limits.loadMs });
}

/** The folder from which stacks name the files of a module. A result does not depend on the folder of the scenario. */
function folderOf({ files }: ModuleFiles): string {
  const { file } = files.at(-1)!;
  return file.slice(0, file.lastIndexOf("/") + 1);
}

interface Means {
  readonly world: HostWorld;
  readonly watchdog: Watchdog;
  readonly write: (doing: Doing) => void;
  readonly answer: Answer;
  /** The recording, piece by piece. */
  readonly recording: SlotReader;
  readonly loadMs: number;
}

async function work(job: ChildJob, means: Means): Promise<void> {
  try {
    const modules = new Map<string, KernelModule>();
    for (const files of job.modules) modules.set(files.name, await loadModule(files, means));
    if (job.replay !== undefined) replay(job.replay, modules, means);
    else if (job.plan === null) describe(modules, means);
    else runPlan(job.plan, modules, means);
  } catch (error) {
    means.answer(failureAnswer(error, job));
  }
}

/** Describes an error. A module may throw a value that throws again when it is read. */
function failureAnswer(error: unknown, job: ChildJob): ChildAnswer {
  try {
    return explain(error, job);
  } catch {
    return { kind: "crashed", why: "broken", text: "" };
  }
}

function explain(error: unknown, job: ChildJob): ChildAnswer {
  if (error instanceof Unloadable) return { kind: "unloadable", failure: error.failure };
  if (error instanceof SoftLockup) {
    return { kind: "crashed", why: "time", text: `${job.limits.stepMs} ms` };
  }
  const text = error instanceof Error ? error.message : "";
  return { kind: "crashed", why: "broken", text };
}

function runPlan(plan: ScenarioPlan, modules: Map<string, KernelModule>, means: Means): void {
  const shipped = shippedModules();
  for (const { name, source } of plan.modules) {
    const module = source.kind === "shipped" ? shipped.get(source.module) : undefined;
    if (module !== undefined) modules.set(name, module);
  }
  const run = new ScenarioRun(plan, modules, ALL_FACILITIES, {
    guard: means.watchdog.guard,
    stacks: true,
  });
  means.answer({ kind: "result", result: run.run(), console: means.world.early });
}

/** Replays the recording piece by piece. Each piece is a step, with the time of one step. */
function replay(request: ReplayRequest, modules: Map<string, KernelModule>, means: Means): void {
  for (const [name, module] of shippedModules()) {
    if (!modules.has(name)) modules.set(name, module);
  }
  const { watchdog, write, answer, recording } = means;
  const module = request.modules.find(({ isFile }) => isFile)?.name;
  let session: ReplaySession | null = null;
  let step = 0;
  watchdog.guard({ step, what: "load modules", module }, () => {
    session = new ReplaySession(request, modules);
  });
  for (;;) {
    write({ stage: "done", what: "", step, module: module ?? null, limitMs: 0 });
    const text = recording.take();
    if (text === null) break;
    watchdog.guard({ step: ++step, what: "replay", module }, () => session!.push(text));
    recording.taken();
  }
  watchdog.guard({ step: ++step, what: "end of replay", module, weight: 10 }, () => {
    const outcome = session!.finish();
    answer({ kind: "replayed", outcome, console: means.world.early });
  });
}

function describe(modules: ReadonlyMap<string, KernelModule>, means: Means): void {
  const [module] = modules.values();
  let info: ModuleInfo | null = null;
  means.watchdog.guard({ step: 0, what: "describe", module: module.name }, () => {
    info = describeModule(module, shippedModules());
  });
  means.answer({ kind: "info", info: info!, console: means.world.early });
}

/** Imports the files of a module one by one. An error then belongs to a file. */
async function loadModule({ name, files }: ModuleFiles, means: Means): Promise<KernelModule> {
  let namespace: Record<string, unknown> = {};
  for (const { file, url } of files) {
    means.write({ stage: "load", what: file, step: 0, module: name, limitMs: means.loadMs });
    try {
      namespace = await import(url);
    } catch (error) {
      throw new Unloadable(loadFailure(error, file, files));
    }
  }
  const { file } = files.at(-1)!;
  let loaded: KernelModule | null = null;
  means.watchdog.guard({ step: 0, what: `load ${name}`, module: name }, () => {
    loaded = findModule(namespace, file, means.world);
  });
  return loaded!;
}

function findModule(
  namespace: Record<string, unknown>,
  file: string,
  world: HostWorld,
): KernelModule {
  const { default: main, ...named } = namespace;
  const exported = [main, ...Object.values(named)].find(isModule);
  if (exported === undefined) {
    const message = "it exports no kernel module; one made with defineModule() is wanted";
    throw new Unloadable(failureOf(file, message));
  }
  const load: KernelModule["load"] = (env) => {
    world.kernel = env.kernel;
    return exported.load(env);
  };
  try {
    return defineModule({ ...exported, load });
  } catch (error) {
    throw new Unloadable(
      failureOf(file, error instanceof Error ? error.message : "it is no module"),
    );
  }
}

function failureOf(file: string, message: string): LoadFailure {
  return { file, line: null, column: null, message, threw: false };
}

function isModule(value: unknown): value is KernelModule {
  if (typeof value !== "object" || value === null) return false;
  const { name, load } = value as Record<string, unknown>;
  return typeof name === "string" && typeof load === "function";
}

scope.onmessage = ({ data }) => {
  scope.onmessage = null;
  void serve(data);
};
scope.postMessage("ready");
