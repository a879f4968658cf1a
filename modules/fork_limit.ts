/**
 * Vetoes forks: by user, by the depth of a subtree, and by rate. It shows what a veto does. The fork fails with the
 * errno of the module; modules before it on the list, which had agreed, get exit; those after it are never asked; of the
 * child nothing stays. And when a later module refuses, what this one had counted is taken back.
 *
 * A task is limited when it was given to `limit`, or at load with `everybody`; its children are from their fork on. Counting
 * lives in the data of the tasks: each value of it ends exactly once, on every path, so no count can be forgotten.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { FORK_LIMIT, forkLimit } from "@pnotify/pnotify/modules/fork_limit";
 * import { assertThrows } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(forkLimit, { params: { depth: 1 } });
 * const limits = kernel.symbols.get(FORK_LIMIT);
 *
 * const shell = kernel.fork(kernel.init);
 * limits.limit({ pid: shell.pid });
 * const child = kernel.fork(shell);
 * assertThrows(() => kernel.fork(child), Error, "it would be 2 levels below, at most 1 is wanted (EAGAIN)");
 * ```
 *
 * @module
 */
import { KernelError } from "../kernel/errno.ts";
import { defineModule, type KernelModule, type ParameterValues } from "../kernel/module.ts";
import { defineSymbol, type KernelSymbol } from "../kernel/symbol.ts";
import { PF_THREAD, type Task, TASK_NEW } from "../kernel/task.ts";
import { defineEvents, type PnotifyEvents } from "../pnotify/events.ts";
import { PNOTIFY, type Pnotify } from "../pnotify/pnotify.ts";
import { PNOTIFY_ERROR, PNOTIFY_OK, type Verdict } from "../pnotify/verdict.ts";
import { checkOptions, type TaskArgument, withTask } from "./call.ts";

export type { TaskArgument } from "./call.ts";

/** What the module counts. */
export interface ForkLimitCounts {
  /** Limited tasks there are, by uid. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Forks in the current interval. */
  readonly recent: number;
  /** Forks let through so far. */
  readonly allowed: number;
  /** Forks refused so far. */
  readonly refused: number;
  /** Forks let through here that failed all the same, because a later module refused them or a signal came. */
  readonly rolledBack: number;
}

/**
 * What the module offers.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { FORK_LIMIT, type ForkLimit, forkLimit } from "@pnotify/pnotify/modules/fork_limit";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(forkLimit, { params: { depth: 1 } });
 * const limits: ForkLimit = kernel.symbols.get(FORK_LIMIT);
 * const shell = kernel.fork(kernel.init);
 * limits.limit({ pid: shell });
 * const child = kernel.fork(shell);
 * assertEquals([limits.depthOf({ pid: child }), limits.counts().allowed], [1, 1]);
 * assertEquals(limits.release({ pid: child }), true);
 * ```
 */
export interface ForkLimit {
  /**
   * Limits a task and the children that it will have. Locking: takes the task's list for writing.
   *
   * @param options The task, at depth 0.
   * @throws {KernelError} ESRCH when there is no such task, or it is exiting; EEXIST when it is limited already.
   */
  limit(options: { readonly pid: TaskArgument }): void;
  /**
   * Sets a task free, not its children. Locking: takes the task's list for writing.
   *
   * @param options The task.
   * @returns Whether it was limited.
   * @throws {KernelError} ESRCH when there is no such task.
   */
  release(options: { readonly pid: TaskArgument }): boolean;
  /**
   * How deep below the one that was given to `limit` a task is. Locking: takes the task's list for reading.
   *
   * @param options The task.
   * @returns The depth, or null when it is not limited.
   * @throws {KernelError} ESRCH when there is no such task.
   */
  depthOf(options: { readonly pid: TaskArgument }): number | null;
  /**
   * What was counted.
   *
   * @returns The counts.
   */
  counts(): ForkLimitCounts;
}

/** The symbol under which {@linkcode ForkLimit} is offered. */
export const FORK_LIMIT: KernelSymbol<ForkLimit> = defineSymbol<ForkLimit>("fork_limit", {
  gplOnly: true,
});

