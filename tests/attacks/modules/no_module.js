// deno-lint-ignore-file
// Exports nothing that is a module.
export default 42;
