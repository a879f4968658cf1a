import type { KernelOptions } from "../../kernel/kernel.ts";
import {
  CSA,
  type Csa,
  csa,
  type CsaRecord,
  type EndOfJobRecord,
  type ProcessRecord,
} from "../../modules/csa/mod.ts";
import { assertClean, bootJobs, type JobWorld } from "./jobs.ts";

/** A kernel with job and csa in it. */
export interface CsaWorld extends JobWorld {
  readonly csa: Csa;
}

export function bootCsa(
  params: { file?: string; kinds?: string; keep?: number; rate?: number } = {},
  options: KernelOptions = {},
): CsaWorld {
  const world = bootJobs({}, options);
  world.kernel.modules.insmod(csa, { params });
  return { ...world, csa: world.kernel.symbols.find(CSA.name)!.value as Csa };
}

/** The records of tasks in a file. */
export function processes(world: CsaWorld, path?: string): ProcessRecord[] {
  return world.csa.records({ path }).filter((one): one is ProcessRecord => one.type === "process");
}

/** The record of a job's end. */
export function endOfJob(world: CsaWorld): EndOfJobRecord {
  const isEnd = (one: CsaRecord): one is EndOfJobRecord => one.type === "end-of-job";
  return world.csa.records().find(isEnd)!;
}

/** Unloads both modules and asserts that nothing is left. */
export function assertCsaClean(world: CsaWorld): void {
  world.kernel.modules.rmmod("csa");
  assertClean(world);
}
