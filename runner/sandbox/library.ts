import * as root from "../../mod.ts";
import * as check from "../../check/mod.ts";
import * as kernel from "../../kernel/mod.ts";
import * as csa from "../../modules/csa/mod.ts";
import * as forkLimit from "../../modules/fork_limit.ts";
import * as job from "../../modules/job/mod.ts";
import * as keyring from "../../modules/keyring/mod.ts";
import * as testModule from "../../modules/test_module.ts";
import * as widget from "../../modules/widget.ts";
import * as pnotify from "../../pnotify/mod.ts";
import * as replay from "../../replay/mod.ts";

/** The name under which modules import this library. */
export const PACKAGE = "@pnotify/pnotify";

/**
 * The entry points that a user's module may import, with their exports. The imports above put them into the module
 * graph of the worker. A worker without permissions can get them from there alone.
 */
export const LIBRARY: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map(
  Object.entries({
    [PACKAGE]: root,
    [`${PACKAGE}/check`]: check,
    [`${PACKAGE}/kernel`]: kernel,
    [`${PACKAGE}/pnotify`]: pnotify,
    [`${PACKAGE}/replay`]: replay,
    [`${PACKAGE}/modules/csa`]: csa,
    [`${PACKAGE}/modules/fork_limit`]: forkLimit,
    [`${PACKAGE}/modules/job`]: job,
    [`${PACKAGE}/modules/keyring`]: keyring,
    [`${PACKAGE}/modules/test_module`]: testModule,
    [`${PACKAGE}/modules/widget`]: widget,
  }),
);
