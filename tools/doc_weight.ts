/**
 * What the comments of a file weigh, and what must not stand in one. Used by check_docs.ts.
 *
 * A file of the library has fewer lines of documentation than of code. A line is documentation when it lies in a comment,
 * whatever is on it. A line is code when it is neither blank nor documentation. `deno fmt` puts each comment on lines of
 * its own, and so a comment behind code does not make the line documentation.
 *
 * @module
 */

import { PRODUCT_FOLDERS } from "./lint/house.ts";
import { filePath, root } from "./with_std.ts";

/** The folders whose files weigh less in documentation than in code. */
const LIGHT_FOLDERS = PRODUCT_FOLDERS.map((folder) => `${folder}/`);

/** A comment of a file. */
interface Comment {
  /** Its first line, from 1. */
  readonly line: number;
  /** Its lines, without the marks and the space around them. */
  readonly lines: readonly string[];
}

/** The lines of a file, told apart. */
export interface Weight {
  /** Lines of documentation. */
  readonly documentation: number;
  /** Lines of code. */
  readonly code: number;
  /** The comments, in order. */
  readonly comments: readonly Comment[];
}

/** Tells documentation and code of a source file apart. */
export function weigh(source: string): Weight {
  const comments: Comment[] = [];
  let code = 0;
  let block: string[] | null = null;
  for (const [index, raw] of source.split("\n").entries()) {
    const text = raw.trim();
    if (block === null && text.startsWith("/*")) {
      block = [];
      comments.push({ line: index + 1, lines: block });
    }
    if (block !== null) {
      block.push(text.replace(/^(\/\*+|\*(?!\/))? ?/, "").replace(/ ?\*\/$/, ""));
      if (text.endsWith("*/")) block = null;
    } else if (text.startsWith("//")) {
      comments.push({ line: index + 1, lines: [text.replace(/^\/\/ ?/, "")] });
    } else if (text !== "") {
      code++;
    }
  }
  const documentation = comments.reduce((sum, { lines }) => sum + lines.length, 0);
  return { documentation, code, comments };
}

/** What is wrong with the comments of one file, a sentence each. */
export function findCommentFaults(file: string, source: string): string[] {
  const { documentation, code, comments } = weigh(source);
  const faults = comments.flatMap(({ line, lines }) => {
    const where = `${file}:${line}`;
    const has = (pattern: RegExp) => lines.some((text) => pattern.test(text));
    return [
      ...(has(/^@internal\b/) && has(/^@example\b/)
        ? [`Cannot keep the example at "${where}": its symbol is internal, no example is wanted`]
        : []),
      ...(has(/^Origin: our own\b/)
        ? [`Cannot keep the origin at "${where}": it says nothing, a C name or no origin is wanted`]
        : []),
    ];
  });
  if (LIGHT_FOLDERS.some((folder) => file.startsWith(folder)) && documentation >= code) {
    faults.push(
      `Cannot keep the documentation of "${file}": it has ${documentation} lines for ${code} lines of code, ` +
        "fewer than the code are wanted",
    );
  }
  return faults;
}

/** What is wrong with the comments of the library, a sentence each, in the order of the files. */
export function checkComments(): string[] {
  return LIGHT_FOLDERS.flatMap(sourceFiles).sort().flatMap((file) =>
    findCommentFaults(file, Deno.readTextFileSync(new URL(file, root)))
  );
}

function sourceFiles(folder: string): string[] {
  return [...Deno.readDirSync(filePath(new URL(folder, root)))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return sourceFiles(`${folder}${name}/`);
    return name.endsWith(".ts") ? [`${folder}${name}`] : [];
  });
}
