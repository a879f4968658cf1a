import { assertEquals, assertThrows } from "@std/assert";
import { boot, defineModule, KernelError, type KernelOptions } from "../../mod.ts";
import { WIDGET, widget } from "../../modules/widget.ts";

function load(first?: number, options: KernelOptions = {}) {
  const { kernel, pnotify } = boot(options);
  kernel.modules.insmod(widget, first === undefined ? {} : { params: { first } });
  return { kernel, pnotify, api: kernel.symbols.get(WIDGET) };
}

Deno.test("attach() gives a task the first widget, and its children one each", () => {
  const { kernel, api } = load();
  api.attach(1);
  const child = kernel.fork(kernel.init);
  const grandchild = kernel.fork(child);
  assertEquals([1, child.pid, grandchild.pid].map((pid) => api.widgetOf(pid)), [1, 2, 3]);
});

Deno.test("attach() starts with the widget that the parameter says", () => {
  const { api } = load(100);
  api.attach(1);
  assertEquals(api.widgetOf(1), 100);
});

Deno.test("widgetOf() is null for a task without a widget", () => {
  const { kernel, api } = load();
  assertEquals(api.widgetOf(kernel.fork(kernel.init).pid), null);
});

Deno.test("widgetOf() gives lock and reference back, whether or not there is a widget", () => {
  const { kernel, api } = load();
  api.attach(1);
  for (const pid of [1, 2]) api.widgetOf(pid);
  assertEquals([kernel.init.usage, kernel.init.lockCount], [1, 0]);
  assertEquals([kernel.kthreadd.usage, kernel.references!.size], [1, 0]);
  kernel.modules.rmmod("widget");
  assertEquals(kernel.shutdown(), []);
});

Deno.test("widgetOf() and attach() are refused with ESRCH for a pid that nobody has", () => {
  const { api } = load();
  for (const call of [() => api.widgetOf(99), () => api.attach(99)]) {
    const error = assertThrows(call, KernelError);
    assertEquals(
      error.message,
      'Cannot reach the widget of "99": no such task, the pid of a task is wanted (ESRCH)',
    );
  }
});

Deno.test("attach() is refused with ESRCH for a zombie, and gives its reference back", () => {
  const { kernel, api } = load();
  const shell = kernel.fork(kernel.init);
  const child = kernel.fork(shell);
  kernel.exit(child);
  assertEquals(assertThrows(() => api.attach(child.pid), KernelError).code, "ESRCH");
  assertEquals([child.usage, kernel.references!.size], [1, 0]);
  assertEquals(api.widgetOf(child.pid), null);
});

Deno.test("widget gives nothing away twice: a task that execs keeps its widget, a reused pid has a new one", () => {
  const { kernel, api } = load(1, { pidMax: 5 });
  api.attach(1);
  const child = kernel.fork(kernel.init);
  kernel.exec(child, "/bin/true");
  assertEquals(api.widgetOf(child.pid), 2);
  kernel.exit(child);
  kernel.exit(kernel.fork(kernel.init));
  const next = kernel.fork(kernel.init);
  assertEquals([next.pid, api.widgetOf(next.pid)], [child.pid, 4]);
});

Deno.test("widget can be used by a module, which keeps it loaded", () => {
  const { kernel } = load();
  const seen: (number | null)[] = [];
  kernel.modules.insmod(defineModule({
    name: "user",
    license: "GPL",
    uses: { widget: WIDGET },
    load({ widget }) {
      widget.attach(1);
      seen.push(widget.widgetOf(1));
    },
    unload() {},
  }));
  assertEquals(seen, [1]);
  assertEquals(assertThrows(() => kernel.modules.rmmod("widget"), KernelError).code, "EBUSY");
  kernel.modules.rmmod("user");
  kernel.modules.rmmod("widget");
  assertEquals([kernel.init.subscribers, kernel.symbols.find("widget")], [null, null]);
});
