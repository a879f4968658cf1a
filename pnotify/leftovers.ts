import type { Kernel } from "../kernel/kernel.ts";
import { formatTaken, type Place } from "../kernel/report.ts";
import { EXIT_DEAD, PF_EXITING, type Task } from "../kernel/task.ts";
import type { EventsEntry, Registry } from "./registry.ts";

/** Reports at shutdown the registrations and subscriptions that nothing can end any more. */
export function reportLeftovers(kernel: Kernel, registry: Registry): void {
  for (const entry of registry.listEntries()) {
    reportRegistration(kernel, entry);
    for (const [subscriber, { task, place }] of entry.places ?? []) {
      const why = whyLost(task, subscriber.events.free !== null);
      if (why === null) continue;
      const headline = `${entry.events.name} is still subscribed to ${task} (task ${task.serial})`;
      report(kernel, entry, "subscriber-leak", `${headline}, which ${why}`, place);
    }
  }
}

/** Reports a registration that is still there after its module was unloaded. */
function reportRegistration(kernel: Kernel, entry: EventsEntry): void {
  const { name, module } = entry.events;
  if (!entry.registered || module === null || kernel.modules.find(module) !== null) return;
  const headline = `events ${name} are registered, and module ${module} is not loaded`;
  report(kernel, entry, "module-leak", headline, entry.registeredFrom);
}

/** Says why a subscription to this task never gets an exit. Returns null when it may still get one. */
function whyLost(task: Task, untilFreed: boolean): string | null {
  if (task.state === EXIT_DEAD) return task.endTime < 0 ? "was never born" : "is gone";
  return task.flags & PF_EXITING && !untilFreed ? "has had its exit" : null;
}

function report(
  kernel: Kernel,
  entry: EventsEntry,
  kind: "subscriber-leak" | "module-leak",
  headline: string,
  taken: Place | null,
): void {
  kernel.report(kind, headline, {
    module: entry.owner,
    taken: taken ?? undefined,
    lines: taken === null ? [] : [`taken ${formatTaken(taken)}`],
  });
}
