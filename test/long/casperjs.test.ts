import { describe, expect, it } from "vitest";
import { runSuite, SUITES } from "../support/casper-suite.ts";

/** What PhantomJS 2.1.1 itself makes of the files: assertions made. */
const ASSERTIONS = 1249;

/** What does not pass, by its file, with the reason. */
const KNOWN: Record<string, { missing: number; reason: string }> = {
  "casper/evaluate.js": {
    missing: 1,
    reason: "to today's browsers a NodeList is an object, where WebKit called it a function",
  },
  "casper/wait.js": {
    missing: 24,
    reason: "waitForExec starts other programs, of which there are none here",
  },
};

/** CasperJS's own suite, unchanged, on our PhantomJS: every file, each in a browser of its own. */
describe("CasperJS's own suite", () => {
  const totals = { passed: 0, files: 0, wall: 0 };

  it.each(SUITES)("%s", async (suite) => {
    const { executed, passed, wall, output } = await runSuite(suite);
    totals.passed += passed;
    totals.wall += wall;
    if (passed === executed) totals.files += 1;
    process.stdout.write(`${suite}: ${passed} of ${executed}, ${wall} ms\n`);
    expect(executed).toBeGreaterThan(0);
    const whole = passed === executed || suite in KNOWN ? "all of it" : output;
    expect(whole).toBe("all of it");
  });

  it("adds up", () => {
    const missing = Object.values(KNOWN).reduce((sum, known) => sum + known.missing, 0);
    const { passed, files, wall } = totals;
    process.stdout.write(
      `CasperJS: ${passed} assertions passed in ${files} of ${SUITES.length} files, ${(wall / 1000).toFixed(1)} s\n`,
    );
    expect(passed).toBeGreaterThanOrEqual(ASSERTIONS - missing);
  });
});
