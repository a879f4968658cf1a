import "./compare_test.ts";
import "./proc_event_test.ts";
