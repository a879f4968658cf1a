import { assert, assertEquals } from "@std/assert";
import { live, type LiveRun, nodes, shell, testLive } from "./support.ts";

const kinds = (run: LiveRun, kind: string) => run.events.filter(({ ev }) => ev === kind);

testLive("who killed whom is told", async () => {
  const run = await live(shell("sleep 300 & p=$!; kill -9 $p; wait $p"));
  const [root, child] = nodes(run);
  const [kill] = kinds(run, "kill");
  assertEquals([kill.pid, kill.target, kill.signal], [root.pid, child.pid, 9]);
});

testLive("a signal from outside of the tree is told with its sender", async () => {
  const running = live(shell("trap 'exit 5' TERM; echo $$ >&2; while :; do sleep 0.05; done"), {
    options: ["-m", "job"],
  });
  const pid = await rootOf();
  Deno.kill(pid, "SIGTERM");
  const run = await running;
  assertEquals(run.status, 5);
  const kill = kinds(run, "kill").find(({ signal }) => signal === 15)!;
  assertEquals([kill.pid, kill.target], [Deno.pid, pid]);
});

/** The command of the run that is under way: the only task below this process that is traced. */
async function rootOf(): Promise<number> {
  for (;;) {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const line = await readIfThere(`/proc/${name}/cmdline`);
      if (line.startsWith("sh\0-c\0trap 'exit 5' TERM")) {
        const status = await readIfThere(`/proc/${name}/status`);
        if (!/TracerPid:\t0\n/.test(status)) {
          await new Promise((go) => setTimeout(go, 100));
          return Number(name);
        }
      }
    }
    await new Promise((go) => setTimeout(go, 20));
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}

testLive("a parent that waits for the end of a child is told", async () => {
  const run = await live(shell("sleep 0.05; exit 0"));
  const [root, child] = nodes(run);
  assertEquals(kinds(run, "wait").map((wait) => [wait.pid, wait.child]), [[root.pid, child.pid]]);
});

testLive("sessions, groups and names are told when they change", async () => {
  const run = await live([
    "setsid",
    "--wait",
    "sh",
    "-c",
    "printf worker >/proc/self/comm; exit 0",
  ]);
  assert(kinds(run, "sid").length === 1);
  const groups = await live(["bash", "-mc", "true & wait"]);
  assert(kinds(groups, "pgid").length >= 1, JSON.stringify(groups.events));
});

testLive("a change of the user is told, where this user may change it", async () => {
  if (Deno.uid() !== 0) return;
  const command = ["setpriv", "--reuid", "65534", "--regid", "65533", "--clear-groups", "true"];
  const run = await live(command);
  assertEquals(kinds(run, "uid").map(({ r }) => r), [65534]);
  assertEquals(kinds(run, "gid").map(({ r }) => r), [65533]);
});

testLive("csa has every figure of every process", async () => {
  const run = await live(shell("head -c 300000 /dev/zero >/dev/null; exit 0"), {
    options: ["-m", "csa"],
  });
  const head = nodes(run).find(({ execs }) => execs.at(-1)?.file?.endsWith("/head"))!;
  const { memory, io, userTime, systemTime } = head.accounting as {
    memory: { coreHighWater: number; minorFaults: number };
    io: { charsRead: number; charsWritten: number };
    userTime: number;
    systemTime: number;
  };
  assert(io.charsRead >= 300000 && io.charsWritten >= 300000, JSON.stringify(io));
  assert(memory.coreHighWater > 0 && memory.minorFaults > 0);
  assert(userTime + systemTime > 0);
});
