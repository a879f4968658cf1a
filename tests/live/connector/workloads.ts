import { program } from "../support.ts";

/** Something that is run under `pnotify live`. */
export interface Workload {
  /** What it is. */
  readonly name: string;
  /** The programs that it takes. Where one is missing, the workload is left out. */
  readonly needs: readonly string[];
  /**
   * Makes what it takes.
   *
   * @param folder An empty folder: it runs in it.
   * @returns The command.
   */
  prepare(folder: string): Promise<readonly string[]> | readonly string[];
}

/** A shell script. */
function script(name: string, text: string, needs: readonly string[] = []): Workload {
  return { name, needs: ["bash", ...needs], prepare: () => ["bash", "-c", text] };
}

/** A C program of `programs/`, with how it is compiled and its arguments. */
function compiled(
  name: string,
  file: string,
  { flags, args = [] }: { flags?: readonly string[]; args?: readonly string[] } = {},
): Workload {
  const prepare = async () => [await program(file, flags), ...args];
  return { name, needs: ["cc"], prepare };
}

/** A program in the language of an interpreter. */
function source(name: string, command: readonly string[], file: string, text: string): Workload {
  const prepare = async (folder: string) => {
    await Deno.writeTextFile(`${folder}/${file}`, text);
    return [...command, file];
  };
  return { name, needs: [command[0]], prepare };
}

const make: Workload = {
  name: "make -j4 of 24 C files",
  needs: ["make", "cc"],
  async prepare(folder) {
    const names = Array.from({ length: 24 }, (_, index) => `part${index}`);
    for (const name of names) {
      await Deno.writeTextFile(`${folder}/${name}.c`, `int ${name}(int x) { return x + 1; }\n`);
    }
    const objects = names.map((name) => `${name}.o`).join(" ");
    const rules = `all.so: ${objects}\n\tcc -shared -o $@ $^\n%.o: %.c\n\tcc -fPIC -c -o $@ $<\n`;
    await Deno.writeTextFile(`${folder}/Makefile`, rules);
    return ["make", "-j4"];
  },
};

const npm: Workload = {
  name: "npm run in npm run",
  needs: ["npm", "node"],
  async prepare(folder) {
    const scripts = { outer: "npm run --silent inner", inner: "node -e 'process.exit(4)'" };
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ name: "w", scripts }));
    return ["npm", "--no-update-notifier", "run", "outer"];
  },
};

const cmake: Workload = {
  name: "cmake, configured and built",
  needs: ["cmake", "cc", "make"],
  async prepare(folder) {
    const lists = "cmake_minimum_required(VERSION 3.10)\nproject(w C)\nadd_executable(w w.c)\n";
    await Deno.writeTextFile(`${folder}/CMakeLists.txt`, lists);
    await Deno.writeTextFile(`${folder}/w.c`, "int main(void) { return 0; }\n");
    return ["sh", "-c", "cmake -B build . && cmake --build build"];
  },
};

const JAVA = `
public class Builders {
  public static void main(String[] args) throws Exception {
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      int code = i;
      threads[i] = new Thread(() -> {
        try {
          for (int n = 0; n < 2; n++) new ProcessBuilder("sh", "-c", "exit " + code).start().waitFor();
        } catch (Exception e) {
          System.exit(9);
        }
      });
      threads[i].start();
    }
    for (Thread thread : threads) thread.join();
  }
}
`;

const PYTHON = `
import multiprocessing, os, sys
def work(n):
    if n == 3: os._exit(7)
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        parts = [context.Process(target=work, args=(n,)) for n in range(4)]
        for part in parts: part.start()
        for part in parts: part.join()
    with multiprocessing.Pool(3) as pool: pool.map(abs, range(20))
`;

const NODE = `
const { Worker, isMainThread } = require("node:worker_threads");
const { execSync, spawnSync } = require("node:child_process");
if (isMainThread) {
  for (let i = 0; i < 3; i++) new Worker(__filename);
  execSync("true | cat");
} else {
  spawnSync("sh", ["-c", "exit 5"]);
}
`;

const DENO = `
const codes = [1, 2, 3].map((code) => new Deno.Command("sh", { args: ["-c", "exit " + code] }).output());
Deno.exit((await Promise.all(codes)).reduce((sum, { code }) => sum + code, 0));
`;

