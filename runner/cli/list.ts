import { shippedModules } from "../engine/shipped.ts";
import { parseFile, shippedScenarios } from "../execute/files.ts";
import { padColumns, widest } from "../report/width.ts";
import { type CommandBody, EXIT, type Invocation } from "./command.ts";
import { styleFor } from "./io.ts";

interface Listed {
  readonly modules: readonly { name: string; license: string; description: string }[];
  readonly scenarios: readonly { name: string; titles: readonly string[] }[];
}

async function collect(): Promise<Listed> {
  const modules = [...shippedModules().values()].map(({ name, license, description }) => ({
    name,
    license,
    description: description ?? "",
  }));
  const scenarios: { name: string; titles: string[] }[] = [];
  for (const file of shippedScenarios()) {
    const { plans } = await parseFile(file);
    const name = file.name.replace(/^scenarios\//, "").replace(/\.ya?ml$/, "");
    scenarios.push({ name, titles: plans.map(({ title }) => title) });
  }
  return { modules, scenarios };
}

async function list(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const listed = await collect();
  if (invocation.text("format") === "json") {
    io.out(JSON.stringify(listed, null, 2));
    return EXIT.held;
  }
  const style = styleFor(invocation.text("color") ?? "auto", io.isOutTerminal, io);
  io.out(style.bold("Modules"));
  const moduleWidth = widest(listed.modules.map(({ name }) => name));
  for (const { name, license, description } of listed.modules) {
    io.out(
      `  ${style.cyan(padColumns(name, moduleWidth))}  ${padColumns(license, 4)}  ${description}`,
    );
  }
  io.out("");
  io.out(style.bold("Scenarios"));
  const width = widest(listed.scenarios.map(({ name }) => name));
  for (const { name, titles } of listed.scenarios) {
    titles.forEach((title, i) => {
      const left = padColumns(i === 0 ? name : "", width);
      io.out(`  ${i === 0 ? style.cyan(left) : left}  ${title}`);
    });
  }
  return EXIT.held;
}

/** Lists the scenarios and modules that come with the program. */
export const listCommand: CommandBody = {
  arity: [0, 0],
  options: [
    { name: "format", value: "FORMAT", choices: ["pretty", "json"], doc: "pretty or json" },
  ],
  examples: [
    ["pnotify list", "see what there is"],
    ["pnotify run demo", "run a shipped scenario by its name"],
  ],
  run: list,
};
