import type { KernelModule } from "../../kernel/module.ts";
import { csa } from "../../modules/csa/mod.ts";
import { forkLimit } from "../../modules/fork_limit.ts";
import { job } from "../../modules/job/mod.ts";
import { keyring } from "../../modules/keyring/mod.ts";
import { testModule } from "../../modules/test_module.ts";
import { widget } from "../../modules/widget.ts";

/**
 * The modules that come with the program, by the name under which scenarios use them.
 *
 * @returns A map of its own for each caller.
 */
export function shippedModules(): Map<string, KernelModule> {
  const modules = [csa, forkLimit, job, keyring, testModule, widget] as unknown as KernelModule[];
  return new Map(modules.map((module) => [module.name, module]));
}
