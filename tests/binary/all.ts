import "./binary_test.ts";
import "./bundle_test.ts";
import "./compile_test.ts";
import "./live_test.ts";
