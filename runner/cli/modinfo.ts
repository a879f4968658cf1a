import { describeModule } from "../engine/describe.ts";
import type { ModuleInfo } from "../engine/plan.ts";
import { shippedModules } from "../engine/shipped.ts";
import { describeFile } from "../execute/execute.ts";
import { printable } from "../report/style.ts";
import { padColumns } from "../report/width.ts";
import { nearest } from "../scenario/suggest.ts";
import { type CommandBody, EXIT, type Invocation, UsageError } from "./command.ts";
import { styleFor } from "./io.ts";
import { printRefusal } from "./printer.ts";

/** Lays out the description of a module as modinfo(8) does. */
function formatInfo(info: ModuleInfo): [string, string][] {
  const rows: [string, string][] = [
    ["name", info.name],
    ["license", info.license],
  ];
  if (info.description !== null) rows.push(["description", info.description]);
  if (info.author !== null) rows.push(["author", info.author]);
  for (const name of info.depends) rows.push(["depends", name]);
  for (const name of info.uses) rows.push(["uses", name]);
  for (const { symbol, calls } of info.exports) {
    rows.push(["exports", calls.length === 0 ? symbol : `${symbol}: ${calls.join(", ")}`]);
  }
  for (const { name, hooks, global } of info.events ?? []) {
    rows.push(["events", `${name}: ${hooks.join(", ")}${global ? " (of every task)" : ""}`]);
  }
  for (const param of info.params) {
    const range = param.range === null ? "" : `, ${param.range}`;
    const type = `${param.type}${range}, ${JSON.stringify(param.default)} by default`;
    rows.push(["parm", `${param.name}: ${param.description} (${type})`]);
  }
  if (info.refused !== null) rows.push(["refused", info.refused]);
  return rows;
}

async function modinfo(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const style = styleFor(invocation.text("color") ?? "auto", io.isOutTerminal, io);
  let status = EXIT.held;
  for (const operand of invocation.operands) {
    const info = await findInfo(invocation, operand);
    if (info === null) {
      status = EXIT.usage;
      continue;
    }
    if (info.refused !== null) status = Math.max(status, EXIT.usage);
    if (invocation.text("format") === "json") {
      io.out(JSON.stringify(info, null, 2));
      continue;
    }
    for (const [key, value] of formatInfo(info)) {
      io.out(`${style.cyan(padColumns(`${key}:`, 13))}${printable(value)}`);
    }
  }
  return status;
}

async function findInfo(invocation: Invocation, operand: string): Promise<ModuleInfo | null> {
  const shipped = shippedModules();
  const module = shipped.get(operand);
  if (module !== undefined) return describeModule(module, shipped);
  if (!/[./]/.test(operand)) {
    const near = nearest(operand, shipped.keys());
    const hint = near === null ? "pnotify list shows what there is" : `did you mean "${near}"?`;
    throw new UsageError(`Unknown shipped module "${operand}"`, hint);
  }
  const described = await describeFile(operand);
  if (described.kind === "info") return described.info;
  printRefusal(invocation, described);
  return null;
}

/** `pnotify modinfo`: describes a module. */
export const modinfoCommand: CommandBody = {
  arity: [1, Infinity],
  about: ["MODULE is a shipped module, or a TypeScript or JavaScript file, which is sandboxed."],
  options: [
    { name: "format", value: "FORMAT", choices: ["pretty", "json"], doc: "pretty or json" },
  ],
  examples: [
    ["pnotify modinfo test_module", "a shipped module"],
    ["pnotify modinfo ./mine.ts", "a module of your own"],
  ],
  run: modinfo,
};
