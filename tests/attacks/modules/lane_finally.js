// deno-lint-ignore-file
// Never returns from a lane, whatever is thrown, once a few schedules went well.
import { hostile } from "./attack_support.js";

let worlds = 0;
let forks = 0;

export default hostile({
  fork() {
    // The third is that of the lane.
    forks++;
    while (worlds > 3 && forks > 2) {
      try {
        for (;;);
      } catch {
        continue;
      } finally {
        continue;
      }
    }
    return 0;
  },
}, () => {
  worlds++;
  forks = 0;
});
