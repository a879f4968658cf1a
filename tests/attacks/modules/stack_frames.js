// deno-lint-ignore-file
// Looks at the stack for functions, for `this`, and for the host's paths.
import { attempts } from "./attack_support.js";

export default attempts({
  assign: () => {
    Error.prepareStackTrace = (_error, sites) => sites[0].getFunction();
    return Error.prepareStackTrace(null, []);
  },
  define: () => {
    Object.defineProperty(Error, "prepareStackTrace", { value: (_error, sites) => sites });
    return new Error("x").stack;
  },
  inherited: () => {
    class Mine extends Error {
      static prepareStackTrace(_error, sites) {
        return sites;
      }
    }
    const { stack } = new Mine("x");
    return typeof stack === "string" ? undefined : stack;
  },
  captured: () => {
    const target = {};
    Error.captureStackTrace(target);
    return /file:|node:|ext:|runner|\/work|\/home|\/tmp/.exec(target.stack) ?? undefined;
  },
  thrown: () => {
    try {
      null.x;
    } catch (error) {
      return /file:|node:|ext:|runner|attacks_/.exec(error.stack) ?? undefined;
    }
  },
  callers: () => attempts.caller ?? undefined,
  arguments: () => (function () {
    return arguments.callee;
  })(),
});
