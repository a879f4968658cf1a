import { SOURCES } from "./sources.ts";

/** Changes the text of one file: gets its path from the root. */
export type Transformation = (text: string, path: string) => string;

const specifier = /((?:^|\n)(?:import|export)\b[^;"]*?\bfrom\s+)"(\.[^"]+)"/g;
const typesOnly = /^\s*(?:import|export)\s+type\b/;

/**
 * Loads a file with everything it imports, as modules that nobody else has. V8 learns from what it has seen a function
 * do, so a kernel that two implementations share would be slower in both.
 *
 * @param entry The file, by its path from the root.
 * @param transformations What to change in the texts on the way.
 * @returns The module.
 */
export function importCopy<Module>(
  entry: string,
  transformations: readonly Transformation[] = [],
): Promise<Module> {
  return import(copy(entry, transformations, new Map()));
}

/**
 * The text of a file and of everything that it imports, for those who link them in their own way.
 *
 * @param entry The file, by its path from the root.
 * @param transformations What to change in the texts.
 * @returns The texts, by path from the root.
 */
export function copiedTexts(
  entry: string,
  transformations: readonly Transformation[] = [],
): Map<string, string> {
  const texts = new Map<string, string>();
  const visit = (path: string) => {
    if (texts.has(path)) return;
    const text = transform(path, transformations);
    texts.set(path, text);
    for (const [, head, to] of text.matchAll(specifier)) {
      if (!typesOnly.test(head)) visit(resolve(path, to));
    }
  };
  visit(entry);
  return texts;
}

function transform(path: string, transformations: readonly Transformation[]): string {
  const source = SOURCES[path];
  if (source === undefined) {
    throw new TypeError(`Cannot copy "${path}": it is not in bench/sources.ts`);
  }
  return transformations.reduce((before, change) => change(before, path), source);
}

function copy(
  path: string,
  transformations: readonly Transformation[],
  made: Map<string, string>,
): string {
  const known = made.get(path);
  if (known === "") throw new TypeError(`Cannot copy "${path}": it imports itself in a circle`);
  if (known !== undefined) return known;
  const text = transform(path, transformations);
  made.set(path, "");
  const linked = text.replace(specifier, (all, head: string, to: string) => {
    if (typesOnly.test(head)) return all;
    return `${head}"${copy(resolve(path, to), transformations, made)}"`;
  });
  const url = URL.createObjectURL(new Blob([linked], { type: "application/typescript" }));
  made.set(path, url);
  return url;
}

function resolve(from: string, to: string): string {
  return new URL(to, `file:///${from}`).pathname.slice(1);
}
