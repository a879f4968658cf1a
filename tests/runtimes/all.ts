import "./browser_test.ts";
import "./node_test.ts";
