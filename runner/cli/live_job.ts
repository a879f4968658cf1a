import { deadlySignalOf, exitCodeOf } from "../../kernel/wait_status.ts";
import type { LiveJob } from "../live/protocol.ts";

/** A run with figures and a filter, and without modules and reports. */
export function commandJob(command: readonly string[], wish: Partial<LiveJob>): LiveJob {
  return {
    command,
    pid: null,
    request: {
      recording: shellWords(command),
      pid: null,
      modules: [],
      params: [],
      check: false,
      keep: false,
      tree: false,
      timeline: false,
      width: 80,
    },
    filter: true,
    figures: true,
    untilRoot: false,
    killOnFault: false,
    follow: false,
    record: null,
    ...wish,
  };
}

/** A command line as a shell takes it: words are in quotes where they need them. */
export function shellWords(words: readonly string[]): string {
  const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  return words.map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word)).join(" ");
}

/** What a shell would say of this wait status. */
export function exitStatusOf(status: number): number {
  const signal = deadlySignalOf(status);
  return signal === 0 ? exitCodeOf(status) : 128 + signal;
}
