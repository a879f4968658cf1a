import { KernelError } from "../kernel/errno.ts";

/*
 * A schedule as a line of text: operations one after the other, and in parentheses what ran in one of them, each after
 * the number of the preemption point. `register(5:fork(2:exit)) exec` is: register; in it, at its fifth point, fork; in
 * that, at its second point, exit; and after register has returned, exec.
 */

/** An operation in a schedule, with those that ran in it, in order. */
export interface ScheduledOperation {
  /** Its name. */
  readonly name: string;
  /** What ran in it, and at which of its own preemption points, from 1. */
  readonly nested: readonly { readonly at: number; readonly operation: ScheduledOperation }[];
}

/** What a name of an operation may be made of, so that it can stand in a line. */
export const OPERATION_NAME: RegExp = /^[\w.-]+$/;

/** Writes a schedule down. */
export function formatSchedule(operations: readonly ScheduledOperation[]): string {
  return operations.map(formatOperation).join(" ");
}

function formatOperation({ name, nested }: ScheduledOperation): string {
  if (nested.length === 0) return name;
  const inner = nested.map(({ at, operation }) => `${at}:${formatOperation(operation)}`);
  return `${name}(${inner.join(" ")})`;
}

/** Reads a line back; throws EINVAL for what is no schedule of these operations. */
export function parseSchedule(line: string, known: readonly string[]): ScheduledOperation[] {
  const tokens = line.match(/[\w.-]+|\S/g) ?? [];
  const seen = new Set<string>();
  let at = 0;
  const refuse = (found: string) =>
    new KernelError("EINVAL", {
      action: "replay schedule",
      name: line,
      found,
      wanted: "a line such as register(5:fork) exit is wanted",
    });
  const one = (): ScheduledOperation => {
    const name = tokens[at++] ?? "";
    if (!known.includes(name)) throw refuse(`there is no operation "${name}"`);
    if (seen.has(name)) throw refuse(`${name} is there twice`);
    seen.add(name);
    const nested: { at: number; operation: ScheduledOperation }[] = [];
    if (tokens[at] !== "(") return { name, nested };
    for (at++; tokens[at] !== ")";) {
      const point = Number(tokens[at++]);
      if (!Number.isInteger(point) || point < 1 || tokens[at++] !== ":") {
        throw refuse(`the number of a preemption point is missing in ${name}`);
      }
      nested.push({ at: point, operation: one() });
    }
    at++;
    return { name, nested };
  };
  const operations: ScheduledOperation[] = [];
  while (at < tokens.length) operations.push(one());
  if (operations.length === 0) throw refuse("it is empty");
  return operations;
}

/** The same operations one after the other. */
export function inTurn(operations: readonly ScheduledOperation[]): ScheduledOperation[] {
  return namesOf(operations).map((name) => ({ name, nested: [] }));
}

/** Schedules that are a little simpler: without one of the operations, or with one that runs alone instead. */
export function simpler(operations: readonly ScheduledOperation[]): ScheduledOperation[][] {
  const names = namesOf(operations);
  const without = names.length < 2 ? [] : names.map((name) => remove(operations, name));
  const alone = names
    .filter((name) => !operations.some((operation) => operation.name === name))
    .flatMap((name) => {
      const rest = remove(operations, name);
      return [[...rest, { name, nested: [] }], [{ name, nested: [] }, ...rest]];
    });
  return [...without, ...alone];
}

function namesOf(operations: readonly ScheduledOperation[]): string[] {
  return operations.flatMap(({ name, nested }) => [
    name,
    ...namesOf(nested.map(({ operation }) => operation)),
  ]);
}

/** What ran in the operation goes with it, but what the whole schedule began with: that runs alone then. */
function remove(operations: readonly ScheduledOperation[], gone: string): ScheduledOperation[] {
  return operations.flatMap(({ name, nested }) => {
    if (name === gone) return nested.map(({ operation }) => operation);
    const kept = nested.flatMap(({ at, operation }) =>
      remove([operation], gone).map((operation) => ({ at, operation }))
    );
    return [{ name, nested: kept }];
  });
}
