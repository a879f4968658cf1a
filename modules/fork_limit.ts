/**
 * Vetoes forks by user, by depth below a task, and by rate. It shows what a veto does. The fork fails with the errno of
 * the module, and nothing of the child stays. Modules before it on the list have agreed, and get exit. Modules after it
 * are not called. When a later module refuses, this module takes its counts back.
 *
 * A task is limited after `limit`, or at load with `everybody`. Its children are limited from their fork on. The data
 * of a task holds its count. Data ends exactly once on every path, so that no count is forgotten.
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
import { defineModule, type KernelModule, type ParameterValues } from "../kernel/module.ts";
import { defineSymbol, type KernelSymbol } from "../kernel/symbol.ts";
import { PF_THREAD, type Task, TASK_NEW } from "../kernel/task.ts";
import { defineEvents, type PnotifyEvents } from "../pnotify/events.ts";
import { PNOTIFY, type Pnotify } from "../pnotify/pnotify.ts";
import { PNOTIFY_ERROR, PNOTIFY_OK, type Verdict } from "../pnotify/verdict.ts";
import { checkOptions, refuse, type TaskArgument, withTask } from "./call.ts";

export type { TaskArgument } from "./call.ts";

/** The counts of the module. */
export interface ForkLimitCounts {
  /** Limited tasks, by uid. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Allowed forks in the current interval. */
  readonly recent: number;
  /** Allowed forks. */
  readonly allowed: number;
  /** Refused forks. */
  readonly refused: number;
  /** Allowed forks that failed later, by another module or a signal. */
  readonly rolledBack: number;
}

/**
 * The calls of the module. ESRCH: there is no such task. Locking: they take the task's list.
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
  /** Limits a task, at depth 0, and its later children. ESRCH also while it exits, EEXIST when it is limited. */
  limit(options: { readonly pid: TaskArgument }): void;
  /** Sets a task free, but not its children, and says whether it was limited. ESRCH. */
  release(options: { readonly pid: TaskArgument }): boolean;
  /** The depth of a task below the one that `limit` was called for, or null when it is not limited. ESRCH. */
  depthOf(options: { readonly pid: TaskArgument }): number | null;
  /** The counts. */
  counts(): ForkLimitCounts;
}

/** The symbol of {@linkcode ForkLimit}. */
export const FORK_LIMIT: KernelSymbol<ForkLimit> = defineSymbol<ForkLimit>("fork_limit", {
  gplOnly: true,
});

/** A parameter that is a limit. 0 means no limit. */
export interface LimitParameter {
  /** The type. */
  readonly type: "number";
  /** No limit. */
  readonly default: 0;
  /** The least value. */
  readonly min: 0;
  /** The description. */
  readonly description: string;
}

/** The parameters of {@linkcode forkLimit}. */
export type ForkLimitParameters = {
  /** The most limited tasks of one user. */
  readonly per_user: LimitParameter;
  /** The user that `per_user` limits, or -1 for every user. */
  readonly uid: {
    readonly type: "number";
    readonly default: -1;
    readonly min: -1;
    readonly description: string;
  };
  /** The greatest depth below a task that `limit` was called for. */
  readonly depth: LimitParameter;
  /** The most forks in an interval. */
  readonly rate: LimitParameter;
  /** The interval in milliseconds of virtual time. */
  readonly interval: {
    readonly type: "number";
    readonly default: 1000;
    readonly min: 1;
    readonly description: string;
  };
  /** The errno or verdict that refuses a fork. */
  readonly verdict: {
    readonly type: "string";
    readonly default: "EAGAIN";
    readonly choices: readonly ["EAGAIN", "PNOTIFY_ERROR"];
    readonly description: string;
  };
  /** Whether every task is limited at load, at depth 0. */
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
    const withTarget = <T>(
      options: { readonly pid: TaskArgument },
      action: string,
      use: (task: Task) => T,
    ): T => {
      checkOptions(action, options);
      return withTask(kernel, options.pid, action, use);
    };
    exportSymbol<ForkLimit>(FORK_LIMIT, {
      limit: (options) => withTarget(options, "limit", (task) => limitTask(pnotify, events, task)),
      release: (options) => withTarget(options, "release", (task) => pnotify.untrack(task, events)),
      depthOf: (options) =>
        withTarget(options, "look at", (task) => pnotify.dataOf(task, events)?.depth ?? null),
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
  task.subscriberListSem.whileWrite(() => {
    if (pnotify.getSubscriber(task, events) !== null) {
      const wanted = "one that is not is wanted";
      throw refuse("EEXIST", "limit", task, "it is limited already", wanted);
    }
    pnotify.subscribe(task, events);
  });
}

/** The data of a limited task. */
interface Limited {
  /** The depth below the task that `limit` was called for. */
  readonly depth: number;
  /** The user whose count it is in. */
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
        // A thread has the depth of its process.
        const below = child.flags & PF_THREAD ? depth : depth + 1;
        return limiter.count({ depth: below, uid: child.uid });
      },
      destroy: (limited) => limiter.discount(limited),
    },
    init: everybody ? () => PNOTIFY_OK : undefined,
    fork: (child, { data }) => limiter.judgeFork(child, data),
    exit(task) {
      // The exit of a task that never ran is the roll-back of its fork.
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

/** The counts and limits of one kernel. In C the counters would be atomic, so there is no lock. */
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

  /** Takes a task out of its user's count. */
  discount({ uid }: Limited): void {
    const tasks = this.#tasks.get(uid)! - 1;
    if (tasks > 0) this.#tasks.set(uid, tasks);
    else this.#tasks.delete(uid);
  }

  /** Allows a fork or refuses it. The counts include the child. */
  judgeFork(child: Task, limited: Limited): Verdict {
    const refusal = this.#refusal(child, limited);
    if (refusal === null) {
      this.#allowed++;
      this.#recent++;
      return PNOTIFY_OK;
    }
    this.#refused++;
    if (this.#limits.verdict === "PNOTIFY_ERROR") return PNOTIFY_ERROR;
    const [found, wanted] = refusal;
    throw refuse("EAGAIN", "fork", child, found, wanted);
  }

  #refusal(child: Task, { depth, uid }: Limited): [found: string, wanted: string] | null {
    const limits = this.#limits;
    if (limits.depth > 0 && depth > limits.depth) {
      return [`it would be ${depth} levels below`, `at most ${limits.depth} is wanted`];
    }
    const tasks = this.#tasks.get(uid)!;
    const isLimited = limits.uid < 0 || limits.uid === uid;
    if (limits.per_user > 0 && isLimited && tasks > limits.per_user) {
      return [`uid ${uid} has ${tasks - 1} tasks`, `fewer than ${limits.per_user} are wanted`];
    }
    if (limits.rate > 0 && this.#recentForks(child.kernel.clock.now) >= limits.rate) {
      const span = `${limits.interval} ms`;
      return [`there were ${this.#recent} forks in ${span}`, `at most ${limits.rate} are wanted`];
    }
    return null;
  }

  /** The forks in the current interval. The first fork after its end begins the next one. */
  #recentForks(now: number): number {
    if (now - this.#intervalBegin >= this.#limits.interval * 1e6) {
      this.#intervalBegin = now;
      this.#recent = 0;
    }
    return this.#recent;
  }

  /** Takes back a fork that was allowed and failed later. */
  rollBack(): void {
    this.#rolledBack++;
    if (this.#recent > 0) this.#recent--;
  }

  /** The counts. */
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
