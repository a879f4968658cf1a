import { KernelError, strerror } from "../../kernel/errno.ts";
import type { Pending } from "../../kernel/pending.ts";
import { KernelBug } from "../../kernel/report.ts";
import { Task } from "../../kernel/task.ts";
import type { Failure, Position, Positions, StepPlan } from "./plan.ts";
import type { Scene } from "./scene.ts";
import { format } from "./to_json.ts";
import type { Args, Outcome, Verb } from "./verb.ts";
import { findVerb } from "./verbs.ts";

/** Thrown by a step that failed or succeeded unexpectedly. */
export class StepFailed extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "StepFailed";
  /** The failure. */
  readonly failure: Failure;

  /**
   * Makes the error of a failure.
   *
   * @param failure The failure.
   */
  constructor(failure: Failure) {
    super(failure.title);
    this.failure = failure;
  }
}

/** The nearest known place of a part of a value. */
export function positionOf(at: Positions, pointer: string): Position {
  for (let part = pointer; part !== ""; part = part.slice(0, part.lastIndexOf("/"))) {
    if (at[part] !== undefined) return at[part];
  }
  return at[""];
}

/** Describes a step that went wrong. */
export function failureOf(
  step: StepPlan,
  title: string,
  label: string,
  pointer: string = "",
  notes: readonly string[] = [],
): Failure {
  const at = positionOf(step.at, pointer);
  return { kind: "step", title, at, label, notes, step: step.number };
}

/**
 * Does one step: the call, its traces, and its name for the outcome.
 *
 * @param scene The world.
 * @param step The step.
 * @throws {StepFailed} When it fails unexpectedly, or succeeds where `fails` stands.
 * @throws {KernelBug} When the world cannot go on.
 */
export function runStep(scene: Scene, step: StepPlan): void {
  const verb = findVerb(step.verb)!;
  const call = describeCall(verb, step.args);
  const who = actorOf(scene, verb, step.args);
  const cpu = scene.kernel.context.name;
  scene.recorder.begin(step, who, cpu, call);
  const end = (result: string, error: KernelError | null) => {
    const errno = error?.code ?? null;
    scene.recorder.end({ step: step.number, who, cpu, call, result, errno });
  };
  let outcome: Outcome;
  const leave = enterStep(scene, step);
  try {
    outcome = verb.run(scene, step.args, step);
    leave();
  } catch (error) {
    leave();
    scene.naming.await(null);
    if (!(error instanceof KernelError)) {
      if (error instanceof KernelBug) end("?", null);
      throw error;
    }
    end(`-1 ${error.code} (${strerror(error.code)})`, error);
    checkFailure(step, error);
    return;
  }
  bind(scene, step, outcome);
  end(outcome.text ?? "0", null);
  checkSuccess(step, outcome);
}

/** Names the step in reports. A step is no call of a task: no task waits for it, and it may leave locks held. */
function enterStep(scene: Scene, step: StepPlan): () => void {
  const { frames } = scene.kernel.context;
  const depth = frames.length;
  const what = `step ${step.number} (${step.verb})`;
  frames.push({ what, task: null, hook: true, heldAtEntry: 0 });
  return () => void (frames.length = Math.min(frames.length, depth));
}

/** The call in words. */
export function describeCall(verb: Verb, args: Args): string {
  if (verb.describe !== undefined) return verb.describe(args);
  const shown = Object.entries(args).filter(([name]) => name !== verb.actor);
  return `${verb.name}(${shown.map(([, value]) => format(value)).join(", ")})`;
}

function actorOf(scene: Scene, verb: Verb, args: Args): string | null {
  const actor = verb.actorOf?.(args) ??
    (verb.actor === undefined ? null : args[verb.actor] ?? null);
  if (actor === null) return null;
  const task = scene.findTask(String(actor));
  return task === null ? String(actor) : scene.display(task);
}

function bind(scene: Scene, step: StepPlan, outcome: Outcome): void {
  if (step.as === null) return;
  if (outcome.value instanceof Task) scene.bindTask(step.as, outcome.value);
  else {
    scene.values.set(step.as, outcome.value);
    const { sequence } = scene.recorder;
    scene.bound.set(step.as, `step ${step.number} (${step.verb}), after event ${sequence}`);
  }
}

function checkFailure(step: StepPlan, error: KernelError): void {
  if (step.fails === error.code) return;
  const wanted = step.fails === null ? "it was to succeed" : `${step.fails} was wanted`;
  const title = `Expected step ${step.verb} ${
    step.fails === null ? "to succeed" : `to fail with ${step.fails}`
  }: actual ${error.code}`;
  const pointer = step.fails === null ? "" : "/fails";
  const notes = [error.message];
  throw new StepFailed(failureOf(step, title, `${error.code}, ${wanted}`, pointer, notes));
}

/** Checks a step that did not fail. A call that sleeps may fail later, so `fails: EINTR` waits for its end. */
function checkSuccess(step: StepPlan, outcome: Outcome): void {
  if (step.fails === null) return;
  const errno = (outcome.value as Pending<unknown> | null | undefined)?.errno;
  if (errno === step.fails) return;
  const title = `Expected step ${step.verb} to fail with ${step.fails}: it succeeded`;
  throw new StepFailed(failureOf(step, title, "it succeeded", "/fails"));
}
