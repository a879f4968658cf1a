import * as fc from "fast-check";
import { assertEquals } from "@std/assert";
import { boot, checkInvariants, PID_MAX_LIMIT, type Task, type World } from "../../mod.ts";

/*
 * The pid table against a model that is a Map from pid to its users. The pids lie at the ends of pages, in few pages and
 * in many, and below and above those that are their own index.
 */

const RUNS = 400;
/** The lowest pid that a search after a wrap gives out. */
const RESERVED = 300;

type Command =
  | { readonly do: "fork"; readonly parent: number }
  | { readonly do: "given"; readonly parent: number; readonly pid: number }
  | { readonly do: "end" | "session" | "group" | "exec" | "thread"; readonly task: number }
  | { readonly do: "adopt"; readonly pid: number; readonly group: number }
  | { readonly do: "limit"; readonly max: number };

/** Where something can go wrong: beside the ends of pages, of arrays and of the table. */
const EDGES = [300, 1023, 2048, 32767, 32768, 33791, 65536, 1 << 20, 1 << 21, PID_MAX_LIMIT - 1];
/** From where pids are given out. */
const STARTS = [3, 298, 1021, 32765, 33789, 65533];
const pid = fc.tuple(fc.constantFrom(...EDGES), fc.integer({ min: -3, max: 3 }))
  .map(([edge, step]) => Math.min(Math.max(edge + step, 1), PID_MAX_LIMIT - 1));
const task = fc.nat({ max: 30 });

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("fork" as const), parent: task }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("given" as const), parent: task, pid }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("end" as const), task }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("session" as const, "group" as const, "exec" as const, "thread" as const),
      task,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("adopt" as const), pid, group: pid }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("limit" as const),
      max: pid.map((max) => Math.max(max, 4)),
    }),
  },
);

/** Which pids are in use: by a task, or as the id of a group or session. */
class PidModel {
  max = PID_MAX_LIMIT;
  last: number;
  readonly tasks: Set<number>;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.tasks = new Set(world.kernel.pids.list().map(({ pid }) => pid));
    this.last = Math.max(...this.tasks);
  }

  /** Groups and sessions by their members: read off the tasks, not off the table. */
  inUse(pid: number): boolean {
    if (this.tasks.has(pid)) return true;
    return [...this.tasks].some((member) => {
      const { pgid, sid } = this.#world.kernel.pids.find(member)!;
      return pgid === pid || sid === pid;
    });
  }

  next(): number | null {
    for (let pid = this.last + 1; pid < this.max; pid++) if (!this.inUse(pid)) return pid;
    const start = this.max > RESERVED ? RESERVED : 1;
    for (let pid = start; pid < Math.min(this.last + 1, this.max); pid++) {
      if (!this.inUse(pid)) return pid;
    }
    return null;
  }
}

class Pair {
  readonly world: World = boot({ pidMax: PID_MAX_LIMIT });
  readonly model: PidModel = new PidModel(this.world);

  /** Gives pids out up to an edge, so that the next ones lie across it, or so that the table ends there. */
  begin(start: number, wraps: boolean): void {
    const { kernel } = this.world;
    while (this.model.last < start) {
      this.model.last = kernel.pids.allocate();
      kernel.pids.release(this.model.last);
    }
    if (wraps) kernel.pidMax = this.model.max = start + 3;
  }

