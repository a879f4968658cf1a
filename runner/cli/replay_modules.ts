import { shippedModules } from "../engine/shipped.ts";
import type { ReplayModule } from "../replay/session.ts";
import { nearest } from "../scenario/suggest.ts";
import { UsageError } from "./command.ts";

/**
 * Reads the modules of a command line.
 *
 * @param words What was given: names of shipped modules and paths.
 * @returns The modules in the order in which they are loaded, and the paths by the names of the modules.
 * @throws {UsageError} For a name that no shipped module has.
 */
export function readModules(words: readonly string[]): {
  modules: ReplayModule[];
  files: Map<string, string>;
} {
  const shipped = shippedModules();
  const files = new Map<string, string>();
  const modules = words.map((word): ReplayModule => {
    if (shipped.has(word)) return { name: word, isFile: false };
    if (!/[./]/.test(word)) {
      const near = nearest(word, shipped.keys());
      const hint = near === null ? "pnotify list shows what there is" : `did you mean "${near}"?`;
      throw new UsageError(`Unknown shipped module "${word}"`, hint);
    }
    const name = word.slice(word.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
    files.set(name, word);
    return { name, isFile: true };
  });
  // csa accounts by job, so it loads job too.
  const needsJob = modules.some(({ name, isFile }) => name === "csa" && !isFile);
  const hasJob = modules.some(({ name }) => name === "job");
  if (needsJob && !hasJob) modules.unshift({ name: "job", isFile: false });
  return { modules, files };
}
