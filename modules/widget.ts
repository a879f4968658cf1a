/**
 * The data-pointer example of the seed. Each task has a number, and any task's number is read safely.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { WIDGET, type Widget, widget } from "@pnotify/pnotify/modules/widget";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(widget, { params: { first: 100 } });
 * const api = kernel.symbols.find(WIDGET.name)!.value as Widget;
 * api.attach(kernel.init.pid);
 * const child = kernel.fork(kernel.init);
 * assertEquals([api.widgetOf(1), api.widgetOf(child.pid), api.widgetOf(2)], [100, 101, null]);
 * ```
 *
 * @module
 */
import type { KernelError } from "../kernel/errno.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { defineModule, type KernelModule } from "../kernel/module.ts";
import { defineSymbol, type KernelSymbol } from "../kernel/symbol.ts";
import { defineEvents, type PnotifyEvents } from "../pnotify/events.ts";
import { PNOTIFY, type Pnotify } from "../pnotify/pnotify.ts";
import { PNOTIFY_OK } from "../pnotify/verdict.ts";
import { refuse } from "./call.ts";

/** The data of a task. */
export interface WidgetData {
  /** The widget of the task. */
  readonly widgetId: number;
}

/**
 * The calls of the module. ESRCH: there is no such task. Locking: they take the task's list.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { WIDGET, type Widget, widget } from "@pnotify/pnotify/modules/widget";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(widget);
 * const widgets: Widget = kernel.symbols.get(WIDGET);
 * widgets.attach(1);
 * assertEquals([widgets.widgetOf(1), widgets.widgetOf(2)], [1, null]);
 * ```
 */
export interface Widget {
  /** Gives a task a widget. Each of its later children gets one, too. ESRCH. */
  attach(pid: number): void;
  /** The widget of a task, or null. ESRCH. */
  widgetOf(pid: number): number | null;
}

/** The symbol of {@linkcode Widget}. */
export const WIDGET: KernelSymbol<Widget> = defineSymbol<Widget>("widget");

/** The parameters of {@linkcode widget}. */
export type WidgetParameters = {
  /** The first widget. */
  readonly first: { readonly type: "number"; readonly default: 1; readonly description: string };
};

/** The widget module. */
export const widget: KernelModule<
  WidgetParameters,
  { readonly pnotify: KernelSymbol<Pnotify> },
  PnotifyEvents<WidgetData>
> = defineModule({
  name: "widget",
  license: "GPL",
  description: "Gives each watched task a number of its own",
  uses: { pnotify: PNOTIFY },
  exports: [WIDGET],
  params: {
    first: { type: "number", default: 1, description: "the first widget given out" },
  } as WidgetParameters,

  load({ kernel, name, params, pnotify, exportSymbol }) {
    let nextWidget = params.first;
    const events = defineEvents<WidgetData>({
      name,
      module: name,
      taskData: { create: () => ({ widgetId: nextWidget++ }) },
      fork: () => PNOTIFY_OK,
    });
    pnotify.register(events);
    exportSymbol(WIDGET, {
      attach: (pid) => attach(kernel, pnotify, events, pid),
      widgetOf: (pid) => widgetOf(kernel, pnotify, events, pid),
    });
    return events;
  },

  unload({ pnotify }, events) {
    pnotify.unregister(events);
  },
});

function noSuchTask(pid: number): KernelError {
  return refuse("ESRCH", "reach the widget of", pid, "no such task", "the pid of a task is wanted");
}

function attach(
  kernel: Kernel,
  pnotify: Pnotify,
  events: PnotifyEvents<WidgetData>,
  pid: number,
): void {
  const reference = kernel.getTask(pid);
  if (reference === null) throw noSuchTask(pid);
  try {
    pnotify.track(reference.task, events);
  } finally {
    reference.put();
  }
}

/** Reads a widget step by step, as the seed shows it. `pnotify.dataOf` does the second half in one call. */
function widgetOf(
  kernel: Kernel,
  pnotify: Pnotify,
  events: PnotifyEvents<WidgetData>,
  pid: number,
): number | null {
  // getTask finds the task and takes a reference under tasklistLock, so that the task cannot go in between.
  const reference = kernel.getTask(pid);
  if (reference === null) throw noSuchTask(pid);
  const { task } = reference;
  task.subscriberListSem.downRead();
  try {
    const subscriber = pnotify.getSubscriber(task, events);
    return subscriber === null ? null : subscriber.data.widgetId;
  } finally {
    // The lock lies inside the task, so it is dropped before the reference. The seed drops it after (A33).
    task.subscriberListSem.upRead();
    reference.put();
  }
}
