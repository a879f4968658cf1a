import { assertEquals, assertThrows } from "@std/assert";
import {
  boot,
  defineEvents,
  type EventsDescription,
  type Kernel,
  KernelError,
  PNOTIFY_ERROR,
  PNOTIFY_OK,
  type Verdict,
} from "../../mod.ts";

/*
 * KernelError.refusedBy tells whether a module refused a call, and which. Both walks over the lists say the same.
 */

function failFork(kernel: Kernel): KernelError {
  return assertThrows(() => kernel.fork(kernel.init), KernelError);
}

/** Who refused a fork, with checks and without. */
function refuser(
  description: Partial<EventsDescription<unknown>>,
  code: string,
): (string | null)[] {
  return [true, false].map((debug) => {
    const { kernel, pnotify } = boot({ debug });
    const events = defineEvents({
      name: "rule",
      fork: () => PNOTIFY_OK,
      ...description as { taskData?: undefined },
    });
    pnotify.track(kernel.init, events, { data: null });
    const error = failFork(kernel);
    assertEquals(error.code, code);
    return error.refusedBy;
  });
}

const throwing = (error: unknown) => (): never => {
  throw error;
};
const refusal = new KernelError("EDQUOT", { action: "fork", found: "it is not wanted" });

Deno.test("KernelError.refusedBy names the module when a fork hook refuses", () => {
  assertEquals(refuser({ fork: () => PNOTIFY_ERROR }, "EPERM"), ["rule", "rule"]);
  assertEquals(refuser({ fork: () => -11 as Verdict }, "EAGAIN"), ["rule", "rule"]);
  assertEquals(refuser({ fork: throwing(refusal) }, "EDQUOT"), ["rule", "rule"]);
  assertEquals(refuser({ fork: () => -14 as Verdict }, "EFAULT"), ["rule", "rule"]);
});

Deno.test("KernelError.refusedBy names the module when canFork refuses", () => {
  assertEquals(refuser({ canFork: () => PNOTIFY_ERROR }, "EPERM"), ["rule", "rule"]);
  assertEquals(refuser({ canFork: throwing(refusal) }, "EDQUOT"), ["rule", "rule"]);
});

Deno.test("KernelError.refusedBy names the module of the structure, not the structure", () => {
  const module = "owner";
  assertEquals(refuser({ module, fork: () => PNOTIFY_ERROR }, "EPERM"), ["owner", "owner"]);
});

Deno.test("KernelError.refusedBy names the module when its taskData refuses", () => {
  const taskData = { create: throwing(refusal) };
  assertEquals(refuser({ taskData }, "EDQUOT"), ["rule", "rule"]);
});

Deno.test("KernelError.refusedBy is null when a module breaks down", () => {
  assertEquals(refuser({ fork: throwing(new TypeError("a mistake")) }, "EFAULT"), [null, null]);
  assertEquals(refuser({ fork: () => "no" as unknown as Verdict }, "EFAULT"), [null, null]);
  assertEquals(refuser({ fork: () => -4096 as Verdict }, "EFAULT"), [null, null]);
  assertEquals(refuser({ canFork: throwing(new TypeError("a mistake")) }, "EFAULT"), [null, null]);
  const taskData = { create: throwing(new TypeError("a mistake")) };
  assertEquals(refuser({ taskData }, "EFAULT"), [null, null]);
});

Deno.test("KernelError.refusedBy is null for what the kernel refuses", () => {
  const { kernel } = boot({ threadsMax: 3 });
  assertEquals(failFork(kernel).refusedBy, null);
  const { kernel: other } = boot();
  const given = assertThrows(() => other.fork(other.init, { pid: 1 }), KernelError);
  assertEquals([given.code, given.refusedBy], ["EEXIST", null]);
  assertEquals(new KernelError("EPERM").refusedBy, null);
});

Deno.test("KernelError.refusedBy names the module that throws a frozen error", () => {
  const frozen = Object.freeze(new KernelError("EDQUOT", "not wanted"));
  assertEquals(refuser({ fork: throwing(frozen) }, "EDQUOT"), ["rule", "rule"]);
});

Deno.test("KernelError.refusedBy names the outermost module when a refusal passes through two", () => {
  const { kernel, pnotify } = boot();
  const inner = defineEvents({ name: "inner", fork: () => PNOTIFY_ERROR });
  const outer = defineEvents({
    name: "outer",
    fork: (child) => (void kernel.fork(child.parent!.firstChild!), PNOTIFY_OK),
  });
  const shell = kernel.fork(kernel.init);
  pnotify.track(shell, inner);
  pnotify.track(kernel.init, outer);
  // The fork inside is refused by one module, and the other hands the error on as its own verdict.
  const error = assertThrows(() => kernel.fork(kernel.init), KernelError);
  assertEquals([error.code, error.refusedBy], ["EPERM", "outer"]);
});

Deno.test("KernelError.refusedBy names the module when an init hook fails a registration", () => {
  const { pnotify } = boot();
  const events = defineEvents({ name: "rule", init: () => PNOTIFY_ERROR, fork: () => PNOTIFY_OK });
  assertEquals(assertThrows(() => pnotify.register(events), KernelError).refusedBy, "rule");
});

Deno.test("KernelError.refusedBy names a global structure that refuses", () => {
  const { kernel, pnotify } = boot();
  pnotify.register(defineEvents({ name: "all", global: true, fork: () => PNOTIFY_ERROR }));
  assertEquals(failFork(kernel).refusedBy, "all");
});
