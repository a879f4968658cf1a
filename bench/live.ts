/**
 * Measures what `pnotify live` adds to a command, beside strace:
 *
 *     deno run -A bench/live.ts [--rounds=7] [--forks=1500] [--binary=dist/pnotify]
 *
 * A round runs each contender once over many forks and once over one, in an order drawn anew. The difference is what a
 * process costs, without the start. CPU time is that of everything that was started, the command included.
 *
 * @module
 */
import { denoArguments, findWorld } from "../tools/with_std.ts";
import { openChildClock } from "./cpu_clock.ts";
import { rootPath } from "./root.ts";
import { estimate } from "./statistics.ts";
import { formatEstimate, formatTable } from "./table.ts";

/** What runs the command. */
interface Contender {
  readonly name: string;
  readonly prefix: readonly string[];
}

/** What a contender took in one round, in milliseconds of CPU time. */
interface Series {
  /** For each process beyond the first. */
  readonly perProcess: number[];
  /** For the run with one process. */
  readonly start: number[];
}

/** At most so many times what strace adds, without figures and with all of them. */
const MOST_OVER_STRACE = { plain: 1, figures: 1.7 };

const clock = openChildClock();

async function cpuOf(command: readonly string[]): Promise<number> {
  const [program, ...args] = command;
  const before = clock!.now();
  const { success, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`Cannot measure ${program}: ${new TextDecoder().decode(stderr)}`);
  }
  return (clock!.now() - before) / 1e6;
}

async function sourceArguments(): Promise<string[]> {
  const config = `--config=${rootPath}deno.json`;
  const run = ["run", "-A", "--quiet", config, `${rootPath}runner/main.ts`];
  return denoArguments(run, await findWorld());
}

async function compileForks(folder: string): Promise<string> {
  const path = `${folder}/forks`;
  const source = `${rootPath}tests/live/programs/forks.c`;
  const { success, stderr } = await new Deno.Command("cc", { args: ["-O2", "-o", path, source] })
    .output();
  if (success) return path;
  throw new Error(`Cannot compile "${source}": ${new TextDecoder().decode(stderr)}`);
}

function contenders(pnotify: readonly string[]): Contender[] {
  const strace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=process", "-o", "/dev/null"];
  return [
    { name: "alone", prefix: [] },
    { name: "strace", prefix: strace },
    { name: "live --no-figures", prefix: [...pnotify, "live", "--no-figures", "--"] },
    { name: "live", prefix: [...pnotify, "live", "--"] },
    { name: "live -m csa", prefix: [...pnotify, "live", "-m", "csa", "--"] },
  ];
}

function shuffled<T>(list: readonly T[]): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

if (import.meta.main) {
  const option = (name: string) =>
    Deno.args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const rounds = Number(option("rounds") ?? 7);
  const forks = Number(option("forks") ?? 1500);
  const binary = option("binary");
  const pnotify = binary === undefined ? [Deno.execPath(), ...await sourceArguments()] : [binary];
  if (clock === null) throw new Error("Cannot measure CPU time: the C library cannot be called");
  const folder = await Deno.makeTempDir();
  try {
    const program = await compileForks(folder);
    const all = contenders(pnotify);
    const series = new Map<string, Series>(
      all.map(({ name }) => [name, { perProcess: [], start: [] }]),
    );
    for (let round = 0; round < rounds; round++) {
      for (const { name, prefix } of shuffled(all)) {
        const single = await cpuOf([...prefix, program, "1"]);
        const many = await cpuOf([...prefix, program, String(forks)]);
        series.get(name)!.start.push(single);
        series.get(name)!.perProcess.push((many - single) / (forks - 1));
      }
    }
    const alone = series.get("alone")!.perProcess;
    const strace = series.get("strace")!.perProcess;
    const rows = all.map(({ name }) => {
      const { perProcess, start } = series.get(name)!;
      const added = estimate([perProcess, alone], (own, base) => own - base);
      const ratio = estimate(
        [perProcess, strace, alone],
        (own, other, base) => (own - base) / (other - base),
      );
      return [
        name,
        formatEstimate(estimate([perProcess], (own) => own), 3),
        formatEstimate(added, 3),
        formatEstimate(ratio, 2),
        formatEstimate(estimate([start], (own) => own), 0),
      ];
    });
    console.log(formatTable(
      ["Who", "ms a process", "added", "of what strace adds", "ms for one process"],
      rows,
    ));
    const { plain, figures } = MOST_OVER_STRACE;
    console.log(`\nWanted: ${plain} without figures, ${figures} with figures and csa`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
