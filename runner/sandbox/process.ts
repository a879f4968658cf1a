import { denoCommand, type SandboxProgram } from "./deno_command.ts";
import type { ChildAnswer, ChildJob, Doing, SandboxLimits } from "./protocol.ts";
import { PIECE_LENGTH } from "./slot.ts";
import { isStandalone, SANDBOX_COMMAND } from "./standalone.ts";

/**
 * How long a process may run beyond the time of its job before it is killed. It needs this time to start, and to tell
 * why it ends.
 */
const KILL_GRACE_MS = 10_000;
const MOST_COMPLAINT = 1 << 16;
/** How many pieces of a recording are on their way at most. More pieces would only fill memory. */
const MOST_ON_THEIR_WAY = 4;

/** How a child process ended. */
export interface ChildEnd {
  /** Its answer, or null when it gave none. */
  readonly answer: Exclude<ChildAnswer, { kind: "progress" | "taken" }> | null;
  /** The last work that it told of. */
  readonly doing: Doing | null;
  /** Whether it was killed because its time was up. */
  readonly killed: boolean;
  /** Whether it sent more than it may. */
  readonly flooded: boolean;
  /** Its exit status. */
  readonly code: number;
  /** The signal that ended it, or null. */
  readonly signal: string | null;
  /** The beginning of its stderr. The host reads it and never shows it. */
  readonly complaint: string;
}

/**
 * Does a job in a process of its own.
 *
 * @param job The job.
 * @param program The command that does it.
 * @param pieces The text of the recording, for a job that replays one.
 * @returns How it ended. Afterwards the process is gone.
 */
export async function runChild(
  job: ChildJob,
  program?: SandboxProgram,
  pieces?: AsyncIterable<string>,
): Promise<ChildEnd> {
  const child = spawn(job, program ?? ownProgram(job));
  let killed = false;
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(() => {
    killed = true;
    kill();
  }, job.limits.totalMs + KILL_GRACE_MS);
  try {
    const listener = new Listener(job, kill);
    const [, , complaint] = await Promise.all([
      send(child.stdin, job, pieces, listener),
      listener.listen(child.stdout).finally(() => listener.close()),
      readBeginning(child.stderr),
    ]);
    const { code, signal } = await child.status;
    const { answer, doing, flooded } = listener;
    return { answer, doing, flooded, killed, code, signal, complaint };
  } finally {
    clearTimeout(timer);
    kill();
    await child.status;
    await child.stdin.close().catch(() => {});
  }
}

function ownProgram(job: ChildJob): SandboxProgram {
  return isStandalone() ? [Deno.execPath(), SANDBOX_COMMAND] : sourceCommand(job.limits);
}

