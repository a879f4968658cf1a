import { assertEquals } from "@std/assert";
import type { TraceItem } from "../../runner/engine/plan.ts";
import { traceLines } from "../../runner/engine/trace_text.ts";

for (const type of ["made_up", "constructor"]) {
  Deno.test(`traceLines() shows an event of the type ${type} that user code made up`, () => {
    const trace = [
      {
        type: "begin",
        step: 1,
        verb: "fork",
        phase: null,
        who: "sh[3]",
        cpu: "A",
        call: "fork(sh)",
        sequence: 1,
      },
      { type: "event", step: 1, who: "sh[3]", cpu: "A", sequence: 2, event: { type, sequence: 2 } },
      { type: "end", step: 1, who: "sh[3]", cpu: "A", result: "0", errno: null, sequence: 3 },
    ] as unknown as TraceItem[];
    assertEquals(traceLines(trace).some(({ text }) => text.includes(type)), true);
  });
}
