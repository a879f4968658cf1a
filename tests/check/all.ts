import "./explore_test.ts";
import "./sweep_test.ts";
