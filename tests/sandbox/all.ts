import "./honest_test.ts";
import "./linker_test.ts";
import "./rewrite_test.ts";
import "./sandbox_test.ts";
import "./stopwatch_test.ts";
import "./watchdog_test.ts";
