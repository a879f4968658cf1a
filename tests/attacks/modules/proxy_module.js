// deno-lint-ignore-file
// Exports a module that is a proxy, and answers differently each time it is asked.
import { quiet } from "./attack_support.js";

let asked = 0;
export default new Proxy({ ...quiet }, {
  get(target, key) {
    if (key === "name") return asked++ % 2 === 0 ? "hostile" : { toString: () => "other" };
    return target[key];
  },
  ownKeys() {
    return ["name", "license", "load", "unload", "toString"];
  },
});
