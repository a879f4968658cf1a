import "./property_test.ts";
import "./regressions_test.ts";
