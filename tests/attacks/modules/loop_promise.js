// deno-lint-ignore-file
// Never returns from what a promise calls while it is loaded.
Promise.resolve().then(() => {
  for (;;);
});
export { quiet as default } from "./attack_support.js";
