import * as fc from "fast-check";
import { assertEquals } from "@std/assert";
import { Errno, type ErrnoName } from "../../kernel/errno.ts";
import { RESOURCE_NAMES } from "../../kernel/resources.ts";
import { eventsHeader, formatEvent, type RecordedEvent } from "../../replay/mod.ts";
import { eventsOf } from "./support.ts";

const pid = fc.integer({ min: 1, max: 4_194_304 });
const id = fc.integer({ min: 0, max: 4_294_967_294 });
const group = fc.integer({ min: 0, max: 4_194_303 });
const signal = fc.integer({ min: 1, max: 64 });
const text = fc.string({ unit: "binary", maxLength: 20 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const errno = fc.constantFrom(...Object.keys(Errno) as ErrnoName[]);
const status = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((code) => code << 8),
  fc.tuple(signal, fc.boolean()).map(([signal, core]) => signal | (core ? 0x80 : 0)),
);

/** Any event but for its place. A fork tells its process, and who called clone where it tells a parent. */
const body: fc.Arbitrary<Record<string, unknown> & { readonly type: RecordedEvent["type"] }> = fc
  .oneof(
    fc.record({
      type: fc.constant("fork" as const),
      pid,
      creator: pid,
      creatorTgid: pid,
      parent: maybe(pid),
      flags: maybe(fc.integer({ min: 0, max: 2 ** 33 })),
      comm: maybe(text),
    }).chain((fork) =>
      fc.oneof(
        fc.constant({ ...fork, tgid: fork.pid, thread: false }),
        fc.constant({ ...fork, tgid: fork.pid, thread: null }),
        pid.filter((tgid) => tgid !== fork.pid).map((tgid) => ({ ...fork, tgid, thread: true })),
      )
    ),
    fc.record({
      type: fc.constant("exec" as const),
      pid,
      oldPid: maybe(pid),
      path: maybe(text),
      argv: maybe(fc.array(text, { maxLength: 4 })),
      comm: maybe(text),
    }).chain((exec) => maybe(text).map((cwd) => cwd === null ? exec : { ...exec, cwd })),
    fc.record({
      type: fc.constant("refused" as const),
      call: fc.constantFrom("fork", "exec"),
      pid,
      tgid: pid,
      creator: maybe(pid),
      errno,
      path: maybe(text),
    }),
    fc.record({
      type: fc.constant("kill" as const),
      pid,
      target: fc.integer({ min: -4_194_304, max: 4_194_304 }),
      signal,
    }),
    fc.record({ type: fc.constant("wait" as const), pid, child: pid }),
    fc.record({ type: fc.constant("exec-failed" as const), pid }),
    fc.record({
      type: fc.constant("exit-call" as const),
      pid,
      tgid: maybe(pid),
      code: fc.integer({ min: 0, max: 255 }),
      group: fc.boolean(),
    }),
    fc.record({
      type: fc.constant("exit" as const),
      pid,
      tgid: maybe(pid),
      status: maybe(status),
      parent: maybe(fc.nat({ max: 4_194_304 })),
      groupDead: maybe(fc.boolean()),
    }),
    fc.record({ type: fc.constant("signal" as const), pid, signal }),
    fc.record({ type: fc.constant("rename" as const), pid, comm: text }),
    pid.map((pid) => ({ type: "session" as const, pid, id: pid })),
    fc.record({ type: fc.constant("group" as const), pid, id: pid }),
    fc.record({ type: fc.constant("credentials" as const), pid, uid: id, gid: fc.constant(null) }),
    fc.record({ type: fc.constant("credentials" as const), pid, uid: fc.constant(null), gid: id }),
    fc.record({ type: fc.constant("subreaper" as const), pid, on: fc.boolean() }),
    fc.record({ type: fc.constant("namespace" as const), pid }),
    fc.record({
      type: fc.constant("found" as const),
      pid,
      tgid: maybe(pid),
      parent: maybe(pid),
      comm: maybe(text),
    }).chain((found) =>
      fc.record({ uid: id, gid: id, group, session: group }, { requiredKeys: [] })
        .map((ids) => ({ ...found, ...ids }))
    ),
    fc.record({
      type: fc.constant("usage" as const),
      pid,
      resources: fc.dictionary(
        fc.constantFrom(...RESOURCE_NAMES),
        fc.oneof(fc.maxSafeNat(), fc.double({ min: 0, max: 1e15, noNaN: true })),
        { minKeys: 1, noNullPrototype: true },
      ).map((amounts) =>
        Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, value || 0]))
      ),
    }),
    fc.record({ type: fc.constant("lost" as const), count: maybe(fc.nat()) }),
  );

const steps = fc.array(fc.tuple(fc.nat({ max: 3_000_000_000 }), body), {
  minLength: 1,
  maxLength: 20,
});
const origin = fc.nat({ max: 2_000_000_000 }).map((seconds) => seconds * 1e9);

Deno.test("formatEvent() and EventsParser lose nothing of any event", () => {
  fc.assert(
    fc.property(origin, steps, (origin, steps) => {
      // The first event is in the first second: there the times of a recording begin.
      let time = 0;
      const events = steps.map(([step, body], i) => {
        time += i === 0 ? step % 1_000_000_000 : step;
        return { ...body, time, line: i + 2 } as RecordedEvent;
      });
      const written = events.map((event) => formatEvent(event, origin)).join("");
      assertEquals(eventsOf(eventsHeader() + written), events);
    }),
    { numRuns: 500 },
  );
});
