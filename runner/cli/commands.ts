import type { CommandEntry } from "./command.ts";

/**
 * Every command, in the order in which help lists them. Each is loaded when it is needed, since a run needs only a part
 * of the program.
 */
export const COMMANDS: readonly CommandEntry[] = Object.freeze([
  {
    name: "run",
    summary: "Run scenarios, and check what they expect",
    operands: "FILE...",
    load: async () => (await import("./run.ts")).runCommand,
  },
  {
    name: "check",
    summary: "Check the syntax and the names of scenarios, and run nothing",
    operands: "FILE...",
    load: async () => (await import("./check.ts")).checkCommand,
  },
  {
    name: "replay",
    summary: "Run modules over a recording of real processes",
    operands: "RECORDING...",
    load: async () => (await import("./replay_command.ts")).replayCommand,
  },
  {
    name: "live",
    summary: "Run a command, and modules over its processes while it runs",
    operands: "-- COMMAND...",
    load: async () => (await import("./live_command.ts")).liveCommand,
  },
  {
    name: "record",
    summary: "Run a command, and record its processes for replay",
    operands: "-- COMMAND...",
    load: async () => (await import("./record_command.ts")).recordCommand,
  },
  {
    name: "list",
    summary: "List the modules and scenarios that come with the program",
    operands: "",
    load: async () => (await import("./list.ts")).listCommand,
  },
  {
    name: "modinfo",
    summary: "Say what a module is: name, licence, parameters, events, uses, exports",
    operands: "MODULE...",
    load: async () => (await import("./modinfo.ts")).modinfoCommand,
  },
  {
    name: "new",
    summary: "Begin a module: with a scenario and a test that pass as they are",
    operands: "module NAME",
    load: async () => (await import("./new.ts")).newCommand,
  },
  {
    name: "demo",
    summary: "Replay a real build with jobs and accounting, and run the shipped scenarios",
    operands: "",
    load: async () => (await import("./demo.ts")).demoCommand,
  },
  {
    name: "schema",
    summary: "Print the JSON Schema of scenarios, for editors that complete and check",
    operands: "",
    load: async () => (await import("./schema.ts")).schemaCommand,
  },
  {
    name: "completions",
    summary: "Print completions for a shell",
    operands: "SHELL",
    load: async () => (await import("./completions.ts")).completionsCommand(COMMANDS),
  },
  {
    name: "help",
    summary: "Show help for a command, a step, an expectation or the format",
    operands: "[TOPIC]",
    load: async () => (await import("./help.ts")).helpCommand(COMMANDS),
  },
  {
    name: "version",
    summary: "Print the version",
    operands: "",
    load: async () => (await import("./version.ts")).versionCommand,
  },
]);
