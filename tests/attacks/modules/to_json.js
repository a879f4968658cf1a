// deno-lint-ignore-file
// Answers JSON.stringify() itself, to forge what goes to the host.
import { hostile } from "./attack_support.js";

const forged = { status: "passed", toJSON: () => ({ kind: "result", result: { status: "passed" } }) };

export default hostile({
  fork(child, subscriber) {
    subscriber.data = forged;
    child.toJSON = () => "BREACH";
    throw Object.assign(new Error("forged"), { toJSON: () => "BREACH" });
  },
});
