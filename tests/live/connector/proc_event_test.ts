import { assertEquals } from "@std/assert";
import { formatRecord, parseMessage } from "./proc_event.ts";

/** A message as the kernel sends it: two headers, what, CPU, time, and words. */
function message(what: number, words: readonly number[], text = ""): DataView {
  const view = new DataView(new ArrayBuffer(76));
  view.setUint32(24, 7, true);
  view.setUint32(28, 99, true);
  view.setUint32(36, what, true);
  view.setUint32(40, 1, true);
  view.setBigUint64(44, 9_007_199_254_740_993n, true);
  for (const [index, word] of words.entries()) view.setInt32(52 + 4 * index, word, true);
  new Uint8Array(view.buffer).set(new TextEncoder().encode(text), 52 + 4 * words.length);
  return view;
}

const line = (what: number, words: readonly number[], text?: string) =>
  formatRecord(parseMessage(message(what, words, text))!);

Deno.test("formatRecord() writes what the connector says as a line of version 0", () => {
  const begin = '{"t":9007199254740993,"cpu":1,"seq":7,';
  assertEquals(line(1, [2, 2, 8, 8]), `${begin}"ev":"fork","ppid":2,"ptgid":2,"pid":8,"tgid":8}`);
  assertEquals(line(2, [8, 8]), `${begin}"ev":"exec","pid":8,"tgid":8}`);
  assertEquals(line(0x200, [8, 8], "sh\0x"), `${begin}"ev":"comm","pid":8,"tgid":8,"comm":"sh"}`);
  assertEquals(
    line(0x80000000, [9, 8, 256, -1, 2, 2]),
    `${begin}"ev":"exit","pid":9,"tgid":8,"status":256,"exitsig":-1,"ppid":2,"ptgid":2}`,
  );
});

Deno.test("parseMessage() tells an answer by the number that it acknowledges", () => {
  const { ev, ack } = parseMessage(message(0, [0]))!;
  assertEquals([ev, ack], ["ack", 99]);
});

Deno.test("parseMessage() passes over what it does not know", () => {
  assertEquals(parseMessage(message(0x1000, [])), null);
  assertEquals(parseMessage(new DataView(new ArrayBuffer(20))), null);
});
