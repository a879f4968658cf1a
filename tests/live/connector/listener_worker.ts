/**
 * Hears the process connector in a thread of its own, so that nothing else of the program makes it late. Its parent sends an
 * Int32Array of shared memory, and sets its first word when it has heard enough.
 *
 * @module
 */
import { ProcessConnector } from "./connector.ts";
import { formatRecord } from "./proc_event.ts";

/** What the listener says. */
export type Heard =
  | { readonly kind: "listening" }
  | { readonly kind: "unavailable"; readonly reason: string }
  | { readonly kind: "lines"; readonly text: string }
  | { readonly kind: "end"; readonly overruns: number; readonly gaps: number };

/** So often it looks whether it has heard enough. */
const LOOK_INTERVAL_MS = 100;
/** So many messages are sent to the parent together. */
const MOST_LINES = 2000;

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Int32Array>) => void;
  postMessage(message: Heard): void;
  close(): void;
};

scope.onmessage = ({ data: enough }) => {
  let connector: ProcessConnector;
  try {
    connector = new ProcessConnector();
  } catch (error) {
    scope.postMessage({ kind: "unavailable", reason: (error as Error).message });
    return scope.close();
  }
  scope.postMessage({ kind: "listening" });
  while (Atomics.load(enough, 0) === 0) {
    connector.wait(LOOK_INTERVAL_MS);
    drain(connector);
  }
  drain(connector);
  const { overruns, gaps } = connector;
  connector.close();
  scope.postMessage({ kind: "end", overruns, gaps });
  scope.close();
};

function drain(connector: ProcessConnector): void {
  for (;;) {
    let text = "";
    for (let count = 0; count < MOST_LINES; count++) {
      const record = connector.next();
      if (record === null) {
        if (text !== "") scope.postMessage({ kind: "lines", text });
        return;
      }
      text += `${formatRecord(record)}\n`;
    }
    scope.postMessage({ kind: "lines", text });
  }
}
