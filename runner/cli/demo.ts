import { formatResult } from "../report/pretty.ts";
import { type Command, EXIT, type Invocation } from "./command.ts";
import { execute } from "./execute.ts";
import { parseFile, shippedScenarios } from "./files.ts";
import { styleFor } from "./io.ts";
import { VERSION } from "./version.ts";

async function demo({ io, text }: Invocation): Promise<number> {
  const style = styleFor(text("color") ?? "auto", io.isOutTerminal, io);
  const file = shippedScenarios().find(({ name }) => name === "scenarios/demo.yaml")!;
  const { plans, source } = await parseFile(file);
  io.out(style.dim(`pnotify ${VERSION}`));
  let status = EXIT.held;
  for (const plan of plans) {
    const executed = await execute(plan);
    if (executed.kind !== "result") return EXIT.broken;
    const options = { style, trace: true, tree: true, log: true, quiet: false };
    const said = formatResult(executed.result, source, options);
    said.out.forEach((line) => io.out(line));
    said.err.forEach((line) => io.err(line));
    if (executed.result.status !== "passed") status = EXIT.failed;
  }
  return status;
}

/** Shows in one go what this is. */
export const demoCommand: Command = {
  name: "demo",
  summary: "Boot a kernel, run a small process tree under a module, show what happened",
  operands: "",
  arity: [0, 0],
  options: [],
  examples: [["pnotify demo", "show what this is"]],
  run: demo,
};
