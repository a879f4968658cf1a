import { type HouseRule, INNER_LAYERS } from "./house.ts";
import { bare, globalMemberVisitor, memberName } from "./members.ts";
import { isGlobal } from "./scope.ts";

interface Forbidden {
  readonly what: string;
  readonly wanted: string;
  readonly names: readonly string[];
}

const FORBIDDEN: readonly Forbidden[] = [
  {
    what: "an object of one host",
    wanted: "an argument that the caller passes in is wanted",
    names: [
      "Buffer",
      "Bun",
      "Deno",
      "__dirname",
      "__filename",
      "document",
      "eval",
      "global",
      "globalThis",
      "localStorage",
      "location",
      "navigator",
      "process",
      "require",
      "self",
      "sessionStorage",
      "window",
    ],
  },
  {
    what: "a clock or timer of the host",
    wanted: "the virtual clock of the kernel is wanted",
    names: [
      "Date",
      "cancelAnimationFrame",
      "clearImmediate",
      "clearInterval",
      "clearTimeout",
      "performance",
      "queueMicrotask",
      "requestAnimationFrame",
      "requestIdleCallback",
      "setImmediate",
      "setInterval",
      "setTimeout",
    ],
  },
  {
    what: "randomness that no seed repeats",
    wanted: "the seeded generator of the kernel is wanted",
    names: ["Math.random", "crypto"],
  },
  {
    what: "output of the host",
    wanted: "printk or a returned value is wanted",
    names: ["alert", "confirm", "console", "prompt"],
  },
  {
    what: "a way out to the network or to another thread",
    wanted: "data that the caller passes in is wanted",
    names: [
      "BroadcastChannel",
      "EventSource",
      "SharedWorker",
      "WebSocket",
      "Worker",
      "XMLHttpRequest",
      "fetch",
    ],
  },
  {
    what: "a matter of the host's locale",
    wanted: "text that is the same everywhere is wanted",
    names: ["Intl"],
  },
];

const LOCALE_METHODS: ReadonlySet<string> = new Set([
  "localeCompare",
  "toLocaleDateString",
  "toLocaleLowerCase",
  "toLocaleString",
  "toLocaleTimeString",
  "toLocaleUpperCase",
]);

const REASON_BY_NAME: ReadonlyMap<string, string> = new Map(
  FORBIDDEN.flatMap(({ what, wanted, names }) =>
    names.map((name): [string, string] => [name, `${what}, ${wanted}`])
  ),
);

/**
 * Keeps the host out of the inner layers: its objects, clocks, randomness, output, network and locale. The same seed
 * gives the same trace on every machine, and the library loads in Node and browsers.
 */
export const innerNoHost: HouseRule = {
  layers: INNER_LAYERS,
  create(context, file) {
    const report = (node: Deno.lint.Node, found: string, reason: string) =>
      context.report({
        node,
        message:
          `Cannot use "${found}" in ${file.path}: in layer ${file.layer} it would be ${reason}`,
      });
    const takesMember = globalMemberVisitor((object, member, node) => {
      const found = `${object}.${member}`;
      const reason = REASON_BY_NAME.get(found);
      if (reason !== undefined) report(node, found, reason);
    });
    return {
      ...takesMember,
      Identifier(node) {
        const reason = REASON_BY_NAME.get(node.name);
        if (reason !== undefined && isGlobal(node)) report(node, node.name, reason);
      },
      MetaProperty(node) {
        if (node.meta.name !== "import") return;
        report(node, "import.meta", "an object of one host, a plain constant is wanted");
      },
      CallExpression(node) {
        const callee = bare(node.callee);
        const name = callee.type === "MemberExpression" ? memberName(callee) : null;
        if (name === null || !LOCALE_METHODS.has(name)) return;
        report(callee, name, "a matter of the host's locale, plain comparison or case is wanted");
      },
    };
  },
};
