import "./attach_test.ts";
import "./births_test.ts";
import "./end_test.ts";
import "./escape_test.ts";
import "./events_test.ts";
import "./exec_test.ts";
import "./launch_test.ts";
import "./veto_test.ts";