/** A parameter that limits something: 0 is no limit. */
export interface LimitParameter {
  /** A number. */
  readonly type: "number";
  /** None. */
  readonly default: 0;
  /** Not below 0. */
  readonly min: 0;
  /** What it limits. */
  readonly description: string;
}

/** The parameters of {@linkcode forkLimit}. */
export type ForkLimitParameters = {
  /** How many limited tasks a user may have; 0 for any number. */
  readonly per_user: LimitParameter;
  /** The one user whom `per_user` is about; -1 for each of them. */
  readonly uid: {
    readonly type: "number";
    readonly default: -1;
    readonly min: -1;
    readonly description: string;
  };
  /** How deep below a task that was given to `limit` there may be tasks; 0 for any depth. */
  readonly depth: LimitParameter;
  /** How many forks there may be in an interval; 0 for any number. */
  readonly rate: LimitParameter;
  /** The interval in milliseconds of virtual time. */
  readonly interval: {
    readonly type: "number";
    readonly default: 1000;
    readonly min: 1;
    readonly description: string;
  };
  /** How a fork is refused. */
  readonly verdict: {
    readonly type: "string";
    readonly default: "EAGAIN";
    readonly choices: readonly ["EAGAIN", "PNOTIFY_ERROR"];
    readonly description: string;
  };
  /** Whether every task there is at load is limited, at depth 0. */
  readonly everybody: {
    readonly type: "boolean";
    readonly default: false;
    readonly description: string;
  };
};

/** The fork_limit module. */
export const forkLimit: KernelModule<
  ForkLimitParameters,
  { readonly pnotify: KernelSymbol<Pnotify> },
  object
> = defineModule({
  name: "fork_limit",
  license: "GPL",
  description: "Vetoes forks by user, by depth and by rate",
  uses: { pnotify: PNOTIFY },
  exports: [FORK_LIMIT],
  params: {
    per_user: limitParameter("how many limited tasks a user may have; 0 for any number"),
    uid: {
      type: "number",
      default: -1,
      min: -1,
      description: "the one user whom per_user is about; -1 for each of them",
    },
    depth: limitParameter("how deep below a limited task there may be tasks; 0 for any depth"),
    rate: limitParameter("how many forks there may be in an interval; 0 for any number"),
    interval: {
      type: "number",
      default: 1000,
      min: 1,
      description: "the interval in milliseconds of virtual time",
    },
    verdict: {
      type: "string",
      default: "EAGAIN",
      choices: ["EAGAIN", "PNOTIFY_ERROR"],
      description: "how a fork is refused: with EAGAIN, or with the verdict that gives EPERM",
    },
    everybody: {
      type: "boolean",
      default: false,
      description: "limit every task there is at load",
    },
  } as ForkLimitParameters,

  load({ kernel, name, params, pnotify, exportSymbol }) {
    const limiter = new Limiter(params);
    const events = limiterEvents(name, limiter, params.everybody);
    pnotify.register(events);
    const withList = <T>(
      options: { readonly pid: TaskArgument },
      action: string,
      use: (task: Task) => T,
    ): T => {
      checkOptions(action, options);
      return withTask(kernel, options.pid, action, use);
    };
    exportSymbol<ForkLimit>(FORK_LIMIT, {
      limit: (options) => withList(options, "limit", (task) => limitTask(pnotify, events, task)),
      release: (options) => withList(options, "release", (task) => pnotify.untrack(task, events)),
      depthOf: (options) =>
        withList(options, "look at", (task) => pnotify.dataOf(task, events)?.depth ?? null),
      counts: () => limiter.counts(),
    });
    return events;
  },

  unload({ pnotify }, events) {
    pnotify.unregister(events as PnotifyEvents<Limited>);
  },
});

function limitParameter(description: string): LimitParameter {
  return { type: "number", default: 0, min: 0, description };
}

function limitTask(pnotify: Pnotify, events: PnotifyEvents<Limited>, task: Task): void {
  const list = task.subscriberListSem;
  list.downWrite();
  try {
    if (pnotify.getSubscriber(task, events) !== null) {
      throw new KernelError("EEXIST", {
        action: "limit",
        name: String(task),
        found: "it is limited already",
        wanted: "one that is not is wanted",
      });
    }
    pnotify.subscribe(task, events);
  } finally {
    list.upWrite();
  }
}