  #task(index: number): Task {
    const tasks = this.world.kernel.pids.list().filter(({ pid }) => pid !== 0 && pid !== 2);
    return tasks[index % tasks.length];
  }

  run(command: Command): void {
    const { kernel } = this.world;
    switch (command.do) {
      case "fork":
        return this.#fork(this.#task(command.parent), false);
      case "thread":
        return this.#fork(this.#task(command.task), true);
      case "given":
        return this.#forkGiven(command.parent, command.pid);
      case "adopt":
        return this.#adopt(command.pid, command.group);
      case "end": {
        const victim = this.#task(command.task);
        if (victim.groupLeader !== kernel.init) this.#end(victim);
        return;
      }
      case "session":
        return quietly(() => void kernel.setsid(this.#task(command.task)));
      case "group":
        return quietly(() => kernel.setpgid(this.#task(command.task)));
      case "exec":
        return this.#exec(this.#task(command.task));
      case "limit":
        kernel.pidMax = this.model.max = command.max;
    }
  }

  #fork(parent: Task, isThread: boolean): void {
    const { kernel } = this.world;
    const expected = this.model.next();
    const child = attempt(() => isThread ? kernel.createThread(parent) : kernel.fork(parent));
    assertEquals(child?.pid ?? null, expected);
    if (child === null) return;
    this.model.tasks.add(child.pid);
    this.model.last = child.pid;
  }

  #forkGiven(parent: number, pid: number): void {
    const { kernel } = this.world;
    const isFree = pid < this.model.max && !this.model.inUse(pid);
    assertEquals(kernel.pids.isFree(pid), isFree);
    const child = attempt(() => kernel.fork(this.#task(parent), { pid }));
    assertEquals(child?.pid ?? null, isFree ? pid : null);
    if (child !== null) this.model.tasks.add(pid);
  }

  #adopt(pid: number, group: number): void {
    const { kernel } = this.world;
    const isFree = pid < this.model.max && !this.model.inUse(pid);
    const task = attempt(() => kernel.adoptTask(kernel.init, { pid, group }));
    assertEquals(task?.pid ?? null, isFree ? pid : null);
    if (task === null) return;
    this.model.tasks.add(pid);
    assertEquals([task.pgid, kernel.pids.findGroup(group)?.id], [group, group]);
  }

  #end(victim: Task): void {
    const { kernel } = this.world;
    kernel.exit(victim);
    this.#forget();
    for (;;) {
      const zombie = kernel.pids.list().find(({ state }) => state === "Z");
      if (zombie === undefined) return;
      const parent = zombie.parent!;
      // A parent that is an ended process has been replaced by init, which reaps at once.
      kernel.wait(parent, { pid: zombie.pid, noHang: true });
      this.#forget();
    }
  }

  /** An exit may end threads and orphans, too: what is reaped is told by the tasks themselves. */
  #forget(): void {
    for (const pid of [...this.model.tasks]) {
      if (this.world.kernel.pids.find(pid) === null) this.model.tasks.delete(pid);
    }
  }

  #exec(task: Task): void {
    const { pid, tgid } = task;
    this.world.kernel.exec(task, "/bin/sh");
    assertEquals(task.pid, tgid);
    if (pid !== tgid) assertEquals(this.world.kernel.pids.find(pid), null);
    this.#forget();
  }

  compare(): void {
    const { kernel, pnotify } = this.world;
    const pids = [...this.model.tasks].sort((a, b) => a - b);
    assertEquals(kernel.pids.list().map(({ pid }) => pid), pids);
    assertEquals(kernel.taskCount, pids.length);
    const walked: number[] = [];
    kernel.forEachTask(({ pid }) => void walked.push(pid));
    assertEquals(walked, pids.slice(1));
    for (const pid of pids) {
      assertEquals(kernel.pids.find(pid)?.pid, pid);
      for (const near of [pid - 1, pid + 1]) {
        assertEquals(kernel.pids.find(near) !== null, this.model.tasks.has(near), `pid ${near}`);
      }
    }
    assertEquals(checkInvariants(kernel, pnotify), []);
    assertEquals(kernel.reports, []);
  }
}

function attempt(call: () => Task): Task | null {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Error) || !/\((EAGAIN|EEXIST|EINVAL)\)$/.test(error.message)) {
      throw error;
    }
    return null;
  }
}

function quietly(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error) || !/\((EPERM|EINVAL)\)$/.test(error.message)) throw error;
  }
}

Deno.test("PidTable gives out and finds pids as a model does, across pages, wraps and groups", () => {
  const commands = fc.array(command, { maxLength: 40, size: "max" });
  fc.assert(
    fc.property(commands, fc.constantFrom(...STARTS), fc.boolean(), (script, start, wraps) => {
      const pair = new Pair();
      pair.begin(start, wraps);
      for (const step of script) {
        pair.run(step);
        pair.compare();
      }
    }),
    { numRuns: RUNS, seed: 3 },
  );
});
