import { KernelError } from "../kernel/errno.ts";

/*
 * A schedule as a line of text. It names operations in order. Parentheses hold the operations that ran inside an
 * operation, each after the number of the preemption point. In `register(5:fork(2:exit)) exec`, register runs first.
 * fork runs at the fifth point of register, exit at the second point of fork, and exec after register has returned.
 */

/** An operation in a schedule. */
export interface ScheduledOperation {
  /** Its name. */
  readonly name: string;
  /** The operations that ran inside it, and its own preemption point for each, from 1. */
  readonly nested: readonly { readonly point: number; readonly operation: ScheduledOperation }[];
}

/** The names that operations may have in a line. */
export const OPERATION_NAME: RegExp = /^[\w.-]+$/;

/** Writes a schedule as a line. */
export function formatSchedule(operations: readonly ScheduledOperation[]): string {
  return operations.map(formatOperation).join(" ");
}

function formatOperation({ name, nested }: ScheduledOperation): string {
  if (nested.length === 0) return name;
  const inner = nested.map(({ point, operation }) => `${point}:${formatOperation(operation)}`);
  return `${name}(${inner.join(" ")})`;
}

/** Reads a line. Throws EINVAL if it is no schedule of these operations. */
export function parseSchedule(line: string, names: readonly string[]): ScheduledOperation[] {
  const tokens = line.match(/[\w.-]+|\S/g) ?? [];
  const seen = new Set<string>();
  let position = 0;
  const refuse = (found: string) =>
    new KernelError("EINVAL", {
      action: "replay schedule",
      name: line,
      found,
      wanted: "a line such as register(5:fork) exit is wanted",
    });
  const readOperation = (): ScheduledOperation => {
    const name = tokens[position++] ?? "";
    if (!names.includes(name)) throw refuse(`there is no operation "${name}"`);
    if (seen.has(name)) throw refuse(`${name} is there twice`);
    seen.add(name);
    const nested: { point: number; operation: ScheduledOperation }[] = [];
    if (tokens[position] !== "(") return { name, nested };
    for (position++; tokens[position] !== ")";) {
      const point = Number(tokens[position++]);
      if (!Number.isInteger(point) || point < 1 || tokens[position++] !== ":") {
        throw refuse(`the number of a preemption point is missing in ${name}`);
      }
      nested.push({ point, operation: readOperation() });
    }
    position++;
    return { name, nested };
  };
  const operations: ScheduledOperation[] = [];
  while (position < tokens.length) operations.push(readOperation());
  if (operations.length === 0) throw refuse("it is empty");
  return operations;
}

/** The same operations one after the other. */
export function inTurn(operations: readonly ScheduledOperation[]): ScheduledOperation[] {
  return namesOf(operations).map((name) => ({ name, nested: [] }));
}

/** Schedules that are a little simpler: without an operation, or with a nested one moved behind or before the others. */
export function simpler(operations: readonly ScheduledOperation[]): ScheduledOperation[][] {
  const names = namesOf(operations);
  const without = names.length < 2 ? [] : names.map((name) => remove(operations, name));
  const alone = names
    .filter((name) => !operations.some((operation) => operation.name === name))
    .flatMap((name) => {
      const others = remove(operations, name);
      return [[...others, { name, nested: [] }], [{ name, nested: [] }, ...others]];
    });
  return [...without, ...alone];
}

function namesOf(operations: readonly ScheduledOperation[]): string[] {
  return operations.flatMap(({ name, nested }) => [
    name,
    ...namesOf(nested.map(({ operation }) => operation)),
  ]);
}

/** Takes an operation out of a schedule. The operations that ran inside it take its place. */
function remove(operations: readonly ScheduledOperation[], removed: string): ScheduledOperation[] {
  return operations.flatMap(({ name, nested }) => {
    if (name === removed) return nested.map(({ operation }) => operation);
    const kept = nested.flatMap(({ point, operation }) =>
      remove([operation], removed).map((operation) => ({ point, operation }))
    );
    return [{ name, nested: kept }];
  });
}
