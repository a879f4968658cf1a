/** The folder of the checkout of this program. Null in a binary, and for a program from a registry. */
export function checkoutRoot(): string | null {
  const root = new URL("../../", import.meta.url);
  if (root.protocol !== "file:") return null;
  // A binary unpacks its sources to a folder that it deletes at its end.
  if (Deno.build.standalone || /deno-compile-/.test(root.pathname)) return null;
  return decodeURIComponent(root.pathname).replace(/\/$/, "");
}

function moduleText(name: string): string {
  return `/**
 * Counts what it hears of the tasks that are subscribed to it, and says so when it is unloaded.
 *
 * @module
 */
import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";

export default defineModule({
  name: "${name}",
  license: "GPL",
  description: "Counts forks, execs and exits",
  uses: { pnotify: PNOTIFY },
  params: {
    verbose: { type: "boolean", default: false, description: "log every call" },
  },

  load({ name, params, pnotify, printk }) {
    const counts = { fork: 0, exec: 0, exit: 0 };
    const say = (text: string) => {
      if (params.verbose) printk(\`\${name}: \${text}\`);
    };
    const events = defineEvents({
      name,
      module: name,
      // Without an init hook no task is subscribed until the module subscribes it.
      fork(child) {
        counts.fork++;
        say(\`\${child} is born\`);
        return PNOTIFY_OK;
      },
      exec(task) {
        counts.exec++;
        say(\`\${task} runs \${task.program.path ?? "?"}\`);
      },
      exit(task) {
        counts.exit++;
        say(\`\${task} ends\`);
      },
    });
    pnotify.register(events);
    return { events, counts };
  },

  unload({ name, pnotify, printk }, { events, counts }) {
    pnotify.unregister(events);
    printk(\`\${name}: \${counts.fork} forks, \${counts.exec} execs, \${counts.exit} exits\`);
  },
});
`;
}

function scenarioText(name: string): string {
  return `scenario: ${name} counts what a shell starts
tasks: [init, init/sh]
modules:
  ${name}: { file: ./${name}.ts }
steps:
  - subscribe: { task: sh, module: ${name} }
  - phase: the shell runs make
  - fork: { parent: sh, as: make }
  - exec: { task: make, path: /usr/bin/make }
  - exit: make
  - phase: the module is unloaded
  - unload: ${name}
expect:
  - calls: { ${name}: [fork make, exec make, exit make, exit sh] }
  - balanced: ${name}
  - log: "${name}: 1 forks, 1 execs, 2 exits"
`;
}

function testText(name: string): string {
  return `import { deepEqual } from "node:assert/strict";
import { boot } from "@pnotify/pnotify";
import module from "./${name}.ts";

Deno.test("${name} counts a fork and an exit when a subscribed task forks", () => {
  const { kernel, pnotify } = boot();
  kernel.modules.insmod(module);
  const shell = kernel.fork(kernel.init);
  const [events] = pnotify.registeredEvents();
  pnotify.track(shell, events);
  kernel.exit(kernel.fork(shell));
  kernel.modules.rmmod("${name}");
  const lines = kernel.log.records().map(({ text }) => text);
  deepEqual(lines, ["${name}: 1 forks, 0 execs, 2 exits"]);
  deepEqual(kernel.shutdown(), []);
});
`;
}

/** The text of deno.json. With `links` the package comes from a checkout, otherwise from JSR. */
function configText(version: string, checkout: string | null): string {
  const config = {
    ...(checkout === null ? {} : { links: [checkout] }),
    imports: { "@pnotify/pnotify": `jsr:@pnotify/pnotify@^${version}` },
    lock: false,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/**
 * The files of a new module.
 *
 * @param name Its name.
 * @param version The version of the library.
 * @param checkout The checkout with the library, or null for JSR.
 * @returns Their contents, by name.
 */
export function newModuleFiles(
  name: string,
  version: string,
  checkout: string | null,
): Record<string, string> {
  return {
    [`${name}.ts`]: moduleText(name),
    [`${name}.yaml`]: scenarioText(name),
    [`${name}_test.ts`]: testText(name),
    "deno.json": configText(version, checkout),
  };
}
