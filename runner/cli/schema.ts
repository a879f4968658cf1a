import { scenarioSchema } from "../scenario/schema.ts";
import { type CommandBody, EXIT } from "./command.ts";
import { VERSION } from "./version.ts";

/** Prints the JSON Schema of scenarios. */
export const schemaCommand: CommandBody = {
  arity: [0, 0],
  about: [
    "An editor with the YAML language server finds it through the first line of a scenario:",
    "  # yaml-language-server: $schema=./scenario.schema.json",
  ],
  options: [],
  examples: [["pnotify schema > scenario.schema.json", "for an editor"]],
  run: ({ io }) => {
    io.out(JSON.stringify(scenarioSchema(VERSION), null, 2));
    return Promise.resolve(EXIT.held);
  },
};
