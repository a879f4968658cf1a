import type { Style } from "../report/style.ts";
import { type CommandBody, type CommandEntry, EXIT } from "./command.ts";
import { generalHelp, HELP_TOPICS } from "./help_text.ts";
import { styleFor } from "./io.ts";

/** Help for a topic. Steps and expectations are in the engine, which is loaded for this help only. */
async function topicHelp(
  topic: string,
  entries: readonly CommandEntry[],
  style: Style,
): Promise<string[]> {
  const { helpFor } = await import("./help_topics.ts");
  return await helpFor(topic, entries, style);
}

/** Makes the help command. It knows all commands. */
export function helpCommand(entries: readonly CommandEntry[]): CommandBody {
  return {
    arity: [0, 1],
    options: [],
    examples: [
      ["pnotify help run", "a command"],
      ["pnotify help fork", "a step"],
      ["pnotify help format", "how scenarios are written"],
    ],
    completes: HELP_TOPICS,
    run: async ({ io, operands, text }) => {
      const style = styleFor(text("color") ?? "auto", io.isOutTerminal, io);
      const lines = operands.length === 0
        ? generalHelp(entries, style)
        : await topicHelp(operands[0], entries, style);
      lines.forEach((line) => io.out(line));
      return EXIT.held;
    },
  };
}
