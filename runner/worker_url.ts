/**
 * The address of `worker.ts` in a folder beside this file, for `new Worker()`. A bundle keeps the folders of workers, and
 * has this file above them as the source has it. There the ending is `.js`.
 */
export function workerUrl(folder: "sandbox" | "live"): URL {
  const [ending] = /\.\w+$/.exec(import.meta.url)!;
  const path = `./${folder}/worker${ending}`;
  return new URL(path, import.meta.url);
}
