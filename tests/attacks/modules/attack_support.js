// deno-lint-ignore-file
// What the hostile modules share: a module that does nothing, and one that tries things and says what worked.
import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";

/** A module with hooks, and something to do when it is loaded. */
export function hostile(hooks = {}, load = () => {}) {
  return defineModule({
    name: "hostile",
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    load(env) {
      const { pnotify, name } = env;
      load(env);
      const events = defineEvents({ name, module: name, fork: () => PNOTIFY_OK, ...hooks });
      pnotify.register(events);
      return { pnotify, events };
    },
    unload(_env, { pnotify, events }) {
      pnotify.unregister(events);
    },
  });
}

/** Tries things when it is loaded. What gives anything but undefined is a breach. */
export function attempts(tries) {
  return hostile({}, ({ printk }) => {
    for (const [name, attempt] of Object.entries(tries)) {
      let found;
      try {
        found = attempt();
      } catch (error) {
        printk(`${name}: ${String(error).slice(0, 100)}`);
        continue;
      }
      printk(found === undefined ? `${name}: nothing` : `BREACH ${name}: ${String(found)}`);
    }
  });
}

/** Does nothing. */
export const quiet = hostile();
