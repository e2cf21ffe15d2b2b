import { describe, expect, inject, it } from "vitest";
import { runScript } from "../support/run-script.ts";

const site = inject("site");
const FILE = "/home/phantom/agent/script.js";

describe("an error that nobody catches", () => {
  it("is printed with the script's own lines, and ends the run", async () => {
    const script = `function open(what) {
  throw new TypeError("no " + what);
}
console.log("begun");
setInterval(function () {}, 10);
open("page");`;
    const { end, output } = await runScript(script);
    expect(output).toBe(`begun\nTypeError: no page\n\n  ${FILE}:2 in open\n  ${FILE}:6\n`);
    expect(end).toEqual({ type: "exited", code: 1 });
  });

  it.each([
    [
      "a timer",
      `setTimeout(function late() {\n  undefined.x();\n}, 1);`,
      /TypeError: .*\n\n {2}\S+:2 in late\n$/,
    ],
    [
      "a page's callback",
      `var page = require("webpage").create();
page.onConsoleMessage = function heard(text) {
  throw new Error("heard " + text);
};
page.open("${site}/page?html=<script>console.log('me')</script>");`,
      /Error: heard me\n\n {2}\S+:3 in heard\n$/,
    ],
    ["no error", `throw { code: 7 };`, /\[object Object\]\n\n$/],
    [
      "another file",
      `require("lib-x");`,
      /Error: in lib\n\n {2}\S+lib-x\.js:2\n {2}\S+script\.js:1\n$/,
    ],
    [
      "no JavaScript",
      `var a = ;\nconsole.log("never");`,
      /^SyntaxError: .*\n\n {2}\S+script\.js:1\n$/,
    ],
  ])("may come from %s", async (_name, script, words) => {
    const account = { scripts: { "lib-x": "\nthrow new Error('in lib');" } };
    const { end, output } = await runScript(script, { account });
    expect(output).toMatch(words);
    expect(end).toEqual({ type: "exited", code: 1 });
  });

  it("is given to the script's handler, and the run goes on", async () => {
    const script = `phantom.onError = function (message, trace) {
  console.log(message, trace[0].line, trace[0].function, trace[0].file);
  if (message === "Error: second") phantom.exit(5);
};
setTimeout(function second() { throw new Error("second"); }, 20);
(function first() { throw new Error("first"); })();`;
    const { end, output } = await runScript(script);
    expect(output).toBe(`Error: first 6 first ${FILE}\nError: second 5 second ${FILE}\n`);
    expect(end).toEqual({ type: "exited", code: 5 });
    const again = await runScript(
      `phantom.onError = function () {\n  broken();\n};\nthrow new Error("first");`,
    );
    expect(again.output).toMatch(/broken[^\n]*\n\n {2}\S+:2/);
    expect(again.end).toEqual({ type: "exited", code: 1 });
  });
});

describe("with CasperJS, too", () => {
  it.each([
    [
      "before there is a casper",
      `console.log("a");\nmissing();`,
      /^a\nReferenceError: .*missing.*\n\n {2}\S+script\.js:2\n/,
    ],
    ["no JavaScript", `var a = {;`, /^SyntaxError: .*/],
    [
      "within a step",
      `var casper = require("casper").create();
casper.start("${site}/page?html=one", function first() {
  this.nowhere();
});
casper.run();`,
      /^(?:[^\n]*)TypeError: .*\n {2}\S*script\.js:.*3.* in .*first/,
    ],
    [
      "after a create",
      `require("casper").create();\nmissing();`,
      /ReferenceError: .*missing.*\n {2}\S+script\.js:.*2/,
    ],
  ])("%s", async (_name, script, words) => {
    const { end, output } = await runScript(script, { request: { command: "casperjs" } });
    expect(output).toMatch(words);
    expect(end).toEqual({ type: "exited", code: 1 });
  });
});
