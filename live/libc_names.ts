/** The names under which the C library may be there: that of glibc, and that of musl. */
export const LIBC_NAMES: readonly string[] = [
  "libc.so.6",
  `libc.musl-${Deno.build.arch}.so.1`,
];
