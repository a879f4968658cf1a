// deno-lint-ignore-file
// Looks for a way to native code: in the runtime, in Node's part of it, in a thread of its own.
import { attempts } from "./attack_support.js";

const LIBC = "libc.so.6";
const getpid = { getpid: { parameters: [], result: "i32" } };

/** The answer of a thread: 1 when it was refused, 2 when it made a call, 0 when it said nothing. */
function askThread() {
  const memory = new Int32Array(new SharedArrayBuffer(4));
  const source = `onmessage = ({ data }) => {
    try {
      Deno.dlopen("${LIBC}", ${JSON.stringify(getpid)}).symbols.getpid();
      data[0] = 2;
    } catch {
      data[0] = 1;
    }
    Atomics.notify(data, 0);
  };`;
  const worker = new Worker("data:text/javascript," + encodeURIComponent(source), { type: "module" });
  worker.postMessage(memory);
  Atomics.wait(memory, 0, 0, 20_000);
  worker.terminate();
  return memory[0];
}

export default attempts({
  dlopen: () => Deno.dlopen(LIBC, getpid).symbols.getpid(),
  nothing: () => Deno.dlopen(LIBC, {}),
  elsewhere: () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
  pointer: () => new Deno.UnsafePointerView(Deno.UnsafePointer.create(4096n)).getInt8(),
  memory: () => Deno.UnsafePointer.of(new Uint8Array(8)) ?? undefined,
  callback: () => new Deno.UnsafeCallback({ parameters: [], result: "void" }, () => {}).pointer,
  operation: () => Deno[Deno.internal].core.ops.op_ffi_load({ path: LIBC, symbols: getpid }),
  query: () => Deno.permissions.querySync({ name: "ffi" }).state === "granted" || undefined,
  request: () => Deno.permissions.requestSync({ name: "ffi" }).state === "granted" || undefined,
  addon: () => process.dlopen({ exports: {} }, LIBC),
  require: () => process.getBuiltinModule("module").createRequire("file:///m.js")("/native.node"),
  binding: () => Object.keys(process.binding("ffi"))[0],
  linked: () => Object.keys(process._linkedBinding("ffi"))[0],
  thread() {
    const answer = askThread();
    if (answer === 1) throw new Error("the thread was refused");
    return answer === 2 ? "a thread made a call" : undefined;
  },
});
