// deno-lint-ignore-file
// Throws where nobody catches.
import { quiet } from "./attack_support.js";

Promise.resolve().then(() => {
  throw new Error("later");
});
const thenable = {
  get then() {
    throw new Error("in a getter");
  },
};
Promise.resolve().then(() => thenable);
export default quiet;