/** What hangs on a limited task. */
interface Limited {
  /** How deep below the one that was given to `limit`. */
  readonly depth: number;
  /** The user that it is counted for. */
  uid: number;
}

function limiterEvents(
  name: string,
  limiter: Limiter,
  everybody: boolean,
): PnotifyEvents<Limited> {
  return defineEvents<Limited>({
    name,
    module: name,
    taskData: {
      create: (task) => limiter.count({ depth: 0, uid: task.uid }),
      inherit({ depth }, child) {
        // A thread is where its process is.
        const below = child.flags & PF_THREAD ? depth : depth + 1;
        return limiter.count({ depth: below, uid: child.uid });
      },
      destroy: (limited) => limiter.discount(limited),
    },
    init: everybody ? () => PNOTIFY_OK : undefined,
    fork: (child, { data }) => limiter.ask(child, data),
    exit(task) {
      // It never ran: this exit is the roll-back of a fork.
      if (task.state === TASK_NEW) limiter.rollBack();
    },
    credentials(task, { data }) {
      limiter.discount(data);
      data.uid = task.uid;
      limiter.count(data);
    },
  });
}

type Limits = ParameterValues<ForkLimitParameters>;

/** The counts and the limits of one kernel. Its counters would be atomic in C, so it has no lock. */
class Limiter {
  readonly #limits: Limits;
  readonly #tasks = new Map<number, number>();
  #intervalBegin = 0;
  #recent = 0;
  #allowed = 0;
  #refused = 0;
  #rolledBack = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts a task for its user. */
  count(limited: Limited): Limited {
    this.#tasks.set(limited.uid, (this.#tasks.get(limited.uid) ?? 0) + 1);
    return limited;
  }

  /** Counts a task no more. */
  discount({ uid }: Limited): void {
    const rest = this.#tasks.get(uid)! - 1;
    if (rest > 0) this.#tasks.set(uid, rest);
    else this.#tasks.delete(uid);
  }

  /** Lets a fork through, or refuses it. The child is counted already. */
  ask(child: Task, limited: Limited): Verdict {
    const refusal = this.#refusal(child, limited);
    if (refusal === null) {
      this.#allowed++;
      this.#recent++;
      return PNOTIFY_OK;
    }
    this.#refused++;
    if (this.#limits.verdict === "PNOTIFY_ERROR") return PNOTIFY_ERROR;
    const [found, wanted] = refusal;
    throw new KernelError("EAGAIN", { action: "fork", name: String(child), found, wanted });
  }

  #refusal(child: Task, { depth, uid }: Limited): [found: string, wanted: string] | null {
    const limits = this.#limits;
    if (limits.depth > 0 && depth > limits.depth) {
      return [`it would be ${depth} levels below`, `at most ${limits.depth} is wanted`];
    }
    const tasks = this.#tasks.get(uid)!;
    const concerned = limits.uid < 0 || limits.uid === uid;
    if (limits.per_user > 0 && concerned && tasks > limits.per_user) {
      return [`uid ${uid} has ${tasks - 1} tasks`, `fewer than ${limits.per_user} are wanted`];
    }
    if (limits.rate > 0 && this.#recentForks(child.kernel.clock.now) >= limits.rate) {
      const span = `${limits.interval} ms`;
      return [`there were ${this.#recent} forks in ${span}`, `at most ${limits.rate} are wanted`];
    }
    return null;
  }

  /** Forks since the interval began; a new one begins with the first fork after the old one is over. */
  #recentForks(now: number): number {
    if (now - this.#intervalBegin >= this.#limits.interval * 1e6) {
      this.#intervalBegin = now;
      this.#recent = 0;
    }
    return this.#recent;
  }

  /** Takes back a fork that was let through and failed later. */
  rollBack(): void {
    this.#rolledBack++;
    if (this.#recent > 0) this.#recent--;
  }

  /** What was counted. */
  counts(): ForkLimitCounts {
    return {
      tasks: Object.fromEntries([...this.#tasks].sort(([a], [b]) => a - b)),
      recent: this.#recent,
      allowed: this.#allowed,
      refused: this.#refused,
      rolledBack: this.#rolledBack,
    };
  }
}
