import { unicodeWidth } from "@std/cli/unicode-width";
import { cut, pad } from "../../replay/layout.ts";

/** How many columns of a terminal a text takes. Every width of the program is counted with it. */
export const measure: (text: string) => number = unicodeWidth;

/** Fills a text with blanks to a number of columns, behind it or before it. */
export function padColumns(text: string, width: number, side: "end" | "start" = "end"): string {
  return pad(text, width, measure, side);
}

/** Cuts a text to a number of columns, with three dots where they fit. */
export function cutColumns(text: string, width: number): string {
  return cut(text, width, measure);
}

/** The width of a column of texts. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, measure(text)), 0);
}
