// Describe in a scenario what your module must do, and run it as a test.
import { defineEvents, defineModule, PNOTIFY, PNOTIFY_ERROR, PNOTIFY_OK } from "@pnotify/pnotify";
import { runScenario, testScenario } from "@pnotify/pnotify/scenario";

const rootOnly = defineModule({
  name: "root_only",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ pnotify }) {
    const events = defineEvents({
      name: "root_only",
      init: () => PNOTIFY_OK,
      fork: (child) => child.credentials.user.uid === 0 ? PNOTIFY_OK : PNOTIFY_ERROR,
    });
    pnotify.register(events);
    return events;
  },
  unload: ({ pnotify }, events) => pnotify.unregister(events),
});

const scenario = `
scenario: Only root may fork
tasks: [init, init/sh]
modules: [root_only]
steps:
  - fork: { parent: sh, as: first }
  - setuid: { task: sh, uid: 1000 }
  - fork: { parent: sh, as: second }
    fails: EPERM
expect:
  - tree: [init/sh, init/sh/first]
`;

// Under `deno test` this registers a test with the scenario's title. Elsewhere it does nothing.
testScenario(scenario, { modules: [rootOnly] });

const good = await runScenario(scenario, { modules: [rootOnly] });
console.log(good.status, good.expectations);

const bad = await runScenario(scenario.replace("EPERM", "EAGAIN"), { modules: [rootOnly] });
console.log(bad.status);
console.log(bad.diagnostic);

// Output:
// passed 1
// failed
// error: Expected step fork to fail with EAGAIN: actual EPERM
//   --> (text):9:12
// 9 |     fails: EAGAIN
//   |            ^^^^^^ EPERM, EAGAIN was wanted
//   = Cannot fork "sh[5]": root_only.fork refused sh[5] (EPERM)
