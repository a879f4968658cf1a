// deno-lint-ignore-file
// Asks for the time of day, and for randomness that differs from run to run.
import { attempts } from "./attack_support.js";

const fine = (value) => value ? undefined : "differs";

export default attempts({
  date: () => fine(Date.now() === 0 && new Date().getTime() === 0),
  borrowed: () => fine(new (new Date().constructor)().getTime() === 0),
  construct: () => fine(Reflect.construct(Date, []).getTime() === 0),
  subclass: () => fine(new (class extends Date {})().getTime() === 0),
  called: () => fine(Date().startsWith("Thu Jan 01 1970")),
  zone: () => fine(new Date(0).getTimezoneOffset() === 0),
  performance: () => fine(performance.now() === 0 && performance.timeOrigin === 0),
  hrtime: () => process.hrtime(),
  intl: () => new Intl.DateTimeFormat().format(),
  temporal: () => Temporal.Now.instant(),
  shown: () => {
    console.log(Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(4)));
  },
});
