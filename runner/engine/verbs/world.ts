import type { ErrnoName } from "../../../kernel/errno.ts";
import type { LogLevel } from "../../../kernel/printk.ts";
import type { Resources } from "../../../kernel/resources.ts";
import type { Scene } from "../scene.ts";
import {
  COUNT,
  type Field,
  JSON_VALUE,
  optional,
  required,
  type Shape,
  STRING,
  TASK,
} from "../shape.ts";
import { type Args, defineVerb, DONE, type Outcome, type Verb } from "../verb.ts";

const DURATION: Shape = { type: "duration" };
const SIZE: Shape = { type: "size" };
const LEVELS: readonly LogLevel[] = Object.freeze(
  ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] as const,
);

/** The resource of each field of `work`. */
const CHARGES: Readonly<Record<string, { readonly resource: keyof Resources; field: Field }>> =
  Object.freeze({
    user: { resource: "userTime", field: optional(DURATION, "time in user mode") },
    system: { resource: "systemTime", field: optional(DURATION, "time in the kernel") },
    memory: { resource: "residentPeak", field: optional(SIZE, "resident memory at its peak") },
    virtual: { resource: "virtualPeak", field: optional(SIZE, "virtual memory at its peak") },
    minor_faults: { resource: "minorFaults", field: optional(COUNT, "faults without reading") },
    major_faults: { resource: "majorFaults", field: optional(COUNT, "faults that had to read") },
    read: { resource: "bytesRead", field: optional(SIZE, "bytes read") },
    written: { resource: "bytesWritten", field: optional(SIZE, "bytes written") },
    reads: { resource: "readCalls", field: optional(COUNT, "read calls") },
    writes: { resource: "writeCalls", field: optional(COUNT, "write calls") },
    blocks_read: { resource: "blocksRead", field: optional(COUNT, "blocks read from a device") },
    blocks_written: { resource: "blocksWritten", field: optional(COUNT, "blocks written to one") },
    block_wait: { resource: "blockWait", field: optional(DURATION, "time waited for blocks") },
    run_delay: { resource: "runDelay", field: optional(DURATION, "time waited for a CPU") },
  });

/** The resource that a field of `work` is charged to, by the field's name. */
export const RESOURCE_OF: Readonly<Record<string, keyof Resources>> = Object.freeze(
  Object.fromEntries(Object.entries(CHARGES).map(([name, { resource }]) => [name, resource])),
);

/** An amount with its unit. */
export function formatAmount(name: string, value: number): string {
  const shape = name === "elapsed" ? DURATION : CHARGES[name].field.shape;
  if (shape === DURATION) return formatUnits(value, [[1e9, "s"], [1e6, "ms"], [1e3, "us"]], "ns");
  if (shape !== SIZE) return String(value);
  return formatUnits(value, [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]], "B");
}

function formatUnits(
  value: number,
  units: readonly (readonly [number, string])[],
  least: string,
): string {
  const fitting = units.find(([size]) => value >= size && value % size === 0);
  return fitting === undefined ? `${value}${least}` : `${value / fitting[0]}${fitting[1]}`;
}

function work(scene: Scene, args: Args): Outcome {
  const charge: Resources = {};
  for (const [name, { resource }] of Object.entries(CHARGES)) {
    if (args[name] !== undefined) charge[resource] = args[name] as number;
  }
  scene.kernel.charge(scene.task(args.task, "charge"), charge);
  if (args.elapsed !== undefined) scene.kernel.clock.advance(args.elapsed as number);
  return DONE;
}

