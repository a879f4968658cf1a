// Counts forks, and harms nobody.
import { defineEvents, defineModule, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";

export default defineModule({
  name: "neighbour",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ pnotify, name, printk }) {
    let forks = 0;
    const events = defineEvents({
      name,
      module: name,
      fork() {
        forks++;
        return PNOTIFY_OK;
      },
      exit: () => printk(`forks: ${forks}`),
    });
    pnotify.register(events);
    return { pnotify, events };
  },
  unload(_env, { pnotify, events }) {
    pnotify.unregister(events);
  },
});
