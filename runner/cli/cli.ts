import { FileError } from "../execute/file_error.ts";
import { nearest } from "../scenario/suggest.ts";
import { type CommandEntry, EXIT, loadCommand, UsageError } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { commandHelp, generalHelp } from "./help_text.ts";
import { readInvocation } from "./invocation.ts";
import { type Io, styleFor } from "./io.ts";

/** Other words for a command. */
const ALIASES: Readonly<Record<string, string>> = Object.freeze({
  "--version": "version",
  "-V": "version",
  "--help": "help",
  "-h": "help",
});

function findCommand(name: string): CommandEntry {
  const command = COMMANDS.find((entry) => entry.name === (ALIASES[name] ?? name));
  if (command !== undefined) return command;
  const near = nearest(name, COMMANDS.map((entry) => entry.name));
  const hint = near === null ? "pnotify help lists the commands" : `did you mean "${near}"?`;
  const what = name.startsWith("-") ? "option" : "command";
  throw new UsageError(`Unknown ${what} "${name}"`, hint);
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  if (args.length === 0) {
    generalHelp(COMMANDS, styleFor("auto", io.isErrTerminal, io)).forEach((line) => io.err(line));
    return EXIT.usage;
  }
  const command = await loadCommand(findCommand(args[0]));
  const invocation = readInvocation(command, args.slice(1), io);
  if (invocation.flag("help") === true) {
    const style = styleFor(invocation.text("color") ?? "auto", io.isOutTerminal, io);
    commandHelp(command, style).forEach((line) => io.out(line));
    return EXIT.held;
  }
  return await command.run(invocation);
}

/**
 * Runs the program.
 *
 * @param args The command line, without the program.
 * @param io The terminal, files and environment.
 * @returns The exit status.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (thrown) {
    // A pool collects the errors of its workers. The first error tells the reason.
    const error = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
    const style = styleFor("auto", io.isErrTerminal, io);
    const isOurs = error instanceof UsageError || error instanceof FileError;
    if (!isOurs) {
      // The program itself has a mistake. The stack is for the report.
      io.err(`${style.red("error")}: pnotify itself broke down`);
      io.err(error instanceof Error ? error.stack ?? error.message : String(error));
      return EXIT.broken;
    }
    io.err(`${style.red("error")}${style.bold(`: ${error.message}`)}`);
    if (error instanceof UsageError && error.hint !== null) io.err(`  = ${error.hint}`);
    return EXIT.usage;
  }
}
