/**
 * Stand-in for `@std/testing/types`: claims about types, which the type checker tests.
 *
 * @module
 */

/** Compiles only when the type argument is `true`, as in `assertType<IsExact<A, B>>(true)`. */
export function assertType<T extends boolean>(_expectTrue: T): void {}

/** Whether `T` is `any`, the only type that may stand between 0 and 1. */
type IsAny<T> = 0 extends (1 & T) ? true : false;

/** Whether the two types are the same one. */
export type IsExact<T, U> = Identical<Flat<T>, Flat<U>>;

// Two generic functions are only assignable to one another when the types they test are identical.
type Identical<T, U> = (<X>(x: T) => X extends T ? 1 : 2) extends (<X>(x: U) => X extends U ? 1 : 2)
  ? (<X>(x: U) => X extends U ? 1 : 2) extends (<X>(x: T) => X extends T ? 1 : 2) ? true
  : false
  : false;

// Writes an intersection as the one object type that it is.
type Flat<T> = IsAny<T> extends true ? T
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { [Key in keyof T]: T[Key] }
  : T;
