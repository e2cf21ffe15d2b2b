import { it } from "vitest";
import { SUITES, runSuite } from "../support/casper-suite.ts";
const picked = [] as string[];
it.each(picked.length ? picked : SUITES)("%s", async (suite) => {
  const r = await runSuite(suite);
  const bad = r.output.split("\n").filter((l) => /FAIL|dubious:|Error|error|#\s|type:|message:|subject|expected|file:/.test(l) && !/tests? executed/.test(l)).slice(0, 40).join("\n");
  console.log(`SUITE ${suite} ${r.passed}/${r.executed} ${r.wall}ms ${JSON.stringify(r.end)}` + (r.passed === r.executed && r.executed > 0 ? "" : "\n" + (picked.length ? r.output : bad)));
}, 100000);
