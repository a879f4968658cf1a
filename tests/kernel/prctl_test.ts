import { assertEquals } from "@std/assert";
import { PF_SUBREAPER } from "../../mod.ts";
import { bootShell, collect, watch } from "./shell.ts";
import { assertRefused } from "./snapshot.ts";

Deno.test("rename() changes the comm of one task, cut to 15 characters", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  kernel.rename(thread, "a-name-that-is-too-long");
  assertEquals([thread.comm, sh.comm], ["a-name-that-is-", "sh"]);
  kernel.rename(thread, "");
  assertEquals(String(thread), "[4]");
});

Deno.test("rename() is traced and heard of with the name before", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const traced = collect(kernel, "rename");
  const heard: string[] = [];
  watch(world, {
    rename: (task, _subscriber, before) => void heard.push(`${before} ${task.comm}`),
  });
  kernel.rename(sh, "bash");
  assertEquals(traced.map(({ task, from }) => [task, from]), [["bash[3]", "sh[3]"]]);
  assertEquals(heard, ["sh bash"]);
});

Deno.test("rename() is refused with EINVAL for what is no string", () => {
  const world = bootShell();
  for (const comm of [undefined, null, 5, {}]) {
    assertRefused(world, "EINVAL", () => world.kernel.rename(world.sh, comm as string));
  }
});

Deno.test("setSubreaper() is for the process, whichever thread calls it", () => {
  const { kernel, sh } = bootShell();
  const thread = kernel.createThread(sh);
  kernel.setSubreaper(thread, true);
  assertEquals([sh.flags & PF_SUBREAPER, thread.flags & PF_SUBREAPER], [PF_SUBREAPER, 0]);
  kernel.setSubreaper(thread, false);
  assertEquals(sh.flags & PF_SUBREAPER, 0);
});

Deno.test("rename() and setSubreaper() are refused with ESRCH when the task has ended", () => {
  const world = bootShell();
  const { kernel, sh } = world;
  const child = kernel.fork(sh);
  kernel.exit(child);
  assertRefused(world, "ESRCH", () => kernel.rename(child, "x"));
  assertRefused(world, "ESRCH", () => kernel.setSubreaper(child, true));
});
