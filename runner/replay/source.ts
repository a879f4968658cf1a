/** The source of the bytes of a recording. */
export interface RecordingSource {
  /** The name of the recording. */
  readonly name: string;
  /** The bytes, unpacked. */
  readonly bytes: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** The pause before a file that has not grown is read again, in milliseconds. */
const PAUSE_MS = 200;
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** The error of a recording that cannot be opened. */
export class SourceError extends Error {
  /** The class name, for callers that cannot use `instanceof`. */
  override readonly name = "SourceError";
}

/**
 * Opens a recording: a file, or stdin for `-`. A recording in gzip is unpacked.
 *
 * @param path The file.
 * @param follow Ends the wait for a file that is followed. Without it the recording ends with the file.
 * @returns The recording.
 * @throws {SourceError} When it cannot be read.
 */
export async function openRecording(path: string, follow?: AbortSignal): Promise<RecordingSource> {
  if (path === "-") return { name: "stdin", bytes: await unpacked(Deno.stdin.readable) };
  let file: Deno.FsFile;
  try {
    const { isDirectory } = await Deno.stat(path);
    if (isDirectory) throw new SourceError(`Cannot read "${path}": it is a folder`);
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable
      ? "it may not be read"
      : "it cannot be read";
    throw new SourceError(`Cannot read "${path}": ${why}`);
  }
  const bytes = follow === undefined ? file.readable : growing(file, follow);
  return { name: path, bytes: follow === undefined ? await unpacked(bytes) : bytes };
}

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Unpacks the bytes if they begin as gzip. */
async function unpacked(bytes: Bytes): Promise<Bytes> {
  const reader = bytes.getReader();
  const first = await reader.read();
  reader.releaseLock();
  const chunks = bytes[Symbol.asyncIterator]();
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      if (first.value !== undefined) controller.enqueue(first.value);
      if (first.done) controller.close();
    },
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  const isPacked = GZIP_MAGIC.every((byte, i) => first.value?.[i] === byte);
  return isPacked ? whole.pipeThrough(new DecompressionStream("gzip")) as Bytes : whole;
}

/** Reads a file as it grows, until the signal. */
function growing(file: Deno.FsFile, enough: AbortSignal): Bytes {
  return new ReadableStream({
    async pull(controller) {
      const buffer = new Uint8Array(1 << 16);
      for (;;) {
        const read = await file.read(buffer);
        if (read !== null) return controller.enqueue(buffer.slice(0, read));
        if (enough.aborted) break;
        await pause(enough);
      }
      file.close();
      controller.close();
    },
    cancel: () => file.close(),
  });
}

function pause(enough: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      enough.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, PAUSE_MS);
    enough.addEventListener("abort", done);
  });
}
