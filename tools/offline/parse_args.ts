/**
 * Stand-in for `@std/cli/parse-args`, without dotted names: `--a.b` is the option "a.b" here.
 *
 * @module
 */

/** What `parseArgs` accepts beside the arguments. */
interface ParseOptions<
  Booleans extends string = string,
  Strings extends string = string,
  Collected extends string = string,
  Negatable extends string = string,
  Defaults extends Record<string, unknown> = Record<string, unknown>,
  DoubleDash extends boolean = boolean,
> {
  /** Keeps what follows `--` apart. */
  "--"?: DoubleDash;
  /** Other names of an option. */
  alias?: Record<string, string | readonly string[]>;
  /** The options without a value; `true` for all long ones. */
  boolean?: boolean | Booleans | readonly Booleans[];
  /** The options that may be given more than once. */
  collect?: Collected | readonly Collected[];
  /** What an option is when it is not given. */
  default?: Defaults;
  /** The options that `--no-` turns off. */
  negatable?: Negatable | readonly Negatable[];
  /** Leaves everything from the first operand on as it is. */
  stopEarly?: boolean;
  /** The options whose value is text, even when it looks like a number. */
  string?: Strings | readonly Strings[];
  /** Hears of every operand and unknown option; `false` leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

type Value<Name, Type, Collected, Negatable> =
  | (Name extends Collected ? Type[] : Type)
  | (Name extends Negatable ? false : never);

type Given<Booleans, Strings, Collected, Negatable> =
  & { [Name in Booleans & string]: Value<Name, boolean, Collected, Negatable> }
  & { [Name in Extract<Strings, Collected> & string]: Value<Name, string, Collected, Negatable> }
  & { [Name in Exclude<Strings, Collected> & string]?: Value<Name, string, never, Negatable> };

type WithDefaults<Values, Defaults> =
  & Omit<Values, keyof Defaults>
  & {
    [Name in keyof Defaults]: Name extends keyof Values ? Defaults[Name] | NonNullable<Values[Name]>
      : unknown;
  };

/** What `parseArgs` gives. */
type Args<
  // deno-lint-ignore no-explicit-any
  Values extends Record<string, unknown> = Record<string, any>,
  DoubleDash extends boolean | undefined = undefined,
> =
  & Values
  & { _: (string | number)[] }
  & (DoubleDash extends true ? { "--": string[] } : unknown);

/** The options and operands of a command line. */
export function parseArgs<
  Booleans extends string = never,
  Strings extends string = never,
  Collected extends string = never,
  Negatable extends string = never,
  // deno-lint-ignore ban-types
  Defaults extends Record<string, unknown> = {},
  DoubleDash extends boolean = false,
>(
  args: readonly string[],
  options: ParseOptions<Booleans, Strings, Collected, Negatable, Defaults, DoubleDash> = {},
): // deno-lint-ignore no-explicit-any
[Booleans | Strings] extends [never] ? Args<Record<string, any>, DoubleDash>
  : Args<
    & WithDefaults<Given<Booleans, Strings, Collected, Negatable>, Defaults>
    & Record<string, unknown>,
    DoubleDash
  > {
  return new Parser(options).parse(args) as never;
}

type Scalar = string | number | boolean;

class Parser {
  readonly #aliases: Map<string, string[]>;
  readonly #booleans: Set<string>;
  readonly #strings: Set<string>;
  readonly #collected: Set<string>;
  readonly #negatable: Set<string>;
  readonly #options: ParseOptions;
  readonly #result: Record<string, unknown> = {};
  readonly #operands: Scalar[] = [];

  constructor(options: ParseOptions) {
    this.#options = options;
    this.#aliases = aliasesOf(options.alias ?? {});
    this.#booleans = this.#withAliases(options.boolean);
    this.#strings = this.#withAliases(options.string);
    this.#collected = this.#withAliases(options.collect);
    this.#negatable = this.#withAliases(options.negatable);
  }

  parse(args: readonly string[]): Record<string, unknown> {
    const end = args.indexOf("--");
    const before = end === -1 ? args : args.slice(0, end);
    const after = end === -1 ? [] : args.slice(end + 1);
    for (let i = 0; i < before.length;) {
      const arg = before[i];
      if (arg.startsWith("--")) i += this.#readLong(arg, before[i + 1]);
      else if (arg.startsWith("-") && arg !== "-") i += this.#readShort(arg, before[i + 1]);
      else if (this.#options.stopEarly) {
        this.#addOperand(arg);
        this.#operands.push(...before.slice(i + 1));
        break;
      } else {
        this.#addOperand(arg);
        i++;
      }
    }
    this.#fillIn();
    this.#result._ = this.#operands;
    if (this.#options["--"]) this.#result["--"] = after;
    else this.#operands.push(...after);
    return this.#result;
  }

  #withAliases(names: boolean | string | readonly string[] | undefined): Set<string> {
    const list = typeof names === "string" ? [names] : Array.isArray(names) ? names : [];
    return new Set(list.flatMap((name) => [name, ...this.#aliases.get(name) ?? []]));
  }

  /** Reads `--key`, `--key=value` or `--key value`; gives how many arguments that were. */
  #readLong(arg: string, next: string | undefined): number {
    const equals = arg.indexOf("=", 3);
    if (equals !== -1) {
      const key = arg.slice(2, equals);
      const value = arg.slice(equals + 1);
      this.#set(key, this.#booleans.has(key) ? value !== "false" : value, arg);
      return 1;
    }
    const key = arg.slice(2);
    const positive = key.slice("no-".length);
    if (key.startsWith("no-") && this.#negatable.has(positive)) {
      this.#set(positive, false, arg, false);
      return 1;
    }
    const takesNext = this.#options.boolean !== true && !this.#booleans.has(key) &&
      !next?.startsWith("-");
    return this.#setWithNext(key, arg, next, takesNext);
  }

  /** Reads `-abc`, `-n5`, `-o=value` or `-o value`; gives how many arguments that were. */
  #readShort(arg: string, next: string | undefined): number {
    for (let i = 1; i < arg.length - 1; i++) {
      const letter = arg[i];
      const rest = arg.slice(i + 1);
      if (rest === "-") {
        this.#set(letter, rest, arg);
        return 1;
      }
      const value = attachedValue(letter, rest);
      if (value !== null) {
        this.#set(letter, value, arg);
        return 1;
      }
      this.#set(letter, this.#strings.has(letter) ? "" : true, arg);
    }
    const last = arg.slice(-1);
    const takesNext = !this.#booleans.has(last) && !/^--?[^-]/.test(next ?? "");
    return this.#setWithNext(last, arg, next, takesNext);
  }

  #setWithNext(key: string, arg: string, next: string | undefined, takesNext: boolean): number {
    if (next && takesNext) {
      this.#set(key, next, arg);
      return 2;
    }
    if (next === "true" || next === "false") {
      this.#set(key, next === "true", arg);
      return 2;
    }
    this.#set(key, this.#strings.has(key) ? "" : true, arg);
    return 1;
  }

  #set(key: string, value: Scalar, arg: string, mayCollect = true): void {
    const isKnown = this.#booleans.has(key) || this.#strings.has(key) ||
      this.#aliases.has(key) || this.#collected.has(key) ||
      this.#options.boolean === true && /^--[^=]+$/.test(arg);
    if (!isKnown && this.#options.unknown?.(arg, key, value) === false) return;
    const typed = this.#strings.has(key) ? value : asNumber(value);
    for (const name of [key, ...this.#aliases.get(key) ?? []]) {
      if (name === "__proto__") continue;
      if (!mayCollect || !this.#collected.has(key)) this.#result[name] = typed;
      else this.#result[name] = [...[this.#result[name] || []].flat(), typed];
    }
  }

  #addOperand(arg: string): void {
    if (this.#options.unknown?.(arg) === false) return;
    this.#operands.push(this.#strings.has("_") ? arg : asNumber(arg));
  }

  #fillIn(): void {
    const values = this.#result;
    for (const [key, value] of Object.entries(this.#options.default ?? {})) {
      if (Object.hasOwn(values, key)) continue;
      for (const name of [key, ...this.#aliases.get(key) ?? []]) values[name] = value;
    }
    for (const key of this.#booleans) {
      if (!Object.hasOwn(values, key)) values[key] = this.#collected.has(key) ? [] : false;
    }
    for (const key of this.#strings) {
      if (!Object.hasOwn(values, key) && this.#collected.has(key)) values[key] = [];
    }
  }
}

/** Each name with its other names, whichever of them was written first. */
function aliasesOf(aliases: Record<string, string | readonly string[]>): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [key, value] of Object.entries(aliases)) {
    const names = [key, ...[value].flat()];
    for (const name of names) map.set(name, names.filter((other) => other !== name));
  }
  return map;
}

/** What is stuck to a short option: after `=`, a number, or from a sign on. */
function attachedValue(letter: string, rest: string): string | null {
  if (rest === "=") return "";
  if (/[A-Za-z]/.test(letter)) {
    const equals = rest.indexOf("=");
    if (equals !== -1 && equals < rest.length - 1) return rest.slice(equals + 1);
    if (/-?\d+(\.\d*)?(e-?\d+)?$/.test(rest)) return rest;
  }
  return /^\W/.test(rest) ? rest : null;
}

function asNumber(value: Scalar): Scalar {
  if (typeof value !== "string" || value.trim() === "") return value;
  return Number.isFinite(Number(value)) ? Number(value) : value;
}
