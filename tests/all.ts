import "./examples_test.ts";
import "./seed_claims_test.ts";
