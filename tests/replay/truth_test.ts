import { assertEquals } from "@std/assert";
import { nodesOf, type ProcessNode, type Summary } from "../../replay/mod.ts";
import { folders, readData, RECORDINGS, recordingsIn, replayText } from "./support.ts";

interface Truth {
  readonly root: number;
  readonly ground_truth: Record<string, unknown>;
  readonly tree: readonly ProcessNode[];
}

interface Told {
  readonly summary: Summary;
  readonly tree: readonly ProcessNode[];
}

/** Something that a format does not carry, put in place of what was told so that all the rest can be compared. */
interface Difference {
  readonly what: string;
  readonly applies: (name: string, folder: string) => boolean;
  readonly amend: (told: Told, truth: Truth) => Told;
}

const isStrace = (name: string) => name === "strace.txt";
const isEvents = (name: string) => name === "cnproc.jsonl";
const isTracing = (name: string) => name.startsWith("ftrace") || name.startsWith("perf");

function amendNodes(
  { summary, tree }: Told,
  truth: Truth,
  amend: (node: ProcessNode, true_: ProcessNode) => Partial<ProcessNode>,
): Told {
  return {
    summary,
    tree: tree.map((node, i) => ({ ...node, ...amend(node, truth.tree[i] ?? node) })),
  };
}

const DIFFERENCES: readonly Difference[] = [
  {
    what: "the fork of the process that strace begins with",
    applies: isStrace,
    amend: (told, truth) =>
      amendNodes(
        told,
        truth,
        (node, { parent, creator_tid, clone_flags, parent_at_exit }) =>
          node.pid === truth.root ? { parent, creator_tid, clone_flags, parent_at_exit } : {},
      ),
  },
  {
    what: "clone flags and the paths of programs",
    applies: isEvents,
    amend: (told, truth) =>
      amendNodes(told, truth, (node, { clone_flags, execs }) => ({
        clone_flags,
        execs: node.execs.map((exec, i) => ({ ...exec, file: execs[i]?.file ?? null })),
      })),
  },
  {
    what: "who called clone with CLONE_PARENT",
    applies: isEvents,
    amend: (told, truth) =>
      amendNodes(
        told,
        truth,
        (_node, { clone_flags, creator_tid }) => clone_flags === "0x8000" ? { creator_tid } : {},
      ),
  },
  {
    what: "how processes ended, without the exit system calls",
    applies: (name) => name === "ftrace.txt" || name === "perf-script.txt",
    amend: (told, truth) => {
      assertEquals(told.summary.exit_codes, {});
      const exit_codes = truth.ground_truth.exit_codes as Summary["exit_codes"];
      const known = { ...told, summary: { ...told.summary, exit_codes } };
      return amendNodes(known, truth, (node, { exit }) => {
        assertEquals(node.exit, null);
        return { exit };
      });
    },
  },
  {
    what: "who became a subreaper or made a pid namespace, and so who adopted orphans",
    applies: (name, folder) => isTracing(name) && (folder === "subreaper" || folder === "pidns"),
    amend: (told, truth) => {
      const reparented = truth.ground_truth.reparented as Summary["reparented"];
      const known = { ...told, summary: { ...told.summary, reparented } };
      return amendNodes(known, truth, (_node, { parent_at_exit }) => ({ parent_at_exit }));
    },
  },
];

/** The clocks of the recorders differ, and each sees a fork at another place of the kernel. */
function withoutTimes(node: ProcessNode): Record<string, unknown> {
  const { start_ns: _start, end_ns: _end, ...rest } = node;
  return rest;
}

for (const folder of folders()) {
  for (const { name, file } of recordingsIn(folder)) {
    const differences = DIFFERENCES.filter(({ applies }) => applies(name, folder));
    const except = differences.length === 0
      ? ""
      : `, but not ${differences.map(({ what }) => what).join(", nor ")}`;
    Deno.test(`Replay tells of ${folder}/${name} what the truth is${except}`, async () => {
      const truth: Truth = JSON.parse(
        await Deno.readTextFile(new URL(`${folder}/truth.json`, RECORDINGS)),
      );
      const { replay, recording, kernel } = replayText(await readData(file), { chunk: 1000 });
      const tree = nodesOf(replay.processes, recording.clock);
      const told = differences.reduce<Told>(
        (before, { amend }) => amend(before, truth),
        { summary: replay.summary, tree },
      );
      assertEquals(told.tree.map(withoutTimes), truth.tree.map(withoutTimes));
      assertEquals(told.summary as unknown, truth.ground_truth);
      assertEquals(replay.warnings.kept, []);
      // Nothing was wrong with the kernel either, and only who made the first process is left in the model.
      assertEquals(kernel.reports, []);
      assertEquals(kernel.taskCount <= 4, true);
    });
  }
}

for (const folder of folders()) {
  const found = recordingsIn(folder).filter(({ name }) => !isStrace(name));
  if (found.length === 0) continue;
  Deno.test(`nodesOf() has the times of ${folder} on the recorder's clock`, async () => {
    const truth: Truth = JSON.parse(
      await Deno.readTextFile(new URL(`${folder}/truth.json`, RECORDINGS)),
    );
    for (const { file } of found) {
      const { replay, recording } = replayText(await readData(file), { debug: false });
      nodesOf(replay.processes, recording.clock).forEach((node, i) => {
        const { start_ns, end_ns } = truth.tree[i];
        // Both clocks are the same, and events are told within microseconds; other work was going on.
        assertEquals(Math.abs(node.start_ns! - start_ns!) < 5e6, true, `start of ${node.pid}`);
        assertEquals(Math.abs(node.end_ns! - end_ns!) < 15e6, true, `end of ${node.pid}`);
      });
    }
  });
}
