import { describe, expect, it } from "vitest";
import { directivesOf } from "../../../src/domain/agent/directives.ts";

describe("the directives of a script", () => {
  it("stand at its beginning, in either quotes, among comments", () => {
    const text = `#!/usr/bin/env casperjs
      // A comment
      'phantombuster command: casperjs';
      /* and
         another */
      "phantombuster package: 4"
      'phantombuster dependencies: lib-a.js, lib-b.js,'
      "use strict";
      'phantombuster command: phantomjs'
      var casper;`;
    expect(directivesOf(text)).toEqual({
      command: "casperjs",
      package: "4",
      dependencies: ["lib-a.js", "lib-b.js"],
    });
  });

  it.each([
    ["nothing", ""],
    ["code before it", "var a;\n'phantombuster command: casperjs'"],
    ["an expression that begins with it", "'phantombuster command: casperjs'.length;"],
    ["a sum", "'phantombuster command: casperjs' + x"],
    ["a comment", "// 'phantombuster command: casperjs'"],
    ["an open text", "'phantombuster command: casperjs"],
    ["another word", "'phantombuster commands: casperjs'"],
  ])("are not found in %s", (_name, text) => {
    expect(directivesOf(text)).toEqual({ command: null, package: null, dependencies: [] });
  });

  it("take little time to look for", () => {
    const start = Date.now();
    for (const text of ["'".repeat(100_000), "/*".repeat(100_000), " ;".repeat(200_000)]) {
      directivesOf(text);
    }
    expect(Date.now() - start).toBeLessThan(1000);
  });
});
