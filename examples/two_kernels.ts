// Worlds share nothing: one descriptor and one module serve as many kernels as there are.
import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
import { testModule } from "@pnotify/pnotify/modules/test_module";

const everybody = defineEvents({
  name: "everybody",
  init: () => PNOTIFY_OK,
  fork: () => PNOTIFY_OK,
});

const worlds = [boot({ seed: 1 }), boot({ seed: 2, debug: false })];
for (const { kernel, pnotify } of worlds) {
  pnotify.register(everybody);
  kernel.modules.insmod(testModule);
}
worlds[0].kernel.fork(worlds[0].kernel.init);

for (const { pnotify } of worlds) console.log(pnotify.subscriptionCount(everybody));
for (const { kernel } of worlds) {
  kernel.modules.rmmod("test_module");
  console.log(kernel.log.records().at(-1)?.text);
}

// Output:
// 3
// 2
// test_module: Good - attach count + init count equals detach count
// test_module: Good - attach count + init count equals detach count
