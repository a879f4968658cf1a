import { assertEquals } from "@std/assert";
import { defineModule, type KernelModule } from "../../kernel/module.ts";
import { defineEvents } from "../../pnotify/events.ts";
import { PNOTIFY } from "../../pnotify/pnotify.ts";
import { PNOTIFY_NOSUB, PNOTIFY_OK } from "../../pnotify/verdict.ts";
import { eventsHeader, formatEvent, Recording } from "../../replay/mod.ts";
import { shippedModules } from "../../runner/engine/shipped.ts";
import { type ReplayOutcome, ReplaySession } from "../../runner/replay/session.ts";
import { lines } from "./support.ts";

/** Logs by whom each task is subscribed that runs a program. */
const spy: KernelModule = defineModule({
  name: "spy",
  license: "GPL",
  uses: { pnotify: PNOTIFY },
  load({ pnotify, printk }) {
    const events = defineEvents({
      name: "spy",
      module: "spy",
      global: true,
      fork: () => PNOTIFY_OK,
      exec: (task) => printk(`${task.pid}: ${pnotify.subscribersOf(task).join(" ")}`),
    });
    pnotify.register(events);
    return events;
  },
  unload({ pnotify }, events) {
    pnotify.unregister(events);
  },
}) as unknown as KernelModule;

/** Two roots, one with a child and a grandchild, and one with a child. */
const STRACE = lines(`
  50 execve("/bin/sh", ["sh"], 0x1 /* 1 var */) = 0
  50 clone(child_stack=NULL, flags=SIGCHLD) = 60
  60 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0
  60 clone(child_stack=NULL, flags=SIGCHLD) = 70
  70 execve("/bin/b", ["b"], 0x1 /* 1 var */) = 0
  70 +++ exited with 0 +++
  60 +++ exited with 0 +++
  50 +++ exited with 0 +++
  90 execve("/bin/make", ["make"], 0x1 /* 1 var */) = 0
  90 clone(child_stack=NULL, flags=SIGCHLD) = 91
  91 execve("/bin/cc", ["cc"], 0x1 /* 1 var */) = 0
  91 +++ exited with 0 +++
  90 +++ exited with 0 +++
`);

/** The same as an event recording. */
function asEvents(): string {
  const events: string[] = [];
  const recording = new Recording({ sink: (event) => events.push(formatEvent(event)) });
  recording.push(STRACE);
  recording.end();
  return eventsHeader() + events.join("");
}

interface Wish {
  readonly params?: readonly string[];
  readonly more?: ReadonlyMap<string, KernelModule>;
}

function replay(text: string, names: readonly string[], { params = [], more }: Wish = {}) {
  const modules = new Map([...shippedModules(), ["spy", spy], ...more ?? []]);
  const session = new ReplaySession({
    recording: "test",
    pid: null,
    modules: [...names, "spy"].map((name) => ({ name, isFile: false })),
    params,
    check: true,
    keep: true,
    tree: true,
    timeline: false,
    width: 80,
  }, modules);
  session.push(text);
  return session.finish();
}

/** By whom each task was subscribed when it ran a program, by its pid. */
function subscribersIn({ log, reports, failure }: ReplayOutcome): Record<string, string> {
  assertEquals([reports, failure], [[], null]);
  const said = log.map((line) => /\] (\d+): (.*)$/.exec(line)).filter((match) => match !== null);
  return Object.fromEntries(said.map(([, pid, names]) => [pid, names]));
}

const refusedIn = ({ report }: ReplayOutcome) =>
  report.tree!.filter(({ refused }) => refused !== undefined)
    .map(({ pid, refused }) => [pid, refused]);

for (const [form, text] of [["a recording of strace", STRACE], ["events", asEvents()]] as const) {
  for (
    const [name, ...params] of [
      ["fork_limit"],
      ["keyring"],
      ["widget"],
      ["test_module"],
      ["test_module", "everybody=false"],
      ["job"],
    ]
  ) {
    const how = [name, ...params].join(" with ");
    Deno.test(`ReplaySession subscribes each root of ${form}, and so all below it, to ${how}`, () => {
      const told = subscribersIn(replay(text, [name], { params }));
      assertEquals(told, { 50: name, 60: name, 70: name, 90: name, 91: name });
    });
  }

  Deno.test(`ReplaySession limits each root of ${form} as if fork_limit had been told to`, () => {
    const outcome = replay(text, ["fork_limit"], { params: ["depth=1"] });
    assertEquals(refusedIn(outcome), [[70, "EAGAIN"]]);
    assertEquals(outcome.report.gaps.refused_forks, 1);
    assertEquals(refusedIn(replay(text, ["fork_limit"], { params: ["per_user=1"] })), [
      [60, "EAGAIN"],
      [70, "EAGAIN"],
      [91, "EAGAIN"],
    ]);
  });

  Deno.test(`ReplaySession gives each root of ${form} a job, and csa accounts for all of it`, () => {
    const { report, accounting } = replay(text, ["job", "csa"]);
    assertEquals(report.tree!.map(({ pid, job }) => [pid, job]), [
      [50, "0x1"],
      [60, "0x1"],
      [70, "0x1"],
      [90, "0x2"],
      [91, "0x2"],
    ]);
    assertEquals(accounting[0].map(([job]) => job), ["JOB", "0x1", "0x2", "total"]);
  });
}

