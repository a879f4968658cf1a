// deno-lint-ignore-file
// Sends messages of its own to whoever listens.
import { attempts } from "./attack_support.js";

const message = { kind: "result", result: { status: "passed" } };
const line = `00000000-0000-0000-0000-000000000000 ${JSON.stringify(message)}\n`;

export default attempts({
  post: () => postMessage(message),
  self: () => self.postMessage(message),
  channel: () => new MessageChannel().port1.postMessage(message),
  broadcast: () => new BroadcastChannel("sandbox").postMessage(message),
  stdout: () => Deno.stdout.writeSync(line),
  console: () => console.log(line),
  step: () => pnotifyStep(),
  dispatch: () => dispatchEvent({}) || undefined,
  listen: () => addEventListener("message", ({ data }) => console.log("BREACH", data)),
  handler: () => {
    globalThis.onmessage = ({ data }) => console.log("BREACH", data);
  },
});