/** Verbs of the world: time, work, log, limits, faults. */
export const WORLD_VERBS: readonly Verb[] = Object.freeze([
  defineVerb({
    name: "work",
    group: "processes",
    summary: "Let a task use resources; what nobody charges stays unknown",
    fields: {
      task: required(TASK, "the task"),
      ...Object.fromEntries(Object.entries(CHARGES).map(([name, { field }]) => [name, field])),
      elapsed: optional(DURATION, "how much time passes meanwhile"),
    },
    short: null,
    binds: null,
    actor: "task",
    example: "work: { task: make, user: 20ms, memory: 4MiB, elapsed: 25ms }",
    describe: (args) => {
      const names = Object.keys(args).filter((name) => name !== "task");
      return `work(${
        names.map((name) => `${name} ${formatAmount(name, args[name] as number)}`).join(", ")
      })`;
    },
    run: work,
  }),
  defineVerb({
    name: "advance",
    group: "world",
    summary: "Let virtual time pass",
    fields: { time: required(DURATION, "how long") },
    short: "time",
    binds: null,
    example: "advance: 10ms",
    describe: (args) => `advance(${formatAmount("elapsed", args.time as number)})`,
    run: (scene, args) => {
      scene.kernel.clock.advance(args.time as number);
      return DONE;
    },
  }),
  defineVerb({
    name: "log",
    group: "world",
    summary: "Print a line to the kernel log",
    fields: {
      text: required(STRING, "the text"),
      level: optional({ type: "choice", of: LEVELS, what: "level" }, "info when nothing is said"),
    },
    short: "text",
    binds: null,
    example: "log: the build begins",
    run: (scene, args) => {
      scene.kernel.printk(String(args.text), (args.level ?? "info") as LogLevel);
      return DONE;
    },
  }),
  defineVerb({
    name: "pid_max",
    group: "world",
    summary: "Set the lowest number that is no pid",
    fields: { max: required({ type: "integer", min: 3 }, "the number") },
    short: "max",
    binds: null,
    example: "pid_max: 8",
    run: (scene, args) => {
      scene.kernel.pidMax = args.max as number;
      return DONE;
    },
  }),
  defineVerb({
    name: "threads_max",
    group: "world",
    summary: "Set how many tasks there may be",
    fields: { max: required(COUNT, "the number") },
    short: "max",
    binds: null,
    example: "threads_max: 10",
    run: (scene, args) => {
      scene.kernel.threadsMax = args.max as number;
      return DONE;
    },
  }),
  defineVerb({
    name: "inject",
    group: "world",
    summary: "Make a fallible point fail: task, pid, exec, subscriber, task-data, hook MODULE.HOOK",
    fields: {
      site: optional(
        { type: "string", what: "a fault site" },
        "the name of the point; any by default",
      ),
      nth: optional({ type: "integer", min: 1 }, "which passing from now fails; 1 by default"),
      times: optional({ type: "integer", min: 1 }, "how many in a row fail; 1 by default"),
    },
    short: "site",
    binds: null,
    example: "inject: { site: subscriber, nth: 2 }",
    run: (scene, args) => {
      const site = args.site === undefined ? null : String(args.site);
      scene.inject(site, (args.nth ?? 1) as number, (args.times ?? 1) as number);
      return DONE;
    },
  }),
  defineVerb({
    name: "binary",
    group: "world",
    summary: "Make a path fail to execute",
    fields: {
      path: required(STRING, "the path"),
      errno: required({ type: "errno" }, "what exec of it fails with"),
    },
    short: null,
    binds: null,
    example: "binary: { path: /bin/gone, errno: ENOENT }",
    run: (scene, args) => {
      scene.makeUnexecutable(String(args.path), args.errno as ErrnoName);
      return DONE;
    },
  }),
  defineVerb({
    name: "sleep",
    group: "processes",
    summary: "Put a task to sleep in a wait queue of the scenario's own",
    fields: {
      task: required(TASK, "the task"),
      queue: required(STRING, "the name of the queue"),
    },
    short: null,
    binds: "value",
    actor: "task",
    example: "sleep: { task: server, queue: requests, as: request }",
    run: (scene, args) => {
      const task = scene.task(args.task, "sleep in");
      return { value: scene.queue(String(args.queue)).sleep(task), text: "asleep" };
    },
  }),
  defineVerb({
    name: "wake",
    group: "processes",
    summary: "Wake every task in a wait queue",
    fields: {
      queue: required(STRING, "the name of the queue"),
      value: optional(JSON_VALUE, "what their calls return"),
    },
    short: "queue",
    binds: "value",
    example: "wake: requests",
    run: (scene, args) => {
      const value = scene.resolve(args.value ?? null);
      const woken = scene.queue(String(args.queue)).wakeAll(value);
      return { value: woken, text: `${woken} woken` };
    },
  }),
]);
