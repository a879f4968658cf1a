// deno-lint-ignore-file
// Changes what every object inherits, to have the kernel and the host run its code.
import { attempts } from "./attack_support.js";

const stillThere = (change, look) => () => {
  try {
    change();
  } catch {
    // Looked at below.
  }
  return look() ? "changed" : undefined;
};

export default attempts({
  object: stillThere(() => Object.prototype.polluted = 1, () => ({}).polluted),
  proto: stillThere(() => ({}).__proto__.polluted = 1, () => ({}).polluted),
  constructors: stillThere(() => [].constructor.prototype.polluted = 1, () => [].polluted),
  define: stillThere(
    () => Object.defineProperty(Object.prototype, "get", { value: 1 }),
    () => ({}).get,
  ),
  push: stillThere(() => Array.prototype.push = () => 0, () => [].push(1) === 0),
  iterator: stillThere(
    () => Array.prototype[Symbol.iterator] = function* () {},
    () => [...[1]].length === 0,
  ),
  next: stillThere(
    () => Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true }),
    () => [...[1]].length === 0,
  ),
  map: stillThere(() => Map.prototype.get = () => "mine", () => new Map().get(1) === "mine"),
  json: stillThere(() => JSON.stringify = () => "{}", () => JSON.stringify([1]) === "{}"),
  then: stillThere(() => Promise.prototype.then = () => 1, () => Promise.resolve().then() === 1),
  call: stillThere(() => Function.prototype.call = () => 1, () => (() => 2).call() === 1),
  typed: stillThere(
    () => Object.getPrototypeOf(Uint8Array).prototype.set = () => 1,
    () => new Uint8Array(1).set([2]) === 1,
  ),
  error: stillThere(() => Error.prototype.toString = () => "x", () => String(new Error("y")) === "x"),
  setProto: stillThere(
    () => Object.setPrototypeOf(Array.prototype, { polluted: 1 }),
    () => [].polluted,
  ),
  globals: stillThere(() => globalThis.Map = class {}, () => new Map().size === undefined),
  redefine: stillThere(
    () => Object.defineProperty(globalThis, "JSON", { value: { stringify: () => "{}" } }),
    () => JSON.stringify([1]) === "{}",
  ),
  deleted: stillThere(() => delete globalThis.Object, () => typeof Object === "undefined"),
  math: stillThere(() => Math.random = () => 4, () => Math.random() === 4),
});
