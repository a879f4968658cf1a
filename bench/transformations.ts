import type { Transformation } from "./private_copy.ts";

const asks = /[\w.]+!?\.(?:subscribers|globalCallouts)(?: (!==|===) null\b|\?\.\w+)/g;

/**
 * Compiles the callouts out of the kernel: every question whether anybody subscribed, or wants to hear of all tasks, is
 * answered with no, as a `#define` would do it. V8 drops what such a constant guards.
 */
export const withoutCallouts: Transformation = (text, path) => {
  if (!path.startsWith("kernel/")) return text;
  return text.replace(asks, (_all, operator?: string) => String(operator === "==="));
};

/** Gives `Task` one more field, which begins as null. */
export function withTaskField(name: string): Transformation {
  return (text, path) => {
    if (path !== "kernel/task.ts") return text;
    const anchor = "  usage = 1;\n";
    if (!text.includes(anchor)) throw new TypeError(`Cannot add field "${name}": no usage in Task`);
    return text.replace(anchor, `${anchor}  ${name}: unknown = null;\n`);
  };
}
