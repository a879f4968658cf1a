import { pooledMap } from "@std/async/pool";
import { findFiles, parseFile } from "../execute/files.ts";
import { formatDiagnostic } from "../report/diagnostic.ts";
import { type CommandBody, EXIT, type Invocation } from "./command.ts";
import { styleFor } from "./io.ts";

async function check(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const color = invocation.text("color") ?? "auto";
  const style = styleFor(color, io.isErrTerminal, io);
  const files = await findFiles(invocation.operands);
  let mistakes = 0;
  let scenarios = 0;
  for await (const parsed of pooledMap(4, files, (file) => parseFile(file))) {
    mistakes += parsed.diagnostics.length;
    scenarios += parsed.plans.length;
    for (const diagnostic of parsed.diagnostics) {
      formatDiagnostic(diagnostic, parsed.source, style).forEach((line) => io.err(line));
    }
  }
  if (!invocation.flag("quiet")) {
    const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
    io.out(`${count(scenarios, "scenario")} without mistakes, ${count(mistakes, "mistake")}`);
  }
  return mistakes === 0 ? EXIT.held : EXIT.usage;
}

/** Checks scenarios without running them. */
export const checkCommand: CommandBody = {
  arity: [1, Infinity],
  options: [{ name: "quiet", letter: "q", doc: "print mistakes only" }],
  examples: [["pnotify check case.yaml", "look for mistakes"]],
  run: check,
};
