/** Parts of the library whose lines on a stack are never the user's. Modules, the shipped ones too, are users of it. */
const FOLDERS = /^(kernel|pnotify|check)[/\\]/;
/** Lines of the JavaScript runtime. */
const RUNTIME = /^(node|ext):/;
/** The most characters of a stack that are read. A module can make up a stack of any length. */
const MOST_STACK = 10_000;
const MOST_LINE = 500;

/** The first line of the current stack that is not the library's own. */
export function callerLine(): string | undefined {
  return userLine((new Error().stack ?? "").split("\n").slice(1));
}

/** The line of module code that threw, or called what threw. A module can change or remove the stack. */
export function thrownLine(cause: unknown): string | null {
  try {
    const { stack } = cause as Error;
    if (typeof stack !== "string") return null;
    // The message comes first, and may have lines that look like a place.
    const head = String(cause);
    const trace = stack.startsWith(head) ? stack.slice(head.length) : stack;
    const lines = trace.slice(0, MOST_STACK).split("\n");
    return userLine(lines.filter((line) => /^\s+at /.test(line)))?.slice(0, MOST_LINE) ?? null;
  } catch {
    return null;
  }
}

/**
 * The first line that is not the library's. As files, the library is known by its folders below one root. As a bundle,
 * all of it has the URL of this function, or lies in the same folder when the bundle is cut into chunks.
 */
export function userLine(lines: readonly string[], own: string = ownUrl()): string | undefined {
  const root = /^(.*)kernel[/\\]stack_line\.[jt]s$/.exec(own)?.[1];
  const chunks = /^(.*[/\\])chunk-\w+\.js$/.exec(own)?.[1];
  const isOwn = (url: string): boolean => {
    if (url === own || RUNTIME.test(url)) return true;
    if (chunks !== undefined) return url.startsWith(chunks);
    return root !== undefined && url.startsWith(root) && FOLDERS.test(url.slice(root.length));
  };
  return lines.find((line) => !isOwn(urlOf(line)))?.trim();
}

/** The URL in a line such as `at fork (file:///kernel/fork.ts:12:3)`; empty for a line without one. */
function urlOf(line: string): string {
  return /\s\(?(\S+):\d+:\d+\)?$/.exec(line)?.[1] ?? "";
}

function ownUrl(): string {
  return urlOf((new Error().stack ?? "").split("\n")[1] ?? "");
}
