import { root } from "./with_std.ts";

/** The workers of the program, without their ending: every `runner/FOLDER/worker.ts` is one, `FOLDER/worker` in a bundle. */
export function workers(): string[] {
  const runner = new URL("runner/", root);
  return [...Deno.readDirSync(runner)].filter(({ name, isDirectory }) =>
    isDirectory &&
    [...Deno.readDirSync(new URL(`${name}/`, runner))].some((file) => file.name === "worker.ts")
  ).map(({ name }) => `${name}/worker`).sort();
}
