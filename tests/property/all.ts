import "./pid_test.ts";
import "./property_test.ts";
import "./regressions_test.ts";
