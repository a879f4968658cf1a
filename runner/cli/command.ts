import type { Io } from "./io.ts";

/** An option of a command. */
export interface Option {
  /** Its long name, without dashes. */
  readonly name: string;
  /** Its letter, without the dash. */
  readonly letter?: string;
  /** The name of its value in help. A switch has none. */
  readonly value?: string;
  /** Whether it may stand without its value. Its text is empty then. */
  readonly isValueOptional?: boolean;
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

/** A command line after it was read. */
export interface Invocation {
  /** The terminal, files and environment. */
  readonly io: Io;
  /** The operands. */
  readonly operands: readonly string[];
  /** The words behind `--`. */
  readonly trailing: readonly string[];
  /** Whether a switch is on. Undefined where it is not given. */
  flag(name: string): boolean | undefined;
  /** The value of an option. Undefined where it is not given. */
  text(name: string): string | undefined;
  /** The number of an option. Undefined where it is not given. */
  count(name: string): number | undefined;
  /** Every value of an option that may be given more than once. */
  all(name: string): readonly string[];
}

/** The entry of a command in the list of commands. */
export interface CommandHead {
  /** Its name. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Its operands, as in `FILE...`. */
  readonly operands: string;
}

/** A command without its entry in the list of commands. */
export interface CommandBody {
  /** The least and the most operands. */
  readonly arity: readonly [number, number];
  /** Whether it takes another command behind `--`. */
  readonly takesTrailing?: boolean;
  /** Further lines about it. */
  readonly about?: readonly string[];
  /** Its options, apart from `--help` and `--color`. */
  readonly options: readonly Option[];
  /** Command lines, each with what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Words that complete its first operand, beside files. */
  readonly completes?: readonly string[];
  /**
   * Runs the command.
   *
   * @param invocation The command line.
   * @returns The exit status.
   */
  run(invocation: Invocation): Promise<number>;
}

/** A command of the program. */
export interface Command extends CommandHead, CommandBody {}

/** A command that is loaded when it is needed. */
export interface CommandEntry extends CommandHead {
  /** Loads its body. */
  load(): Promise<CommandBody>;
}

/** Loads a command. */
export async function loadCommand(
  { name, summary, operands, load }: CommandEntry,
): Promise<Command> {
  return { name, summary, operands, ...await load() };
}

/** The exit statuses of the program. Of many scenarios the highest counts. */
export const EXIT: Readonly<Record<"held" | "failed" | "usage" | "broken", number>> = Object.freeze<
  Record<"held" | "failed" | "usage" | "broken", number>
>(
  { held: 0, failed: 1, usage: 2, broken: 3 },
);

/** A command line that makes no sense. */
export class UsageError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "UsageError";
  /** The line below the message. */
  readonly hint: string | null;

  /**
   * Makes the error of a command line.
   *
   * @param message What is wrong, and what is wanted.
   * @param hint The line below it.
   */
  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}
