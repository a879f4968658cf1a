// deno-lint-ignore-file
// Doubles a string until there is no memory.
import { hostile } from "./attack_support.js";

export default hostile({
  fork() {
    const kept = [];
    for (let text = "x";; text += text) kept.push(text.split("").map((letter) => letter + kept.length));
  },
});
