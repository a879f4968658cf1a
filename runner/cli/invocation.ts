import { parseArgs } from "@std/cli/parse-args";
import { nearest } from "../scenario/suggest.ts";
import { type Command, type Invocation, type Option, UsageError } from "./command.ts";
import type { Io } from "./io.ts";

/** Options that every command has. */
export const COMMON_OPTIONS: readonly Option[] = Object.freeze([
  { name: "help", letter: "h", doc: "show help for the command" },
  {
    name: "color",
    value: "WHEN",
    choices: ["auto", "always", "never"],
    doc: "colour the output: auto, always or never",
  },
]);

type Given = Readonly<Record<string, unknown>>;

/**
 * Reads the command line of a command.
 *
 * @param command The command.
 * @param args The words behind its name.
 * @param io The terminal, files and environment.
 * @returns The command line.
 * @throws {UsageError} When it makes no sense.
 */
export function readInvocation(command: Command, args: readonly string[], io: Io): Invocation {
  const options = [...command.options, ...COMMON_OPTIONS];
  const isSwitch = (option: Option) => option.value === undefined;
  const unknown: string[] = [];
  const given = parseArgs([...args], {
    "--": true,
    boolean: options.filter(isSwitch).map(({ name }) => name),
    string: ["_", ...options.filter((option) => !isSwitch(option)).map(({ name }) => name)],
    collect: options.filter(({ collects }) => collects).map(({ name }) => name),
    negatable: options.filter(({ negatable }) => negatable).map(({ name }) => name),
    alias: Object.fromEntries(
      options.flatMap(({ name, letter }) => letter === undefined ? [] : [[letter, name]]),
    ),
    unknown: (arg: string, key?: string) => {
      if (key === undefined) return true;
      unknown.push(arg);
      return false;
    },
  }) as Given & { _: unknown[]; "--": string[] };
  if (unknown.length > 0) throw unknownOption(command, unknown[0], options);
  const wasGiven = givenNames(args, options);
  for (const option of options) checkOption(command, option, given[option.name], wasGiven);
  const operands = given._.map(String);
  if (given.help !== true) checkOperands(command, operands, given["--"]);
  return {
    io,
    operands,
    trailing: given["--"],
    flag: (name) => wasGiven.has(name) ? given[name] as boolean : undefined,
    text: (name) => wasGiven.has(name) ? [given[name]].flat().at(-1) as string : undefined,
    count: (name) => wasGiven.has(name) ? Number([given[name]].flat().at(-1)) : undefined,
    all: (name) => [given[name] ?? []].flat() as string[],
  };
}

/** The options on the command line. Without them a switch that is off and a switch that is not given look alike. */
function givenNames(args: readonly string[], options: readonly Option[]): Set<string> {
  const names = new Set<string>();
  const end = args.indexOf("--");
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const long = /^--(?:no-)?([a-z][a-z-]*)/.exec(arg);
    const exact = /^--([a-z][a-z-]*)/.exec(arg);
    for (const { name, letter } of options) {
      if (exact?.[1] === name || long?.[1] === name) names.add(name);
      if (letter !== undefined && /^-[A-Za-z]/.test(arg) && arg.includes(letter)) names.add(name);
    }
  }
  return names;
}

function unknownOption(command: Command, arg: string, options: readonly Option[]): UsageError {
  const word = arg.replace(/^-+/, "").replace(/=.*$/, "");
  const near = nearest(word, options.map(({ name }) => name));
  const hint = near === null
    ? `pnotify help ${command.name} lists its options`
    : `did you mean --${near}?`;
  return new UsageError(`Unknown option "${arg}" of pnotify ${command.name}`, hint);
}

function checkOption(
  command: Command,
  option: Option,
  given: unknown,
  wasGiven: ReadonlySet<string>,
): void {
  if (option.value === undefined || !wasGiven.has(option.name)) return;
  for (const value of [given].flat()) {
    const text = String(value ?? "");
    const name = `--${option.name}`;
    if (text === "" && option.isValueOptional) continue;
    if (text === "") {
      throw new UsageError(`Missing value of ${name}: ${option.value} is wanted`);
    }
    if (option.isCount && !/^\d{1,15}$/.test(text)) {
      throw new UsageError(`Wrong value "${text}" of ${name}: a whole number is wanted`);
    }
    if (option.choices === undefined || option.choices.includes(text)) continue;
    const near = nearest(text, option.choices);
    const hint = near === null
      ? `pnotify help ${command.name} tells more`
      : `did you mean ${near}?`;
    const wanted = option.choices.join(", ");
    throw new UsageError(`Wrong value "${text}" of ${name}: one of ${wanted} is wanted`, hint);
  }
}

function checkOperands(
  command: Command,
  operands: readonly string[],
  trailing: readonly string[],
): void {
  const [least, most] = command.arity;
  const usage = `usage: pnotify ${command.name} ${command.operands}`.trimEnd();
  if (operands.length < least) {
    throw new UsageError(`Missing ${command.operands} of pnotify ${command.name}`, usage);
  }
  if (operands.length > most) {
    throw new UsageError(`Unexpected "${operands[most]}" of pnotify ${command.name}`, usage);
  }
  if (trailing.length > 0 && !command.takesTrailing) {
    throw new UsageError(`Unexpected "--" of pnotify ${command.name}`, usage);
  }
}
