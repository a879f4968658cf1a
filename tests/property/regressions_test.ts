/**
 * What random commands and schedules found once, each as the shortest story that shows it.
 *
 * @module
 */
import { boot, defineEvents, PNOTIFY_OK } from "../../mod.ts";
import { assertEquals } from "@std/assert";

Deno.test("wait() does not reap a leader when its last thread is still in its exit hooks", () => {
  const { kernel, pnotify } = boot();
  const shell = kernel.fork(kernel.init);
  const leader = kernel.fork(shell);
  const thread = kernel.createThread(leader);
  let seen: unknown = "nothing";
  const nosy = defineEvents({
    name: "nosy",
    fork: () => PNOTIFY_OK,
    exit: () => void (seen = kernel.wait(shell, { noHang: true }).value),
  });
  pnotify.track(thread, nosy);
  kernel.exitThread(leader);
  kernel.exitThread(thread);
  assertEquals(seen, null);
  assertEquals(kernel.wait(shell).value?.pid, leader.pid);
});
