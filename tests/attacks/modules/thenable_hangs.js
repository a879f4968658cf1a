// deno-lint-ignore-file
// Is a promise that never answers.
export function then() {}
