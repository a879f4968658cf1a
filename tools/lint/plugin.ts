/**
 * The local `deno lint` plugin: what TypeScript cannot say about this house. Each rule is a file of its own.
 *
 * The linter shows plugins nothing of a block after a stray `;`. Formatting removes those, so a check needs both
 * `deno fmt --check` and `deno lint`.
 *
 * @module
 */
import { errorText } from "./error_text.ts";
import { erasableOnly } from "./erasable_only.ts";
import { functionLength } from "./function_length.ts";
import { type HouseRule, locate, rootPrefix } from "./house.ts";
import { innerNoHost } from "./inner_no_host.ts";
import { innerNode20 } from "./inner_node20.ts";
import { innerNoPackages } from "./inner_no_packages.ts";
import { kernelSync } from "./kernel_sync.ts";
import { layers } from "./layers.ts";
import { noModuleState } from "./no_module_state.ts";

/**
 * Makes the plugin for the repository at a root.
 *
 * @param root The folder that holds `kernel/` and `mod.ts`, as a `file:` URL or a path.
 * @returns The plugin. It is silent about files outside the root.
 */
export function pluginFor(root: string | URL): Deno.lint.Plugin {
  const prefix = rootPrefix(root);
  return {
    name: "pnotify",
    rules: {
      "layers": bind(layers, prefix),
      "inner-no-host": bind(innerNoHost, prefix),
      "inner-no-packages": bind(innerNoPackages, prefix),
      "inner-node20": bind(innerNode20, prefix),
      "erasable-only": bind(erasableOnly, prefix),
      "kernel-sync": bind(kernelSync, prefix),
      "function-length": bind(functionLength, prefix),
      "error-text": bind(errorText, prefix),
      "no-module-state": bind(noModuleState, prefix),
    },
  };
}

function bind(rule: HouseRule, prefix: string): Deno.lint.Rule {
  return {
    create(context) {
      const file = locate(prefix, context.filename);
      if (file === null || !rule.layers.has(file.layer)) return {};
      return rule.create(context, file);
    },
  };
}

const plugin: Deno.lint.Plugin = pluginFor(new URL("../../", import.meta.url));
export default plugin;