function spawn(job: ChildJob, command: SandboxProgram): Deno.ChildProcess {
  const isUnix = Deno.build.os !== "windows";
  const [program, ...args] = isUnix ? ["/bin/sh", "-c", limitScript(job), ...command] : command;
  return new Deno.Command(program, {
    args,
    ...(isUnix ? { cwd: "/", clearEnv: true } : {}),
    env: childEnvironment(),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/**
 * Limits that the system keeps, whatever the process does. There are no core files. CPU time has a bound should this
 * host die. Memory has a bound between two checks of the host. A shell that cannot set a limit goes on without it.
 */
function limitScript({ limits }: ChildJob): string {
  const seconds = Math.ceil(limits.totalMs / 1000) * 2 + 20;
  const kilobytes = limits.memoryMb * 2048 + (1 << 20);
  const limitFlags = [`-c 0`, `-t ${seconds}`, `-d ${kilobytes}`];
  return `${limitFlags.map((flag) => `ulimit ${flag} 2>/dev/null;`).join(" ")} exec "$0" "$@"`;
}

/** The command that serves as a sandbox when the program runs from source. It may read the program, and nothing else. */
export function sourceCommand({ memoryMb }: SandboxLimits): SandboxProgram {
  const root = new URL("../../", import.meta.url);
  const heap = Math.max(64, Math.floor(memoryMb / 3));
  const flags = [
    "--no-remote",
    `--config=${pathOf(new URL("deno.json", root))}`,
    `--allow-read=${pathOf(root)}`,
  ];
  return denoCommand(heap, flags, new URL("./child.ts", import.meta.url));
}

function pathOf(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows" ? path.slice(1) : path;
}

/** The environment of the child: only the variables by which Deno finds its cache. */
function childEnvironment(): Record<string, string> {
  const env: Record<string, string> = {
    TZ: "UTC",
    LANG: "C",
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
  };
  if (isStandalone()) return env;
  for (const name of ["HOME", "DENO_DIR", "XDG_CACHE_HOME"]) {
    try {
      const value = Deno.env.get(name);
      if (value !== undefined) env[name] = value;
    } catch {
      // Without permission to read a variable, the default of Deno counts.
    }
  }
  return env;
}

async function send(
  stdin: WritableStream<Uint8Array>,
  job: ChildJob,
  pieces: AsyncIterable<string> | undefined,
  listener: Listener,
): Promise<void> {
  const writer = stdin.getWriter();
  const encoder = new TextEncoder();
  const write = (value: unknown) => writer.write(encoder.encode(`${JSON.stringify(value)}\n`));
  try {
    await write(job);
  } catch {
    writer.releaseLock();
    return;
  }
  try {
    if (pieces !== undefined) await feed(pieces, listener, write);
  } catch (error) {
    // The child may close its pipe. A fault of the recording goes to the caller who gave it.
    if (!listener.closed && !(error instanceof Deno.errors.BrokenPipe)) throw error;
  } finally {
    // The pipe stays open. The child ends with it.
    writer.releaseLock();
  }
}

async function feed(
  pieces: AsyncIterable<string>,
  listener: Listener,
  write: (value: unknown) => Promise<void>,
): Promise<void> {
  const iterator = pieces[Symbol.asyncIterator]();
  for (let sent = 0;; sent++) {
    await listener.room(sent - MOST_ON_THEIR_WAY);
    // The source of the pieces may wait for ever. The end of the child ends this loop.
    const next = await Promise.race([iterator.next(), listener.ended]);
    if (next === null || listener.closed) break;
    if (next.done) return await write(null);
    for (let offset = 0; offset < next.value.length; offset += PIECE_LENGTH) {
      await write(next.value.slice(offset, offset + PIECE_LENGTH));
      if (offset > 0) sent++;
    }
    // An empty piece is not sent, and takes no room.
    if (next.value.length === 0) sent--;
  }
  await iterator.return?.();
}

/** Reads the lines of a child. A line without the nonce is dropped. */
class Listener {
  answer: ChildEnd["answer"] = null;
  doing: Doing | null = null;
  flooded = false;
  readonly #job: ChildJob;
  readonly #kill: () => void;
  #parts: string[] = [];
  #size = 0;
  #taken = 0;
  #wake: (() => void) | null = null;
  /** Whether no more lines can come. */
  closed = false;
  /** Fulfilled when no more lines can come. */
  readonly ended: Promise<null>;
  #end!: () => void;

  constructor(job: ChildJob, kill: () => void) {
    this.#job = job;
    this.#kill = kill;
    this.ended = new Promise((resolve) => this.#end = () => resolve(null));
  }

  async listen(stdout: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stdout) {
      this.#take(decoder.decode(bytes, { stream: true }));
      if (this.#size <= 2 * this.#job.limits.answerSize) continue;
      this.flooded = true;
      this.#kill();
      return;
    }
  }

  /** Waits until more than a number of pieces have been worked through. */
  async room(taken: number): Promise<void> {
    while (this.#taken <= taken && !this.closed) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Notes that no more lines can come. */
  close(): void {
    this.closed = true;
    this.#end();
    this.#wake?.();
  }

  #take(text: string): void {
    this.#size += text.length;
    const lines = text.split("\n");
    for (const [i, part] of lines.entries()) {
      this.#parts.push(part);
      if (i === lines.length - 1) return;
      this.#takeLine(this.#parts.join(""));
      this.#parts = [];
    }
  }

  #takeLine(line: string): void {
    const { nonce } = this.#job;
    if (!line.startsWith(`${nonce} `)) return;
    const body = readBody(line.slice(nonce.length + 1));
    if (body === null) return;
    if (body.kind === "progress") this.doing = body.doing;
    else if (body.kind === "taken") {
      this.#taken++;
      this.#wake?.();
    } else this.answer ??= body;
  }
}

function readBody(text: string): ChildAnswer | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readBeginning(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    if (text.length < MOST_COMPLAINT) text += decoder.decode(bytes, { stream: true });
  }
  return text;
}
