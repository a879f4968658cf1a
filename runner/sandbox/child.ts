/**
 * The child process in which a sandboxed scenario runs. It starts the worker, watches it, and passes its answer on. The
 * worker may loop for ever, take all the memory, or end the process. The host that started this process handles each of
 * these.
 *
 * @module
 */
import { workerUrl } from "../worker_url.ts";
import { createBoard, readBoard } from "./board.ts";
import type { ChildAnswer, ChildJob, Doing } from "./protocol.ts";
import { createSlot, put } from "./slot.ts";
import { isStandalone } from "./standalone.ts";
import { Stopwatch } from "./stopwatch.ts";

const POLL_MS = 15;
/** Milliseconds beyond its limit after which the watchdog inside the worker counts as failed. */
const GRACE_MS = 500;

/** What this process gives up. FFI comes first: with it the others mean nothing. */
const PERMISSIONS = ["ffi", "run", "write", "env", "net", "sys", "read"] as const;

/** Reads one job from stdin, does it, and ends the process. */
export async function serveSandbox(): Promise<never> {
  // The job holds the text of modules. Before a byte of it is read, nothing is left but what the worker's file needs: from
  // source it is still to be read, the compiled program holds it.
  if (isStandalone()) (await import("../../live/dumpable.ts")).refuseTracers();
  giveUp(isStandalone() ? PERMISSIONS : PERMISSIONS.filter((name) => name !== "read"));
  const job = await readJob();
  if (job === null) Deno.exit(2);
  new Supervisor(job).start();
  return await new Promise<never>(() => {});
}

async function readJob(): Promise<ChildJob | null> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  const reader = Deno.stdin.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return null;
    const part = decoder.decode(value, { stream: true });
    const end = part.indexOf("\n");
    parts.push(end < 0 ? part : part.slice(0, end));
    if (end < 0) continue;
    void pass(reader, decoder, part.slice(end + 1));
    return JSON.parse(parts.join(""));
  }
}

/** The lines that follow the job, until they are read. They are few, since the host waits for room. */
class Inbox {
  readonly #lines: string[] = [];
  #wake: ((line: string) => void) | null = null;

  add(line: string): void {
    const wake = this.#wake;
    this.#wake = null;
    if (wake === null) this.#lines.push(line);
    else wake(line);
  }

  next(): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    return new Promise((resolve) => this.#wake = resolve);
  }
}

const inbox = new Inbox();

/**
 * Passes on the lines that follow the job. The host keeps the pipe open while it waits for the answer. This process
 * ends with the pipe.
 */
async function pass(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  decoder: TextDecoder,
  beginning: string,
): Promise<void> {
  let unended = beginning;
  for (;;) {
    const lines = unended.split("\n");
    unended = lines.pop()!;
    for (const line of lines) inbox.add(line);
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done) Deno.exit(2);
    unended += decoder.decode(value, { stream: true });
  }
}

/** Gives permissions up for good: what is revoked can only be asked for, and nobody is asked. */
function giveUp(names: readonly Deno.PermissionName[]): void {
  for (const name of names) Deno.permissions.revokeSync({ name });
}

class Supervisor {
  readonly #job: ChildJob;
  readonly #board = createBoard();
  readonly #slot = createSlot();
  readonly #encoder = new TextEncoder();
  #version = -1;
  /** Measures how long the present work of the worker takes. */
  readonly #stopwatch = new Stopwatch();
  /** When the worker was ready. Its start does not count. */
  #begun = 0;

  constructor(job: ChildJob) {
    this.#job = job;
  }

  start(): void {
    const worker = new Worker(workerUrl("sandbox"), {
      type: "module",
      name: "sandbox",
      deno: { permissions: "none" },
    });
    worker.onmessage = ({ data }) => {
      if (data !== "ready") return this.#hear(data);
      giveUp(PERMISSIONS);
      worker.postMessage({ job: this.#job, board: this.#board, slot: this.#slot });
      if (this.#job.replay !== undefined) void this.#feed();
      this.#begun = performance.now();
      this.#stopwatch.restart();
      setInterval(() => this.#watch(), POLL_MS);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end({ kind: "crashed", why: "exited", text: event.message });
    };
  }

  /** Hands the recording on to the worker. After each piece it tells the host that there is room. */
  async #feed(): Promise<void> {
    for (let text: string | null = ""; text !== null;) {
      text = JSON.parse(await inbox.next());
      await put(this.#slot, text);
      this.#tell('{"kind":"taken"}');
    }
  }

  #hear(data: unknown): void {
    const { nonce, text } = (data ?? {}) as { nonce?: unknown; text?: unknown };
    if (nonce !== this.#job.nonce || typeof text !== "string") return;
    this.#look();
    this.#tell(text);
    Deno.exit(0);
  }

  /** Tells the host of new work of the worker. Returns the present work. */
  #look(): Doing | null {
    const { version, doing } = readBoard(this.#board);
    if (version === this.#version || doing === null) return doing;
    this.#version = version;
    this.#stopwatch.restart();
    this.#tell(JSON.stringify({ kind: "progress", doing }));
    return doing;
  }

  #watch(): void {
    const doing = this.#look();
    const { limits } = this.#job;
    if (Deno.memoryUsage().rss > limits.memoryMb * 1e6) {
      this.#end({ kind: "crashed", why: "memory", text: `${limits.memoryMb} MB` });
    }
    if (performance.now() - this.#begun > limits.totalMs) {
      this.#end({ kind: "crashed", why: "total", text: "" });
    }
    const limit = this.#limitOf(doing);
    if (this.#stopwatch.elapsedMs() > limit) {
      this.#end({ kind: "crashed", why: "time", text: `${Math.round(limit)} ms` });
    }
  }

  #limitOf(doing: Doing | null): number {
    // Between two pieces of a recording the worker waits for its host. No limit holds then.
    if (doing?.stage === "done" && this.#job.replay !== undefined) return Infinity;
    if (doing?.stage !== "step") return this.#job.limits.loadMs;
    // A replay tells nothing of a step that the worker stops, so the limit holds here.
    if (this.#job.replay !== undefined) return doing.limitMs;
    // The watchdog in the worker comes first, and knows more. This limit is for code that it cannot stop.
    return 1.5 * doing.limitMs * this.#job.patience + GRACE_MS;
  }

  #end(answer: ChildAnswer): never {
    this.#look();
    this.#tell(JSON.stringify(answer));
    Deno.exit(0);
  }

  #tell(text: string): void {
    let bytes = this.#encoder.encode(`${this.#job.nonce} ${text}\n`);
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  }
}

if (import.meta.main) await serveSandbox();
