import type {
  ConcurrentPlan,
  ModulePlan,
  Position,
  ScenarioPlan,
  StepPlan,
} from "../../runner/engine/plan.ts";

const at: Position = { line: 1, column: 1, length: 1 };

/** A module of a plan that comes from a file. */
export function fileModule(name: string, path: string, written: string = `${name}.ts`): ModulePlan {
  return { name, source: { kind: "file", path, written }, params: {}, preload: true, at };
}

/** A step of a plan. */
export function step(verb: string, args: StepPlan["args"], as: string | null = null): StepPlan {
  return { number: 0, verb, args, as, fails: null, phase: null, at: { "": at } };
}

/** Two lanes after the steps of {@linkcode planOf}: `make` execs, and the shell forks. */
export const LANES: ConcurrentPlan = {
  lanes: [
    { name: "one", steps: [{ ...step("exec", { task: "make", path: "/bin/make" }), number: 101 }] },
    { name: "two", steps: [{ ...step("fork", { parent: "sh" }, "late"), number: 102 }] },
  ],
  preemptions: 1,
  schedules: 1000,
  only: null,
  always: [],
  sometimes: [],
  never: [],
  at,
};

/** A plan with a shell, `sh`, in which every module is subscribed to it, it forks twice, and a child execs and exits. */
export function planOf(
  modules: readonly ModulePlan[],
  changes: Partial<ScenarioPlan> = {},
): ScenarioPlan {
  const steps = [
    ...modules.map(({ name }) => step("subscribe", { task: "sh", module: name })),
    step("fork", { parent: "sh" }, "make"),
    step("fork", { parent: "make" }, "cc"),
    step("exec", { task: "cc", path: "/usr/bin/cc1" }),
    step("exit", { task: "cc" }),
  ];
  return {
    file: "case.yaml",
    document: 0,
    documents: 1,
    title: "a scenario",
    at,
    seed: 7,
    kernel: {},
    tasks: [{ name: "sh", parent: "init", path: "/bin/sh", at }],
    modules,
    steps: steps.map((one, i) => ({ ...one, number: i + 1 })),
    concurrently: null,
    expect: [],
    attachments: [],
    until: null,
    ...changes,
  };
}
