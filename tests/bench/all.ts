import "./brief_test.ts";
import "./implementations_test.ts";
import "./processes_test.ts";
import "./statistics_test.ts";
import "./transformations_test.ts";
