import { assertEquals } from "@std/assert";
import { main } from "../../runner/cli/cli.ts";
import type { Io } from "../../runner/cli/io.ts";
import { RECORDINGS } from "./support.ts";

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function pnotify(...args: string[]): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    isOutTerminal: false,
    isErrTerminal: false,
    progress: () => {},
    env: () => undefined,
  };
  const status = await main(args, io);
  return { status, out: out.join("\n"), err: err.join("\n") };
}

const recording = (path: string) => decodeURIComponent(new URL(path, RECORDINGS).pathname);

async function withFile(text: string | Uint8Array, use: (path: string) => Promise<void>) {
  const path = await Deno.makeTempFile({ suffix: ".strace" });
  try {
    await (typeof text === "string" ? Deno.writeTextFile(path, text) : Deno.writeFile(path, text));
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("pnotify replay sums a recording up", async () => {
  const { status, out, err } = await pnotify("replay", recording("make/strace.txt"));
  assertEquals([status, err], [0, ""]);
  assertEquals(out.includes("execs        26 (98 more failed)"), true);
  assertEquals(out.includes("\ncc1          7       0"), true);
});

Deno.test("pnotify replay --report json has the summary and the tree of the ground truth", async () => {
  const path = recording("daemon/ftrace-plus.txt");
  const { status, out } = await pnotify("replay", path, "--report", "json");
  const truth = JSON.parse(await Deno.readTextFile(new URL("daemon/truth.json", RECORDINGS)));
  const report = JSON.parse(out);
  assertEquals([status, report.summary], [0, truth.ground_truth]);
  assertEquals(
    report.tree.map(({ pid, parent, exit }: Record<string, unknown>) => [pid, parent, exit]),
    truth.tree.map(({ pid, parent, exit }: Record<string, unknown>) => [pid, parent, exit]),
  );
});

Deno.test("pnotify replay --tree shows jobs when the module job is loaded", async () => {
  const { out } = await pnotify(
    ...["replay", recording("daemon/strace.txt"), "--tree", "-m", "job", "--width", "70"],
  );
  assertEquals(out.split("\n").filter((line) => line.includes("[")), [
    "w_daemon [12881]                                  exit 0  57.7 ms  0x1",
    "`- w_daemon [12882]                               exit 0  1.20 ms  0x1",
    "   `- mydaemond [12883]                           exit 0   214 ms  0x1",
    "      `- mydaemond [12884]                        exit 2  11.0 ms  0x1",
  ]);
});

Deno.test("pnotify replay has each process's accounting when csa is loaded", async () => {
  const path = recording("daemon/strace.txt");
  const { out } = await pnotify("replay", path, "--report", "json", "--module", "csa");
  const [first] = JSON.parse(out).tree;
  assertEquals([first.job, first.accounting.pid, first.accounting.userTime], ["0x1", 12881, null]);
});

Deno.test("pnotify replay gives parameters to the module that has them", async () => {
  const path = recording("daemon/strace.txt");
  const twice = await pnotify("replay", path, "-m", "csa", "-p", "csa.keep=3", "-p", "rate=2");
  assertEquals(twice.status, 0);
  const none = await pnotify("replay", path, "-m", "csa", "-p", "limit=3");
  assertEquals(none.status, 2);
  assertEquals(
    none.err,
    'error: Cannot set parameter "limit=3": no module has it, MODULE.NAME=VALUE is wanted (EINVAL)',
  );
});

Deno.test("pnotify replay unpacks what is packed with gzip", async () => {
  const { status, out } = await pnotify("replay", recording("storm1000/cnproc.jsonl.gz"));
  assertEquals([status, out.includes("processes    1001, 1001 ended")], [0, true]);
});

Deno.test("pnotify replay goes through several recordings", async () => {
  const paths = ["daemon/strace.txt", "daemon/cnproc.jsonl"].map(recording);
  const { status, out } = await pnotify("replay", ...paths, "--report", "json");
  const formats = JSON.parse(out).map((report: { format: string }) => report.format);
  assertEquals([status, formats], [0, ["strace", "events"]]);
});

Deno.test("pnotify replay says what is wrong and where, and fails for it with --strict only", async () => {
  const text = '5 execve("/bin/a", ["a"], 0x1 /* 1 var */) = 0\nrubbish\n5 +++ exited with 0 +++\n';
  await withFile(text, async (path) => {
    const lenient = await pnotify("replay", path);
    assertEquals(lenient.status, 0);
    assertEquals(lenient.err, `warning: ${path}:2: no strace line: rubbish`);
    assertEquals((await pnotify("replay", "--strict", path)).status, 1);
  });
});

Deno.test("pnotify replay --strict lets records of unknown kinds pass, and says once that there are some", async () => {
  const text = '{"format":"pnotify-events","version":1}\n{"t":1,"ev":"exec","pid":5}\n' +
    '{"t":2,"ev":"freeze","pid":5}\n{"t":3,"ev":"exit","pid":5,"tgid":5,"status":0}\n';
  await withFile(text, async (path) => {
    const { status, err } = await pnotify("replay", "--strict", path);
    const said = "records of unknown kinds were passed over: 1 freeze";
    assertEquals([status, err], [0, `warning: ${path}:3: ${said}`]);
  });
  await withFile(`${text}rubbish\n`, async (path) => {
    assertEquals((await pnotify("replay", "--strict", path)).status, 1);
  });
});

Deno.test("pnotify replay refuses what is no recording", async () => {
  for (const bytes of ["", "hello\n", new Uint8Array([0x1f, 0x8b, 1, 2, 3])]) {
    await withFile(bytes, async (path) => {
      const { status, err } = await pnotify("replay", path);
      assertEquals(status, 2);
      assertEquals(err.startsWith("error: Cannot "), true);
    });
  }
});

Deno.test("pnotify replay refuses a file that is not there, and goes on with the others", async () => {
  const { status, out, err } = await pnotify(
    ...["replay", "/does/not/exist", recording("daemon/strace.txt")],
  );
  assertEquals([status, err], [2, 'error: Cannot read "/does/not/exist": there is no such file']);
  assertEquals(out.includes("processes    4"), true);
});

Deno.test("pnotify replay prints why a module file was refused, and ends with status 2", async () => {
  await withFile('import "node:fs";\n', async (path) => {
    const module = path.replace(/strace$/, "js");
    await Deno.copyFile(path, module);
    try {
      const args = ["replay", recording("daemon/strace.txt"), "-m", module];
      const { status, out, err } = await pnotify(...args);
      assertEquals([status, out], [2, ""]);
      assertEquals(err.split("\n").slice(0, 2).join("\n").includes(`${module}:1:`), true, err);
    } finally {
      await Deno.remove(module);
    }
  });
});

Deno.test("pnotify replay ends with status 3 when a module file does not finish loading", async () => {
  await withFile("for (;;);\n", async (path) => {
    const module = path.replace(/strace$/, "js");
    await Deno.copyFile(path, module);
    try {
      const args = ["replay", recording("daemon/strace.txt"), "-m", module];
      const { status, out, err } = await pnotify(...args, "--timeout", "2");
      assertEquals([status, out, err.startsWith("error: ")], [3, "", true], err);
    } finally {
      await Deno.remove(module);
    }
  });
});

Deno.test("pnotify replay suggests the module that was meant", async () => {
  const { status, err } = await pnotify("replay", "-m", "jbo", recording("daemon/strace.txt"));
  assertEquals([status, err.includes('did you mean "job"?')], [2, true]);
});

Deno.test("pnotify replay --check finds nothing wrong with the shipped modules", async () => {
  const modules = ["-m", "job", "-m", "csa", "-m", "test_module", "-m", "widget", "-m", "keyring"];
  for (const folder of ["session", "threadexec", "pidns", "signal", "subreaper"]) {
    const path = recording(`${folder}/strace.txt`);
    const { status, err } = await pnotify("replay", path, "--check", ...modules);
    assertEquals([status, err], [0, ""], folder);
  }
});
