/**
 * The worker of a live run. ptrace belongs to one thread, and that thread sleeps in waitpid(2): it is this one. The model
 * and the modules are here too, so that they are asked while a task stands still.
 *
 * @module
 */
import { runJob } from "./tracing.ts";
import type { LiveMessage, LiveStart } from "./protocol.ts";

interface WorkerScope {
  onmessage: ((message: MessageEvent<LiveStart>) => void) | null;
  postMessage(message: LiveMessage): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data }) => {
  runJob(data, (message) => scope.postMessage(message));
  // What is still traced ends with this thread, or goes on alone: nothing stays stopped.
  scope.close();
};
