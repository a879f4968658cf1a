import type { RefusalRule } from "../../runner/sandbox/mod.ts";

/** What becomes of a hostile module. */
export type Fate =
  /** It does not get in: the rule that it breaks, and the line it is told. */
  | { readonly refused: RefusalRule; readonly line: number }
  /** It runs, and gets nothing. */
  | "harmless"
  /** It is caught in a fault; the kernel reports it and goes on. */
  | "fault"
  /** It spoils the verdict of its own scenario, as it may. */
  | "spoilt"
  /** A step is stopped by the watchdog: the hook that is held responsible. */
  | { readonly lockup: string }
  /** The same while schedules are tried; which one is told too. */
  | { readonly lockup: string; readonly schedule: RegExp }
  /** Its process ends: what the host says of it. */
  | { readonly crashed: RegExp }
  /** It is stopped, one way or the other; which one is a race. */
  | "stopped"
  /** It is stopped, or does no harm: that depends on the runtime. */
  | "contained";

const inLine = (refused: RefusalRule, line: number): Fate => ({ refused, line });
const lockup = (hook: string): Fate => ({ lockup: hook });
const OUT_OF_MEMORY: Fate = { crashed: /ran out of memory/ };
const NOT_LOADED: Fate = { crashed: /did not finish loading/ };

/** Every hostile module, by its file in `modules/`, with what becomes of it. */
export const ATTACKS: Readonly<Record<string, Fate>> = {
  // Imports, refused by the linker.
  "import_node.js": inLine("import", 3),
  "import_builtin.js": inLine("import", 3),
  "import_npm.js": inLine("import", 3),
  "import_jsr.js": inLine("import", 3),
  "import_https.js": inLine("import", 3),
  "import_file_url.js": inLine("import", 3),
  "import_absolute.js": inLine("import", 3),
  "import_data.js": inLine("import", 3),
  "import_blob.js": inLine("import", 3),
  "import_dotdot.js": inLine("import", 3),
  "import_dotdot_deep.js": inLine("import", 3),
  "import_encoded.js": inLine("import", 3),
  "import_symlink.js": inLine("import", 3),
  "import_symlink_folder.js": inLine("import", 3),
  "import_internal.js": inLine("import", 3),
  "import_json.js": inLine("import", 3),
  "import_text.js": inLine("import", 3),
  "import_escaped_name.js": inLine("import", 3),
  "import_reexport.js": inLine("import", 3),
  "import_reexport_all.js": inLine("import", 3),
  "import_in_comments.js": inLine("syntax", 3),
  "import_source_phase.js": inLine("import", 3),
  "dynamic_import.js": inLine("dynamic-import", 3),
  "dynamic_import_comment.js": inLine("dynamic-import", 3),
  "dynamic_import_template.js": inLine("dynamic-import", 3),
  "dynamic_import_computed.js": inLine("dynamic-import", 3),
  "dynamic_import_file.js": inLine("dynamic-import", 3),
  "import_meta.js": inLine("import-meta", 3),
  "cycle_one.js": inLine("cycle", 3),
  "line_separator.js": inLine("syntax", 3),

  // Imports that the linker cannot see: what it passes on does not parse.
  "hidden_by_function.js": inLine("syntax", 5),
  "hidden_by_class.js": inLine("syntax", 3),
  "hidden_by_arrow.js": inLine("syntax", 3),
  "hidden_meta.js": inLine("syntax", 3),
  "keyword_escape.js": inLine("syntax", 3),
  "html_comment.js": inLine("dynamic-import", 4),

  // What is no module, or does not become one.
  "require_types.ts": inLine("evaluation", 3),
  "throws_at_once.js": inLine("evaluation", 3),
  "missing_export.js": inLine("syntax", 3),
  "no_module.js": inLine("syntax", 1),
  "thenable.js": inLine("syntax", 1),
  "loop_getter.js": { crashed: /Soft lockup in loop_getter/ },
  "proxy_module.js": inLine("syntax", 1),

  // The host, and ways back to it.
  "host_globals.js": "harmless",
  "host_files.js": "harmless",
  "host_network.js": "harmless",
  "host_processes.js": "harmless",
  "native_code.js": "harmless",
  "code_from_strings.js": "harmless",
  "stack_frames.js": "harmless",
  "pollution.js": "harmless",
  "time_and_chance.js": "harmless",
  "source_map.js": "fault",
  "rejections.js": "harmless",
  "thrown_later.js": "harmless",
  "async_hook.js": "fault",
  "weird_errors.js": "fault",
  "forged_stack.js": "fault",
  "weird_proxy.js": { crashed: /broke the kernel/ },

  // Messages, results and output.
  "to_json.js": "fault",
  "forged_messages.js": "harmless",
  "forged_trace.js": {
    crashed: /answered with what is no result: trace\[\d+\]\.event\.record is wrong/,
  },
  "forged_output.js": "fault",
  "kernel_prototypes.js": "spoilt",

  // Time.
  "loop_fork.js": lockup("loop_fork.fork"),
  "loop_exit.js": lockup("loop_exit.exit"),
  "loop_load.js": lockup("loop_load.load"),
  "loop_finally.js": lockup("loop_finally.fork"),
  "loop_catch.js": lockup("loop_catch.fork"),
  "loop_regexp.js": lockup("loop_regexp.fork"),
  "loop_sort.js": lockup("loop_sort.fork"),
  "loop_bigint.js": "stopped",
  "loop_generator.js": "stopped",
  "loop_fork_bomb.js": "fault",
  "loop_to_string.js": lockup("loop_to_string.fork"),
  "loop_stack.js": lockup("loop_stack.fork"),
  "lane_loop.js": { lockup: "lane_loop.exec", schedule: /^two\(\d+:one\)$/ },
  "lane_finally.js": { lockup: "lane_finally.fork", schedule: /two/ },
  "loop_after_answer.js": "harmless",
  "loop_top_level.js": NOT_LOADED,
  "loop_microtasks.js": "contained",
  "loop_promise.js": NOT_LOADED,
  "never_answers.js": NOT_LOADED,
  "thenable_hangs.js": NOT_LOADED,
  "flood_promises.js": "stopped",
  "flood_console.js": "stopped",
  "flood_log.js": "stopped",

  // Memory and stack.
  "memory_objects.js": OUT_OF_MEMORY,
  "memory_strings.js": OUT_OF_MEMORY,
  "memory_buffers.js": OUT_OF_MEMORY,
  "memory_one_buffer.js": OUT_OF_MEMORY,
  "memory_load.js": OUT_OF_MEMORY,
  "memory_top_level.js": OUT_OF_MEMORY,
  "recursion.js": "fault",
  "recursion_native.js": "fault",
};
