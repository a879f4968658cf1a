import {
  defineEvents,
  defineModule,
  type EventsDescription,
  type Kernel,
  type KernelModule,
  type KernelSymbol,
  PNOTIFY,
  type Pnotify,
  PNOTIFY_OK,
  type PnotifyEvents,
  type Task,
  type Verdict,
} from "../../mod.ts";

/** The hooks of a module under test, with the kernel at hand. */
export interface Hooks {
  init?(task: Task, kernel: Kernel, pnotify: Pnotify): unknown;
  fork?(child: Task, kernel: Kernel, pnotify: Pnotify): unknown;
  exec?(task: Task, kernel: Kernel, pnotify: Pnotify): unknown;
  exit?(task: Task, kernel: Kernel, pnotify: Pnotify): unknown;
}

/** What {@linkcode listening} keeps. */
export type Listening = KernelModule<
  Record<never, never>,
  { readonly pnotify: KernelSymbol<Pnotify> },
  PnotifyEvents<null>
>;

/** A module that registers one events structure, under its own name. What its hooks return is returned as it is. */
export function listening(name: string, hooks: Hooks): Listening {
  return defineModule({
    name,
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    load({ kernel, pnotify }) {
      const call = (hook: keyof Hooks) => (task: Task) => hooks[hook]!(task, kernel, pnotify);
      const description: EventsDescription<null> = {
        name,
        module: name,
        init: hooks.init && ((task) => call("init")(task) as Verdict),
        fork: (child) => hooks.fork === undefined ? PNOTIFY_OK : call("fork")(child) as Verdict,
        exec: hooks.exec && ((task) => call("exec")(task) as void),
        exit: hooks.exit && ((task) => call("exit")(task) as void),
      };
      const events = defineEvents(description as typeof description & { taskData?: undefined });
      pnotify.register(events);
      return events;
    },
    unload: ({ pnotify }, events) => pnotify.unregister(events),
  });
}

/** Puts a loaded module on a task's list. */
export function track(kernel: Kernel, task: Task, name: string): void {
  const pnotify = kernel.symbols.get(PNOTIFY);
  pnotify.track(task, eventsOf(kernel, name));
}

/** The events structure that a {@linkcode listening} module registered. */
export function eventsOf(kernel: Kernel, name: string): PnotifyEvents<null> {
  const entry = kernel.modules.find(name) as unknown as { moduleState: PnotifyEvents<null> };
  return entry.moduleState;
}
