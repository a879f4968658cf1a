// deno-lint-ignore-file
// Is a promise itself, so that whoever awaits the import gets what it likes.
export function then(resolve) {
  resolve({ default: { name: "thenable", license: "GPL", load: null, unload: null } });
}
