import type { HouseRule, Layer } from "./house.ts";
import { isGlobal } from "./scope.ts";

const PROMISES: ReadonlySet<string> = new Set([
  "AsyncGenerator",
  "AsyncIterable",
  "AsyncIterableIterator",
  "AsyncIterator",
  "Generator",
  "Promise",
  "PromiseLike",
]);

type AnyFunction =
  | Deno.lint.ArrowFunctionExpression
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression;

/**
 * Keeps the kernel synchronous: a call runs to completion, a lock is a counter, and nothing on the path of a fork
 * allocates an iterator or waits for a turn of the event loop.
 */
export const kernelSync: HouseRule = {
  layers: new Set<Layer>(["kernel", "pnotify", "check"]),
  create(context, file) {
    const report = (node: Deno.lint.Node, found: string, wanted: string) =>
      context.report({
        node,
        message: `Cannot use ${found} in ${file.path}: every call in layer ${file.layer} runs to ` +
          `completion, ${wanted} is wanted`,
      });
    const checkFunction = (node: AnyFunction) => {
      if (node.async) report(node, "an async function", "a plain function or Pending");
      if (node.generator) report(node, "a generator", "a loop or a callback");
    };
    return {
      FunctionDeclaration: checkFunction,
      FunctionExpression: checkFunction,
      ArrowFunctionExpression: checkFunction,
      AwaitExpression: (node) => report(node, '"await"', "a plain call or Pending"),
      ImportExpression: (node) => report(node, '"import()"', "a plain import"),
      ForOfStatement(node) {
        if (node.await) report(node, '"for await"', "a plain loop");
      },
      Identifier(node) {
        if (!PROMISES.has(node.name) || !isGlobal(node)) return;
        report(node, `"${node.name}"`, "a plain value or Pending");
      },
    };
  },
};
