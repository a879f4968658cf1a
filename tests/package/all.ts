import "./demo_test.ts";
import "./jsr_test.ts";
