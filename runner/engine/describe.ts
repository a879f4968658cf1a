import type { KernelModule, ParameterSpec } from "../../kernel/module.ts";
import { boot } from "../../pnotify/boot.ts";
import { HOOKS, type PnotifyEvents } from "../../pnotify/events.ts";
import type { ModuleInfo } from "./plan.ts";
import { callNames } from "./verbs/modules.ts";

/**
 * Describes a module. It is loaded into a world of its own to see what it registers and exports.
 *
 * @param module The module.
 * @param available Modules that it may need, by name.
 * @returns The description.
 */
export function describeModule(
  module: KernelModule,
  available: ReadonlyMap<string, KernelModule>,
): ModuleInfo {
  const { kernel, pnotify } = boot();
  let refused: string | null = null;
  try {
    loadNeeded(module, available, (needed) => kernel.modules.insmod(needed), new Set());
  } catch (error) {
    refused = error instanceof Error ? error.message : String(error);
  }
  const events = pnotify.registeredEvents().filter((registered) =>
    registered.module === module.name
  );
  return {
    name: module.name,
    license: module.license,
    description: module.description ?? null,
    author: module.author ?? null,
    params: Object.entries(module.params ?? {}).map(([name, spec]) => describeParam(name, spec)),
    depends: [...module.depends ?? []],
    uses: Object.values(module.uses ?? {}).map((symbol) => symbol.name),
    exports: (module.exports ?? []).map(({ name }) => {
      const value = kernel.symbols.find(name)?.value;
      const calls = typeof value === "object" && value !== null ? callNames(value) : [];
      return { symbol: name, calls };
    }),
    events: refused === null ? events.map(describeEvents) : null,
    refused,
  };
}

/** Loads the modules that a module depends on, and those that export the symbols that it uses. */
function loadNeeded(
  module: KernelModule,
  available: ReadonlyMap<string, KernelModule>,
  insmod: (module: KernelModule) => void,
  loaded: Set<string>,
): void {
  if (loaded.has(module.name)) return;
  loaded.add(module.name);
  for (const name of module.depends ?? []) {
    const provider = available.get(name);
    if (provider !== undefined) loadNeeded(provider, available, insmod, loaded);
  }
  for (const symbol of Object.values(module.uses ?? {})) {
    for (const provider of available.values()) {
      const offers = provider.exports?.some(({ name }) => name === symbol.name) ?? false;
      if (offers) loadNeeded(provider, available, insmod, loaded);
    }
  }
  insmod(module);
}

function describeParam(name: string, spec: ParameterSpec): ModuleInfo["params"][number] {
  const { type, default: value, description } = spec;
  return { name, type, default: value, description, range: rangeOf(spec) };
}

function rangeOf(spec: ParameterSpec): string | null {
  if (spec.type === "string") return spec.choices === undefined ? null : spec.choices.join(" | ");
  if (spec.type !== "number" || (spec.min === undefined && spec.max === undefined)) return null;
  return `${spec.min ?? ""}..${spec.max ?? ""}`;
}

function describeEvents(events: PnotifyEvents<unknown>): {
  name: string;
  hooks: string[];
  global: boolean;
} {
  const hooks = HOOKS.filter((hook) => events[hook] !== null);
  return { name: events.name, hooks, global: events.global };
}
