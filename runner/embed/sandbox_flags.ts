import type { ScenarioPlan } from "../engine/plan.ts";
import { isRemote } from "../execute/remote_program.ts";

/** The variables by which the child finds its cache. */
const CACHE_VARIABLES: readonly string[] = ["HOME", "DENO_DIR"];

/** The flags for the sandbox that this process was not given. */
export function missingFlags({ modules }: ScenarioPlan): string[] {
  const command = Deno.build.os === "windows" ? Deno.execPath() : "/bin/sh";
  const paths = modules.flatMap(({ source }) => source.kind === "file" ? [source.path] : []);
  const variables = isRemote() ? CACHE_VARIABLES : [];
  const isGranted = (permission: Deno.PermissionDescriptor) =>
    Deno.permissions.querySync(permission).state === "granted";
  return [
    ...(isGranted({ name: "run", command }) ? [] : ["--allow-run"]),
    ...(paths.every((path) => isGranted({ name: "read", path })) ? [] : ["--allow-read"]),
    ...(variables.every((variable) => isGranted({ name: "env", variable })) ? [] : ["--allow-env"]),
  ];
}
