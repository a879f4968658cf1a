/**
 * What random commands and schedules found once, each as the shortest story that shows it.
 *
 * @module
 */
import {
  boot,
  defineEvents,
  explore,
  KernelError,
  PNOTIFY_ERROR,
  PNOTIFY_NOSUB,
  PNOTIFY_OK,
} from "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";

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

Deno.test("cancelFork is not called when the module has left the forker's list since it agreed", () => {
  const { kernel, pnotify } = boot();
  const heard: string[] = [];
  const polite = defineEvents({
    name: "polite",
    fork: () => PNOTIFY_NOSUB,
    canFork: () => (heard.push("canFork"), PNOTIFY_OK),
    cancelFork: () => void heard.push("cancelFork"),
  });
  const shell = kernel.fork(kernel.init);
  pnotify.track(shell, polite);
  pnotify.register(defineEvents({
    name: "veto",
    global: true,
    fork: () => (pnotify.untrack(shell, polite), PNOTIFY_ERROR),
  }));
  assertThrows(() => kernel.fork(shell), KernelError);
  assertEquals(heard, ["canFork"]);
});

Deno.test("fork() is not called off by those who agreed when they are unregistered meanwhile", () => {
  const result = explore({
    setup({ kernel, pnotify }) {
      const state = { late: false, gone: false };
      const polite = defineEvents({
        name: "polite",
        fork: () => PNOTIFY_NOSUB,
        canFork: () => PNOTIFY_OK,
        cancelFork: () => void (state.late ||= state.gone),
      });
      pnotify.register(polite);
      pnotify.track(kernel.init, polite);
      pnotify.register(defineEvents({ name: "veto", global: true, fork: () => PNOTIFY_ERROR }));
      return Object.assign(state, { polite });
    },
    operations: {
      fork: ({ kernel }) => kernel.fork(kernel.init),
      unregister: ({ pnotify, state }) => {
        pnotify.unregister(state.polite);
        state.gone = true;
      },
    },
    check: ({ state }) => state.late ? ["cancelFork was called after unregister"] : [],
  });
  assertEquals(result.failures.map(({ broken, schedule }) => [schedule, ...broken]), []);
});
