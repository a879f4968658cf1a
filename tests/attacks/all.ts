import "./attacks_test.ts";
import "./host_test.ts";
import "./walls_test.ts";