Deno.test("ReplaySession leaves a process alone that is only named as a parent", () => {
  const fork = '{"t":1,"ev":"fork","pid":60,"tgid":60,"ppid":50,"ptgid":50}\n';
  const execs = (...pids: number[]) => pids.map((pid) => `{"t":2,"ev":"exec","pid":${pid}}\n`);
  const again = '{"t":3,"ev":"fork","pid":61,"tgid":61,"ppid":50,"ptgid":50}\n';
  // Each child of it begins a tree of its own: it inherits nothing, and is limited by itself.
  const text = fork + again + execs(60, 61).join("");
  assertEquals(subscribersIn(replay(text, ["widget"])), { 60: "widget", 61: "widget" });
  const limited = replay(text, ["fork_limit", "job"], { params: ["per_user=1"] });
  assertEquals(refusedIn(limited), []);
  assertEquals(limited.report.tree!.map(({ job }) => job), ["0x1", "0x2"]);
  // It counts as soon as it does something.
  const told = subscribersIn(replay(fork + execs(60, 50).join(""), ["widget"]));
  assertEquals(told, { 50: "widget", 60: "widget" });
});

Deno.test("ReplaySession gives tasks the recorded pids up to the highest that there are", () => {
  const highest = 4_194_303;
  const text = asEvents().replaceAll(/"pid":70\b/g, `"pid":${highest}`)
    .replaceAll('"tgid":70,', `"tgid":${highest},`);
  const outcome = replay(text, ["job", "csa", "widget"]);
  assertEquals(subscribersIn(outcome)[highest], "job widget");
  const node = outcome.report.tree!.find(({ pid }) => pid === highest)!;
  assertEquals(node.accounting?.pid, highest);
});

Deno.test("ReplaySession lets stand what the init hook of a module decided", () => {
  const picky = defineModule({
    name: "picky",
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    load({ pnotify }) {
      const events = defineEvents({
        name: "picky",
        module: "picky",
        init: (task) => task.pid === 50 ? PNOTIFY_OK : PNOTIFY_NOSUB,
        fork: () => PNOTIFY_OK,
      });
      pnotify.register(events);
      return events;
    },
    unload({ pnotify }, events) {
      pnotify.unregister(events);
    },
  }) as unknown as KernelModule;
  const more = new Map([["picky", picky]]);
  assertEquals(subscribersIn(replay(STRACE, ["picky"], { more })), {
    50: "picky",
    60: "picky",
    70: "picky",
    90: "",
    91: "",
  });
});

Deno.test("ReplaySession subscribes no process that is not a root by itself", () => {
  const deaf = defineModule({
    name: "deaf",
    license: "GPL",
    uses: { pnotify: PNOTIFY },
    load({ pnotify }) {
      // Its children go without it.
      const events = defineEvents({ name: "deaf", module: "deaf", fork: () => PNOTIFY_NOSUB });
      pnotify.register(events);
      return events;
    },
    unload({ pnotify }, events) {
      pnotify.unregister(events);
    },
  }) as unknown as KernelModule;
  const told = subscribersIn(replay(STRACE, ["deaf"], { more: new Map([["deaf", deaf]]) }));
  assertEquals(told, { 50: "deaf", 60: "", 70: "", 90: "deaf", 91: "" });
});

Deno.test("ReplaySession makes a job for a root whose user may make none", () => {
  const text = eventsHeader() + lines(`
    {"ev":"found","pid":50,"ppid":1,"t":1,"uid":65534,"gid":65534,"comm":"sh"}
    {"ev":"exit","pid":50,"t":2,"code":0}
  `);
  const { report } = replay(text, ["job", "csa"]);
  const [root] = report.tree!;
  assertEquals([root.job !== null, root.accounting !== null], [true, true]);
});
