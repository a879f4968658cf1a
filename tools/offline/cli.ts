/**
 * Stand-in for `@std/cli`, without `promptSecret()`.
 *
 * @module
 */

export * from "./parse_args.ts";
export * from "./unicode_width.ts";
