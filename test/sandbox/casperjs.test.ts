import { expect, it } from "vitest";
import { runSuite } from "../support/casper-suite.ts";

/** A part of CasperJS's own suite that touches each kind of thing once; `test:long` runs it all. */
it.each([
  "utils.js",
  "casper/callback.js",
  "casper/encode.js",
  "casper/frames.js",
  "casper/history.js",
  "casper/keys.js",
  "casper/popup.js",
  "casper/sendAjax.js",
])("CasperJS's own %s passes", async (suite) => {
  const { executed, passed, end, output } = await runSuite(suite);
  expect(executed).toBeGreaterThan(0);
  const whole = passed === executed ? "all of it" : output;
  expect({ whole, end }).toEqual({ whole: "all of it", end: { type: "exited", code: 0 } });
});
