// deno-lint-ignore-file
// Makes code from strings by every constructor there is.
import { attempts } from "./attack_support.js";

const source = "return globalThis.constructor";
const constructorOf = (thing) => Object.getPrototypeOf(thing).constructor;

export default attempts({
  eval: () => (0, eval)("1"),
  Function: () => new Function(source)(),
  functions: () => constructorOf(() => {})(source)(),
  generators: () => constructorOf(function* () {})(source)(),
  asyncs: () => constructorOf(async () => {})(source)(),
  asyncGenerators: () => constructorOf(async function* () {})(source)(),
  chained: () => ({}).constructor.constructor(source)(),
  borrowed: () => Reflect.construct(Function, [source])(),
  bound: () => Function.bind(null, source)()(),
  timer: () => setTimeout("1"),
  script: () => new vm.Script("1"),
});
