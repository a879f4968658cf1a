/*
 * What honest code does with the language. Each line of the log is one thing, and what came of it.
 */
import { defineEvents, defineModule, KernelError, PNOTIFY, PNOTIFY_OK } from "@pnotify/pnotify";

class Refusal extends Error {
  constructor(message) {
    super(message);
    this.name = "Refusal";
    this.message = `${message}!`;
    this.code = 3;
  }
}

function OldError() {
  Error.call(this);
  this.message = "old";
}
OldError.prototype = Object.create(Error.prototype);
OldError.prototype.constructor = OldError;
OldError.prototype.name = "OldError";
OldError.prototype.toString = function () {
  return `${this.name}: ${this.message}`;
};

class List extends Array {
  constructor(...items) {
    super(...items);
    this.note = "mine";
  }
}

const things = {
  "a subclass of Error assigns name and message"() {
    const error = new Refusal("no");
    return `${error} ${error instanceof Error} ${error.code}`;
  },
  "a subclass sets the name on its prototype"() {
    class Shorter extends TypeError {}
    Shorter.prototype.name = "Shorter";
    return String(new Shorter("x"));
  },
  "an error is made in the old way"() {
    return `${new OldError()} ${new OldError() instanceof Error}`;
  },
  "an object is given toString and valueOf"() {
    const object = {};
    object.toString = () => "shown";
    object.valueOf = () => 41;
    object.constructor = null;
    object.hasOwnProperty = true;
    return `${object} ${object + 1} ${Object.keys(object).length}`;
  },
  "a function is given toString and call"() {
    const own = () => {};
    own.toString = () => "own";
    own.call = 1;
    return `${own} ${own.call}`;
  },
  "a map is given a get of its own"() {
    const map = new Map([[1, 2]]);
    map.get = () => 9;
    return map.get(1);
  },
  "an array is subclassed"() {
    const list = new List(1, 2, 3);
    list.push = () => 7;
    return `${list.map((item) => item * 2).constructor.name} ${list.push()} ${list.note}`;
  },
  "Object.assign copies toString"() {
    return String(Object.assign({}, { toString: () => "copied" }));
  },
  "a promise is subclassed"() {
    class Later extends Promise {}
    return new Later(() => {}).constructor.name;
  },
  "an iterator is put on a prototype"() {
    function Pair() {}
    Pair.prototype[Symbol.iterator] = function* () {
      yield* [1, 2];
    };
    return [...new Pair()].join();
  },
  "a date is made and subclassed"() {
    class Day extends Date {}
    return `${new Date(2020, 0, 1).getFullYear()} ${new Day(5).getTime()} ${
      new Date() instanceof Date
    }`;
  },
  "a regular expression is used"() {
    return "a1b2".replace(/\d/g, (digit) => digit * 2) + /(?<year>\d+)/.exec("x12").groups.year;
  },
  "a value is cloned"() {
    const value = { list: [1] };
    return structuredClone(value).list !== value.list;
  },
  "a global is made"() {
    globalThis.counter = 1;
    return globalThis.counter;
  },
  "a kernel error is thrown and caught"() {
    try {
      throw new KernelError("EPERM", { action: "try", found: "it is late" });
    } catch (error) {
      return error.code;
    }
  },
  "the stack names this file"() {
    return new Error("here").stack.split("\n")[1].trim().replace(/\d+\)$/, "N)");
  },
  "words of modules stand in strings and comments"() {
    /** @type {import("node:fs").Stats | null} */
    const stats = null;
    const from = { import: 1, from: 2 };
    return `${stats} import("x") ${"from 'y'"} ${from.import + from.from} ${
      /import/.test("import")
    }`;
  },
  "the frames of a loop are limited"() {
    Error.stackTraceLimit = 3;
    return Error.stackTraceLimit;
  },
};

export default defineModule({
  name: "honest",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ pnotify, name, printk }) {
    for (const [title, thing] of Object.entries(things)) {
      let result;
      try {
        result = thing();
      } catch (error) {
        result = `threw ${error}`;
      }
      printk(`${title}: ${result}`);
    }
    pnotify.register(defineEvents({ name, module: name, fork: () => PNOTIFY_OK }));
  },
  unload() {},
});
