import {
  boot,
  defineEvents,
  type EventsDescription,
  type Kernel,
  type KernelOptions,
  type Pnotify,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Report,
  type Task,
  type TraceEvent,
} from "../../mod.ts";

/** A world with a shell in it, below init. */
export interface ShellWorld {
  readonly kernel: Kernel;
  readonly pnotify: Pnotify;
  readonly sh: Task;
}

/** Boots a world with a shell, pid 3 unless told otherwise. */
export function bootShell(options: KernelOptions = {}): ShellWorld {
  const { kernel, pnotify } = boot(options);
  const sh = kernel.fork(kernel.init);
  kernel.exec(sh, "/bin/sh");
  return { kernel, pnotify, sh };
}

/** Registers hooks that hear of every task, and hold no lock. */
export function watch(
  { pnotify }: ShellWorld,
  hooks: Partial<EventsDescription<null>>,
): PnotifyEvents<null> {
  const events = defineEvents(
    {
      name: "watcher",
      global: true,
      fork: () => PNOTIFY_OK,
      ...hooks,
    } as EventsDescription<null> & { taskData?: undefined },
  );
  pnotify.register(events);
  return events;
}

/** Collects the trace from here on, one part of each event of one type. */
export function collect<T extends TraceEvent["type"]>(
  kernel: Kernel,
  type: T,
): Extract<TraceEvent, { type: T }>[] {
  const seen: Extract<TraceEvent, { type: T }>[] = [];
  kernel.addTraceSink((event) => {
    if (event.type === type) seen.push(event as Extract<TraceEvent, { type: T }>);
  });
  return seen;
}

/** The kinds of all reports so far. */
export function kinds({ kernel }: { readonly kernel: Kernel }): Report["kind"][] {
  return kernel.reports.map((report) => report.kind);
}
