import type { Io } from "./io.ts";

/** An option of a command. */
export interface Option {
  /** Its long name, without dashes. */
  readonly name: string;
  /** Its letter, without the dash. */
  readonly letter?: string;
  /** What its value is called in help; nothing for a switch. */
  readonly value?: string;
  /** The values it may have. */
  readonly choices?: readonly string[];
  /** Whether its value is a whole number that is not negative. */
  readonly isCount?: boolean;
  /** Whether it may be given more than once. */
  readonly collects?: boolean;
  /** Whether `--no-NAME` switches it off. */
  readonly negatable?: boolean;
  /** What it does, in one line. */
  readonly doc: string;
}

/** What a command line came to. */
export interface Invocation {
  /** The effects that it may have. */
  readonly io: Io;
  /** What is no option. */
  readonly operands: readonly string[];
  /** What stands behind `--`. */
  readonly rest: readonly string[];
  /** Whether a switch is on; undefined when nothing was said. */
  flag(name: string): boolean | undefined;
  /** The value of an option; undefined when nothing was said. */
  text(name: string): string | undefined;
  /** The number of an option; undefined when nothing was said. */
  count(name: string): number | undefined;
  /** All values of an option that may be given more than once. */
  all(name: string): readonly string[];
}

/** What the list of commands says of each. */
export interface CommandHead {
  /** Its name. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What is written behind its name: `FILE...`. */
  readonly operands: string;
}

/** What a command is, apart from its entry in the list of commands. */
export interface CommandBody {
  /** How few and how many operands it takes. */
  readonly arity: readonly [number, number];
  /** Whether it takes another command behind `--`. */
  readonly takesRest?: boolean;
  /** More about it, in lines. */
  readonly about?: readonly string[];
  /** Its options, apart from `--help` and `--color`. */
  readonly options: readonly Option[];
  /** Command lines, each with what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Words that complete its first operand, beside files. */
  readonly completes?: readonly string[];
  /**
   * Does it.
   *
   * @param invocation What the command line came to.
   * @returns The exit status.
   */
  run(invocation: Invocation): Promise<number>;
}

/** A command of the program. */
export interface Command extends CommandHead, CommandBody {}

/** A command that is loaded when it is needed. */
export interface CommandEntry extends CommandHead {
  /** Loads the rest of it. */
  load(): Promise<CommandBody>;
}

/** Loads a command. */
export async function loadCommand(
  { name, summary, operands, load }: CommandEntry,
): Promise<Command> {
  return { name, summary, operands, ...await load() };
}

/** The exit statuses of the program; of many scenarios the highest counts. */
export const EXIT: Readonly<Record<"held" | "failed" | "usage" | "broken", number>> = Object.freeze(
  { held: 0, failed: 1, usage: 2, broken: 3 },
);

/** A command line that makes no sense. */
export class UsageError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "UsageError";
  /** What goes below the message. */
  readonly hint: string | null;

  /**
   * Makes one.
   *
   * @param message What is wrong, and what is wanted.
   * @param hint What goes below it.
   */
  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}
