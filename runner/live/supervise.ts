import { type SignalName, signalNumber } from "../../kernel/signal.ts";
import { type Inherited, readInherited } from "../../live/launch.ts";
import { Libc } from "../../live/libc.ts";
import { workerUrl } from "../worker_url.ts";
import type { LiveJob, LiveMessage, LiveStart } from "./protocol.ts";
import { demandArchitecture, explain } from "./refusal.ts";

/** How a live run ended. */
export type LiveEnd = Extract<LiveMessage, { kind: "ended" | "refused" }>;

/** What a terminal sends to the command as well, so that it is not for us to pass on. */
const FROM_TERMINAL: readonly SignalName[] = Object.freeze(["SIGINT", "SIGQUIT"]);
/** What ends the tracing of a process that this one has attached to. */
const LEAVES: readonly SignalName[] = Object.freeze(["SIGINT", "SIGTERM", "SIGHUP"]);
const PASSED_ON: readonly SignalName[] = Object.freeze([
  "SIGHUP",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
]);

/**
 * Runs a command under the tracer, in a worker of this process. Signals for this process are passed on to the command.
 * A second SIGTERM ends this process, and with it everything that is traced.
 *
 * @param job The command.
 * @param told Takes what is told while it runs.
 * @returns How it ended.
 */
export async function supervise(
  job: LiveJob,
  told: (message: LiveMessage) => void,
): Promise<LiveEnd> {
  const path = workerUrl("live");
  if (!mayRead(path)) return refuse("Deno refuses it, --allow-read is wanted (EPERM)");
  let inherited: Inherited;
  try {
    demandArchitecture(Deno.build);
    // Read before this process takes signals: from then on nobody knows which ones it was to ignore.
    inherited = readInherited(new Libc());
  } catch (error) {
    return { kind: "refused", ...explain(error) };
  }
  const worker = new Worker(path, { type: "module" });
  const signals = new SignalForwarder();
  try {
    return await new Promise<LiveEnd>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<LiveMessage>) => {
        if (data.kind === "started") signals.target = data.pid;
        if (data.kind === "attached") signals.wake = data.wake;
        if (data.kind === "ended" || data.kind === "refused") resolve(data);
        else told(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        // Its thread is gone, and with it everything that it traced.
        const [what] = event.message.replace(/^Uncaught (?:\(in .*?\) )?/, "").split("\n");
        resolve(refuse(`pnotify itself broke down, and traces nothing any more: ${what}`));
      };
      const start: LiveStart = { ...job, inherited };
      worker.postMessage(start);
    });
  } finally {
    signals.stop();
    worker.terminate();
  }
}

/** Whether Deno lets the file of the worker be read. It would refuse that in lines of its own. */
function mayRead(path: URL): boolean {
  if (path.protocol !== "file:") return true;
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}

function refuse(why: string): LiveEnd {
  return { kind: "refused", message: `Cannot trace the command: ${why}`, exitStatus: 125 };
}

/** Passes signals for this process on to the command. */
class SignalForwarder {
  /** The command, once it runs. */
  target: number | null = null;
  /** What to close so that an attached process is left, once it is traced. */
  wake: number | null = null;
  readonly #listeners: [SignalName, () => void][] = [];
  #terms = 0;

  constructor() {
    for (const signal of [...FROM_TERMINAL, ...PASSED_ON]) {
      const listener = () => this.#received(signal);
      Deno.addSignalListener(signal, listener);
      this.#listeners.push([signal, listener]);
    }
  }

  #received(signal: SignalName): void {
    if (this.wake !== null && LEAVES.includes(signal)) return this.#leave(this.wake);
    // What was typed went to the whole foreground group, the command included.
    if (FROM_TERMINAL.includes(signal) && isInForeground()) return;
    if (signal === "SIGTERM" && ++this.#terms > 1) Deno.exit(128 + 15);
    // It may have ended by itself. Deno.kill() would want a permission of its own.
    if (this.target !== null) new Libc().symbols.kill(this.target, signalNumber(signal));
  }

  #leave(wake: number): void {
    this.wake = null;
    new Libc().symbols.close(wake);
  }

  /** Lets signals have their own effect again. */
  stop(): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}

/** Whether what is typed on the terminal comes to this process. */
function isInForeground(): boolean {
  try {
    return Deno.stdin.isTerminal() || Deno.stdout.isTerminal() || Deno.stderr.isTerminal();
  } catch {
    return false;
  }
}