const PERL = `
for my $n (1 .. 5) { my $pid = fork; exit $n if $pid == 0; waitpid $pid, 0; }
my $text = \`echo one | cat\`;
open my $pipe, "-|", "seq", "3"; my @lines = <$pipe>; close $pipe;
system "sh", "-c", "kill -TERM \\$\\$";
exec "sh", "-c", "exit 6";
`;

const GIT = `
git init -q . && git config user.email w@example.org && git config user.name w
for n in 1 2 3; do echo $n >file && git add file && git commit -qm $n; done
git clone -q . copy && git gc -q && git log --oneline | cat
`;

const SIGNALS = `
timeout 0.2 sleep 30
timeout -s KILL 0.1 sleep 30
sh -c 'kill -9 $$'; sh -c 'kill -SEGV $$'; sh -c 'kill -ABRT $$'; sh -c 'kill -TERM $$'
sleep 30 & kill -STOP $!; kill -CONT $!; kill $!; wait $!
sh -c 'kill -STOP $$; exit 6' & p=$!
until grep -q '^State:.[tT]' /proc/$p/status; do sleep 0.01; done
kill -CONT $p; wait $p
`;

const DAEMONS = `
setsid sh -c 'sleep 0.1; exit 3' &
nohup sleep 0.1 >/dev/null 2>&1 &
(setsid sh -c '(sleep 0.2; exit 4) & exit 5' &)
( (sleep 0.1; exit 2) & )
exit 1
`;

const PIPELINES = `
for n in 1 2 3 4 5 6 7 8; do
  seq 50 | sort -rn | head -3 | while read -r line; do echo $line | cat; done
  diff <(seq 5) <(seq 6) | wc -l
  x=$(echo $(echo $n)); cat <<<"$x" > >(cat >/dev/null)
done
`;

const JOBS = `
set -m
sleep 30 & sleep 0.05 & true | cat &
kill %1; wait
(sleep 0.02; exit 3) & fg %+ ; bg 2>/dev/null
exec bash -c 'coproc cat; exec true'
`;

/** What is run, in this order. */
export const WORKLOADS: readonly Workload[] = [
  make,
  compiled("static program", "forks", { flags: ["-static"], args: ["20"] }),
  compiled("exec by a thread", "thread_exec"),
  compiled("leader first", "leader_first"),
  compiled("exit codes of threads", "raw_exit"),
  compiled("vfork, 300 times", "vforks"),
  script("bash: pipelines, <(), $()", PIPELINES, ["diff", "seq"]),
  script("timeout, kill, STOP and CONT", SIGNALS, ["timeout"]),
  script("daemons: setsid, nohup", DAEMONS, ["setsid", "nohup"]),
  script("bash: jobs, coproc, exec", JOBS),
  source("python: multiprocessing", ["python3"], "work.py", PYTHON),
  source("java: ProcessBuilder", ["java"], "Builders.java", JAVA),
  source("node: workers, execSync", ["node"], "work.cjs", NODE),
  npm,
  source("deno: Command", [Deno.execPath(), "run", "-A", "--no-config"], "work.ts", DENO),
  source("perl: fork, pipes, exec", ["perl"], "work.pl", PERL),
  cmake,
  script("git: commits, clone, gc", GIT, ["git"]),
  script("xargs -P4, find -exec", "seq 40 | xargs -P4 -n1 sh -c 'exit 0'; find . -exec true {} +", [
    "xargs",
    "find",
  ]),
  script(
    "unshare -pf",
    "unshare ${EUID:+$([ $EUID = 0 ] || echo -Ur)} -pf sh -c 'sleep 30 & (sh -c true &) ; exit 5'",
    ["unshare"],
  ),
  compiled("fork, 3000 times", "forks", { args: ["3000"] }),
  compiled("every way to make a child", "births"),
  compiled("memfd, ld.so, scripts", "programs_of_files"),
  compiled("CLONE_PARENT", "sibling"),
  compiled("CLONE_PARENT by the command", "own_sibling"),
  compiled("400 threads, and forks", "threads"),
  compiled("SIGKILL amid forks", "kills"),
  compiled("SIGKILL amid execs", "kill_at_exec"),
  compiled("SIGKILL amid execs by threads", "kill_at_exec", { args: ["60", "3"] }),
  compiled("threads end amid exit_group", "last_words"),
  compiled("groups killed, ended, replaced", "storm"),
];
