import type { Heard } from "./listener_worker.ts";

/** What the connector said during a run. */
export interface Hearing {
  /** Its messages, as an event recording of version 0. */
  readonly recording: string;
  /** Why some are missing, or null. */
  readonly loss: string | null;
}

/** Hears the process connector in a worker, from {@linkcode Listener.start} to {@linkcode Listener.end}. */
export class Listener {
  readonly #worker: Worker;
  readonly #enough = new Int32Array(new SharedArrayBuffer(4));
  readonly #texts: string[] = [];
  readonly #begun = Promise.withResolvers<string | null>();
  readonly #ended = Promise.withResolvers<string | null>();

  private constructor() {
    this.#worker = new Worker(new URL("./listener_worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Heard>) => this.#take(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#begun.resolve(event.message);
      this.#ended.resolve(event.message);
    };
    this.#worker.postMessage(this.#enough);
  }

  /**
   * Begins to listen.
   *
   * @returns The listener, or why the connector does not answer.
   */
  static async start(): Promise<Listener | string> {
    const listener = new Listener();
    return await listener.#begun.promise ?? listener;
  }

  #take(heard: Heard): void {
    switch (heard.kind) {
      case "listening":
        return this.#begun.resolve(null);
      case "unavailable":
        return this.#begun.resolve(heard.reason);
      case "lines":
        return void this.#texts.push(heard.text);
      case "end": {
        const { overruns, gaps } = heard;
        const isWhole = overruns === 0 && gaps === 0;
        const loss = `the connector lost ${gaps} messages, and overran ${overruns} times`;
        return this.#ended.resolve(isWhole ? null : loss);
      }
    }
  }

  /** What has been heard until now. */
  get recording(): string {
    return this.#texts.join("");
  }

  /** Stops listening. */
  async end(): Promise<Hearing> {
    Atomics.store(this.#enough, 0, 1);
    const loss = await this.#ended.promise;
    this.#worker.terminate();
    return { recording: this.recording, loss };
  }
}
