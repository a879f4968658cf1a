import {
  type Command,
  type CommandBody,
  type CommandEntry,
  EXIT,
  loadCommand,
  UsageError,
} from "./command.ts";
import { COMMON_OPTIONS } from "./invocation.ts";

const SHELLS: readonly string[] = ["bash", "zsh", "fish"];

function optionNames(command: Command): string[] {
  return [...command.options, ...COMMON_OPTIONS].flatMap(({ name, negatable, letter }) => [
    `--${name}`,
    ...(negatable ? [`--no-${name}`] : []),
    ...(letter === undefined ? [] : [`-${letter}`]),
  ]);
}

/** The options whose values are a few words, as `name) words`. */
function choiceCases(commands: readonly Command[]): Map<string, readonly string[]> {
  const choices = new Map<string, readonly string[]>();
  for (const { options } of commands) {
    for (const option of [...options, ...COMMON_OPTIONS]) {
      if (option.choices !== undefined) choices.set(option.name, option.choices);
    }
  }
  return choices;
}

function bash(commands: readonly Command[]): string[] {
  return [
    "# bash completion for pnotify",
    "_pnotify() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
    "  COMPREPLY=()",
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$word"))`,
    "    return",
    "  fi",
    '  case "$before" in',
    ...[...choiceCases(commands)].map(([name, words]) =>
      `    --${name}) COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word")); return ;;`
    ),
    "  esac",
    '  case "${COMP_WORDS[1]}" in',
    ...commands.map((command) => {
      const words = [...optionNames(command), ...command.completes ?? []].join(" ");
      return `    ${command.name}) COMPREPLY=($(compgen -W "${words}" -- "$word")) ;;`;
    }),
    "  esac",
    '  case "$word" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$word")) ;; esac',
    "}",
    "complete -o filenames -F _pnotify pnotify",
  ];
}

function zsh(commands: readonly Command[]): string[] {
  const quote = (text: string) => text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
  const spec = (text: string) => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");
  return [
    "#compdef pnotify",
    "_pnotify() {",
    "  local -a commands",
    "  commands=(",
    ...commands.map(({ name, summary }) => `    '${name}:${quote(summary)}'`),
    "  )",
    "  if (( CURRENT == 2 )); then",
    "    _describe command commands",
    "    return",
    "  fi",
    '  case "$words[2]" in',
    ...commands.flatMap((command) => [
      `    ${command.name}) _arguments \\`,
      ...[...command.options, ...COMMON_OPTIONS].map((option) => {
        const words = option.choices === undefined ? "" : `(${option.choices.join(" ")})`;
        const colon = option.isValueOptional ? "::" : ":";
        const value = option.value === undefined ? "" : `${colon}${option.value}:${words}`;
        const equals = option.value === undefined ? "" : option.isValueOptional ? "=-" : "=";
        return `      '--${option.name}${equals}[${spec(option.doc)}]${value}' \\`;
      }),
      command.completes === undefined
        ? "      '*:file:_files' ;;"
        : `      '*:word:(${command.completes.join(" ")})' ;;`,
    ]),
    "  esac",
    "}",
    '_pnotify "$@"',
  ];
}

function fish(commands: readonly Command[]): string[] {
  const quote = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  const afterCommand = (name: string) => `-n '__fish_seen_subcommand_from ${name}'`;
  return [
    "# fish completion for pnotify",
    ...commands.map(({ name, summary }) =>
      `complete -c pnotify -n __fish_use_subcommand -a ${name} -d '${quote(summary)}'`
    ),
    ...commands.flatMap((command) => [
      ...[...command.options, ...COMMON_OPTIONS].map((option) => {
        const letter = option.letter === undefined ? "" : ` -s ${option.letter}`;
        const words = option.choices === undefined ? "" : ` -a '${option.choices.join(" ")}'`;
        const needsValue = option.value !== undefined && !option.isValueOptional;
        const value = needsValue ? ` -r${words}` : "";
        const doc = quote(option.doc);
        return `complete -c pnotify ${
          afterCommand(command.name)
        } -l ${option.name}${letter}${value} -d '${doc}'`;
      }),
      ...(command.completes === undefined ? [] : [
        `complete -c pnotify ${afterCommand(command.name)} -a '${command.completes.join(" ")}'`,
      ]),
    ]),
  ];
}

/** Makes the command that prints completions, from the table of commands. */
export function completionsCommand(entries: readonly CommandEntry[]): CommandBody {
  return {
    arity: [1, 1],
    options: [],
    examples: [
      ["source <(pnotify completions bash)", "for this session of bash"],
      ["pnotify completions fish > ~/.config/fish/completions/pnotify.fish", "for fish"],
    ],
    completes: SHELLS,
    run: async ({ io, operands }) => {
      const make = { bash, zsh, fish }[operands[0] as "bash" | "zsh" | "fish"];
      if (make === undefined) {
        const wanted = SHELLS.join(", ");
        throw new UsageError(`Unknown shell "${operands[0]}"`, `one of ${wanted} is wanted`);
      }
      make(await Promise.all(entries.map(loadCommand))).forEach((line) => io.out(line));
      return EXIT.held;
    },
  };
}
