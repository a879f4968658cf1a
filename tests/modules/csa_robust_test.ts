import { assertEquals } from "@std/assert";
import { CSA, type Csa, csa } from "../../modules/csa/mod.ts";
import { JOB, job, type Jobs } from "../../modules/job/mod.ts";
import { explore } from "../../check/explore.ts";

Deno.test("tasks that end, a file that begins and an operator that stops fall together in every order", () => {
  const result = explore({
    setup({ kernel }) {
      kernel.modules.insmod(job);
      kernel.modules.insmod(csa);
      const jobs = kernel.symbols.find(JOB.name)!.value as Jobs;
      const accounting = kernel.symbols.find(CSA.name)!.value as Csa;
      const shell = kernel.fork(kernel.init);
      jobs.create({ task: shell });
      return { accounting, shell, child: kernel.fork(shell) };
    },
    operations: {
      end: ({ kernel, state }) => kernel.exit(state.child),
      begin: ({ state }) => state.accounting.startUserFile({ task: state.shell, path: "/u" }),
      stop: ({ kernel, state }) => state.accounting.stop({ task: kernel.init, kinds: ["csa"] }),
      report: ({ state }) => state.accounting.reportText({ by: "job" }),
    },
    predicates: {
      "the end is in the system file": ({ state }) =>
        state.accounting.records().some(({ type }) => type === "process"),
      "the end is in the user's file": ({ state }) =>
        state.accounting.records({ path: "/u" }).length === 1,
    },
    preemptions: 1,
  });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.complete, true);
  assertEquals(result.predicates["the end is in the system file"].verdict, "sometimes");
  assertEquals(result.predicates["the end is in the user's file"].verdict, "sometimes");
});

Deno.test("a job that ends while its file is begun does not keep it", () => {
  const closed: string[] = [];
  const result = explore({
    setup({ kernel }) {
      closed.length = 0;
      kernel.modules.insmod(job);
      kernel.modules.insmod(csa, { params: { file: "" } });
      const jobs = kernel.symbols.find(JOB.name)!.value as Jobs;
      const accounting = kernel.symbols.find(CSA.name)!.value as Csa;
      accounting.useFiles({
        open: (path) => ({ write() {}, close: () => void closed.push(path) }),
      });
      const shell = kernel.fork(kernel.init);
      jobs.create({ task: shell });
      return { jobs, accounting, shell };
    },
    operations: {
      begin: ({ state }) => state.accounting.startUserFile({ task: state.shell, path: "/u" }),
      detach: ({ kernel, state }) =>
        state.jobs.detachPid({ task: kernel.init, pid: state.shell.pid }),
    },
    predicates: {
      "an open file is left": ({ outcomes }) => outcomes.begin === "done" && closed.length === 0,
      "it came too late": ({ outcomes }) => outcomes.begin !== "done",
    },
  });
  assertEquals(result.failures.length, 0, result.text);
  assertEquals(result.predicates["an open file is left"].verdict, "never", result.text);
  assertEquals(result.predicates["it came too late"].verdict, "sometimes");
});
