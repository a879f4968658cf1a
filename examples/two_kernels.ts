// Two kernels share no state. One descriptor and one module serve both.
import { boot, defineEvents, PNOTIFY_OK } from "@pnotify/pnotify";
import { testModule } from "@pnotify/pnotify/modules/test_module";

const everybody = defineEvents({
  name: "everybody",
  init: () => PNOTIFY_OK,
  fork: () => PNOTIFY_OK,
});

const kernels = [boot({ seed: 1 }), boot({ seed: 2, debug: false })];
for (const { kernel, pnotify } of kernels) {
  pnotify.register(everybody);
  kernel.modules.insmod(testModule);
}
kernels[0].kernel.fork(kernels[0].kernel.init);

for (const { pnotify } of kernels) console.log(pnotify.subscriptionCount(everybody));
for (const { kernel } of kernels) {
  kernel.modules.rmmod("test_module");
  console.log(kernel.log.records().at(-1)?.text);
}

// Output:
// 3
// 2
// test_module: Good - attach count + init count equals detach count
// test_module: Good - attach count + init count equals detach count
