/**
 * The example of the seed. The module counts the calls of its hooks, and says at unload whether the counts balance.
 *
 * With the parameter `everybody` off it has no init hook, and only tasks that are subscribed by hand count.
 *
 * @example
 * ```ts
 * import { boot } from "@pnotify/pnotify";
 * import { testModule } from "@pnotify/pnotify/modules/test_module";
 * import { assertEquals } from "@std/assert";
 * const { kernel } = boot();
 * kernel.modules.insmod(testModule);
 * kernel.exit(kernel.fork(kernel.init));
 * kernel.modules.rmmod("test_module");
 * assertEquals(
 *   kernel.log.records().at(-1)?.text,
 *   "test_module: Good - attach count + init count equals detach count",
 * );
 * ```
 *
 * @module
 */
import { defineModule, type KernelModule } from "../kernel/module.ts";
import { defineEvents, type PnotifyEvents } from "../pnotify/events.ts";
import { PNOTIFY, type Pnotify } from "../pnotify/pnotify.ts";
import { PNOTIFY_OK } from "../pnotify/verdict.ts";
import type { KernelSymbol } from "../kernel/symbol.ts";

/** The parameters of {@linkcode testModule}. */
export interface TestModuleParameters {
  /** Whether every task is subscribed at load. */
  readonly everybody: {
    readonly type: "boolean";
    readonly default: true;
    readonly description: string;
  };
  /** Whether each call is logged, and not only the counts. */
  readonly verbose: {
    readonly type: "boolean";
    readonly default: false;
    readonly description: string;
  };
  /** Every parameter is a switch. */
  readonly [name: string]: {
    readonly type: "boolean";
    readonly default: boolean;
    readonly description: string;
  };
}

/** The state of {@linkcode testModule} between load and unload. */
export interface TestModuleState {
  /** The registered events. */
  readonly events: PnotifyEvents<null>;
  /** The number of calls of each hook. */
  readonly counts: { init: number; attach: number; exec: number; detach: number };
}

/** The seed's test_module. */
export const testModule: KernelModule<
  TestModuleParameters,
  { readonly pnotify: KernelSymbol<Pnotify> },
  TestModuleState
> = defineModule({
  name: "test_module",
  license: "GPL",
  description: "Counts init, fork, exec and exit, and checks at unload that they balance",
  uses: { pnotify: PNOTIFY },
  params: {
    everybody: {
      type: "boolean",
      default: true,
      description: "watch every task there is at load",
    },
    verbose: {
      type: "boolean",
      default: false,
      description: "log every call",
    },
  } as TestModuleParameters,

  load({ name, params, pnotify, printk }) {
    const counts = { init: 0, attach: 0, exec: 0, detach: 0 };
    const say = params.verbose ? (text: string) => printk(`${name}: ${text}`) : () => {};
    const events = defineEvents({
      name,
      module: name,
      init: !params.everybody ? undefined : (task) => {
        counts.init++;
        if (pnotify.getSubscriber(task, name) === null) {
          printk(`${name}: ERROR expected to be subscribed to pid ${task.pid}`, "err");
        }
        say(`init hook fired for pid ${task.pid}`);
        return PNOTIFY_OK;
      },
      fork(child) {
        counts.attach++;
        say(`attach hook fired for pid ${child.pid}`);
        return PNOTIFY_OK;
      },
      exec(task) {
        counts.exec++;
        say(`exec hook fired for pid ${task.pid}`);
      },
      exit(task) {
        counts.detach++;
        say(`detach hook fired for pid ${task.pid}`);
      },
    });
    pnotify.register(events);
    return { events, counts };
  },

  unload({ name, pnotify, printk }, { events, counts }) {
    pnotify.unregister(events);
    printk(`${name}: detach called ${counts.detach} times`);
    printk(`${name}: attach called ${counts.attach} times`);
    printk(`${name}: init called ${counts.init} times`);
    printk(`${name}: exec called ${counts.exec} times`);
    if (counts.attach + counts.init === counts.detach) {
      printk(`${name}: Good - attach count + init count equals detach count`);
    } else {
      printk(
        `${name}: PROBLEM - attach count + init count should equal detach count, and does not`,
        "err",
      );
    }
  },
});
