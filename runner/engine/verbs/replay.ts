import { optional, required, TASK } from "../shape.ts";
import { defineVerb, type Verb } from "../verb.ts";

/** The verb that replays a recording. */
export const REPLAY_VERBS: readonly Verb[] = Object.freeze([
  defineVerb({
    name: "replay",
    group: "processes",
    summary: "Let happen what a recording of real processes tells",
    fields: {
      file: required({ type: "file" }, "the recording, beside the scenario; packed or not"),
      root: optional(
        TASK,
        "who forks its first process, which inherits; without it that was there before",
      ),
      until: optional({ type: "duration" }, "how much of it, from its start; all by default"),
    },
    short: "file",
    binds: "value",
    actor: "root",
    example: "replay: { file: build.strace, root: sh, as: build }",
    run: (scene, args) => {
      const file = String(args.file);
      const replayed = scene.replay({
        name: file,
        text: scene.attachment(file),
        root: scene.optionalTask(args.root, "replay below"),
        until: (args.until ?? Infinity) as number,
      });
      return { value: replayed, text: replayed.text };
    },
  }),
]);
