import { describe, expect, inject, it } from "vitest";
import { runScript, type ScriptOptions, told } from "../support/run-script.ts";

const site = inject("site");
const MB = 1024 ** 2;

/** A script that is told to stop once it has printed something. */
async function stopped(script: string, by: "time" | "abort", options: ScriptOptions = {}) {
  const controller = new AbortController();
  let toldAt = 0;
  const ran = await runScript(script, {
    ...options,
    world: {
      ...options.world,
      signal: controller.signal,
      print: () => {
        if (toldAt > 0) return;
        toldAt = Date.now();
        setTimeout(() => controller.abort(by), 50);
      },
    },
  });
  return { ...ran, took: Date.now() - toldAt };
}

/** For how long others had to wait while something went on: nine times of ten no longer. */
async function waitsDuring<T>(work: Promise<T>) {
  const seen = { gaps: [] as number[], over: false };
  const value = work.finally(() => {
    seen.over = true;
  });
  for (let last = Date.now(); !seen.over;) {
    await scheduler.wait(5);
    seen.gaps.push(Date.now() - last);
    last = Date.now();
  }
  const waits = seen.gaps.toSorted((one, two) => one - two);
  return { value: await value, most: waits[Math.floor(waits.length * 0.9)], turns: waits.length };
}

describe("a script that only computes", () => {
  it("ends with its budget, whatever it catches, though the clock stands still", async () => {
    const script = `function spin() {
  for (var n = 0; ; ) {
    try { for (;;) n += 1; } catch (e) {}
  }
}
spin();`;
    const { value, most, turns } = await waitsDuring(
      runScript(script, { limits: { interrupts: 300 }, world: { now: () => 0 } }),
    );
    expect(value.end).toEqual({
      type: "failed",
      reason: expect.stringMatching(/^The script used up its CPU budget at \S*script\.js:\d+\.$/),
    });
    expect(most).toBeLessThan(100);
    expect(turns).toBeGreaterThan(20);
  });

  it.each([
    ["between two tasks", `setInterval(function () { for (var i = 0; i < 1e6; i++); }, 0);`],
    [
      "in a list of holes",
      `try { new Array(4294967295).join(""); } catch (e) {}
for (;;) { try { [].fill.call({ length: 9e15 }, 0); } catch (e) {} }`,
    ],
    ["in a search", `var s = new Array(1e6).join("a"); for (;;) s.indexOf(s.slice(5e5) + "b");`],
    ["in a promise", `(function again() { Promise.resolve().then(again); })();`],
    [
      "in the loop's own turn",
      `setTimeout(function () {}, 1e9); for (;;) { try { __start(); } catch (e) {} }`,
    ],
    [
      "in a getter that the host asks for",
      `Object.defineProperty(phantom, "onError", { get: function () { for (;;); } }); throw 1;`,
    ],
  ])("ends with its budget %s", async (_name, script) => {
    const { end } = await runScript(script, {
      limits: { interrupts: 150 },
    });
    expect(end).toEqual({ type: "failed", reason: expect.stringContaining("CPU budget") });
  });

  it.each([
    ["computes", `for (;;);`],
    ["waits", `setTimeout(function () { console.log("late"); }, 60000);`],
    ["opens a page", `require("webpage").create().open("${site}/hang");`],
    [
      "is in a page that never answers",
      `require("webpage").create().evaluate(function () { for (;;); });`,
    ],
    [
      "asks a page that never answers",
      `var page = require("webpage").create();
page.evaluate(function () { setTimeout(function () { for (;;); }, 0); });
page.render("a.png"); console.log(page.title);`,
    ],
    [
      "fetches a file",
      `require("phantombuster").create().download("${site}/hang", "a", function () {});`,
    ],
    ["prints for ever", `(function more() { console.log("more"); setTimeout(more, 0); })();`],
  ])("stops when it is told to while it %s", async (_name, script) => {
    const { end, took, account } = await stopped(`console.log("begun");\n${script}`, "time");
    expect(end).toEqual({ type: "stopped", by: "time" });
    expect(took).toBeLessThan(5_000);
    expect(account.saved).toEqual({});
  });

  it("does not begin where it was stopped before", async () => {
    const signal = AbortSignal.abort("abort");
    const { end, output } = await runScript(`console.log(1)`, { world: { signal } });
    expect([end, output]).toEqual([{ type: "stopped", by: "abort" }, ""]);
  });
});

describe("a script that wants too much", () => {
  it.each([
    [
      "memory",
      `var s = new Array(1000).join("x"), all = []; for (;;) all.push(s + all.length);`,
      /out of memory/,
    ],
    [
      "memory, and catches",
      `var all = [];
for (;;) { try { for (;;) all.push({ n: all.length }); } catch (e) {} }`,
      /CPU budget|out of memory/,
    ],
    ["depth", `(function down() { down(); })();`, /stack overflow/],
    ["depth of JSON", `JSON.parse(new Array(200000).join("["));`, /stack overflow/],
    [
      "depth of JSON, told to the host",
      `var ring = []; for (var i = 0; i < 50000; i++) ring = [ring];
require("buster").create().setResultObject(ring, function (e) { console.log(e); phantom.exit(1); });`,
      /stack|call/,
    ],
    ["of a string", `var s = "x"; for (;;) s += s;`, /too long|out of memory/],
    [
      "of a pattern",
      `/^(a+)+$/.test(new Array(40).join("a") + "b");`,
      /CPU budget|out of memory|stack|interrupted/,
    ],
  ])("%s", async (_name, script, words) => {
    const { end, output } = await runScript(script, {
      limits: { memory: 8 * MB, interrupts: 100 },
      world: { now: () => 0 },
    });
    expect(output + JSON.stringify(end)).toMatch(words);
    expect(end).not.toEqual({ type: "exited", code: 0 });
  });

  it("of the console lets timers ring in order, and nothing pile up", async () => {
    const script = `var rung = 0, lines = 0;
setInterval(function () { rung += 1; }, 1);
(function flood() {
  for (var i = 0; i < 500; i++) console.log("line " + lines++);
  if (lines < 5000) setTimeout(flood, 0);
  else { console.log("rung " + (rung >= 5)); phantom.exit(); }
})();`;
    const { output, end } = await runScript(script);
    const lines = output.trim().split("\n");
    expect(end).toEqual({ type: "exited", code: 0 });
    expect(lines.slice(0, -1)).toEqual(Array.from({ length: 5000 }, (_, n) => `line ${n}`));
    expect(lines.at(-1)).toBe("rung true");
  });

  it("of its folder, its timers, its servers and its pages is refused", async () => {
    const script = `var fs = require("fs");
function attempt(work) { try { work(); console.log(JSON.stringify("went well")); } catch (e) { console.log(JSON.stringify(e.message)); } }
attempt(function () { for (var i = 0; i < 100; i++) fs.write("f" + i, "x"); });
attempt(function () { fs.write("f1", new Array(5 * 1024 * 1024).join("x")); });
attempt(function () { fs.makeTree(new Array(100).join("d/")); });
attempt(function () { fs.write(new Array(1000).join("n"), "x"); });
attempt(function () { for (var i = 0; i < 5000; i++) fs.makeDirectory("d" + i); });
attempt(function () { for (var i = 0; i < 1e6; i++) setTimeout(function () {}, 1e9); });
attempt(function () { for (var i = 2000; i < 5000; i++) if (!require("webserver").create().listen(i, function () {})) throw new Error("no port"); });
attempt(function () { for (var i = 0; i < 30; i++) require("webpage").create(); });
phantom.exit();`;
    const { output, end, files } = await runScript(script);
    expect(told(output)).toEqual([
      expect.stringMatching(/^No room for 'f50'/),
      expect.stringMatching(/^No room for 'f1'/),
      expect.stringMatching(/too deep/),
      expect.stringMatching(/too long/),
      expect.stringMatching(/no room for more folders/),
      expect.stringMatching(/at most \d+ timers/),
      "no port",
      expect.stringMatching(/at most 20 pages/),
    ]);
    expect(files.length).toBe(50);
    expect(end).toEqual({ type: "exited", code: 0 });
  });
});

describe("a script that wants out", () => {
  it("finds no file but its own", async () => {
    const script = `var fs = require("fs"), found = [];
["/etc/passwd", "../../etc/passwd", "../../../../../../etc/passwd", "/proc/self/environ", "file:///etc/passwd",
 "/home/phantom/agent/../../../etc/passwd", "/casperjs/../etc/passwd", "./\\u0000/etc/passwd"].forEach(function (path) {
  if (fs.exists(path) || fs.isFile(path)) found.push(path);
  [function () { fs.read(path); }, function () { fs.open(path, "r"); }, function () { require(path); },
   function () { fs.copy(path, "stolen"); }, function () { fs.write("/etc/cron.d/x", "x"); },
   function () { fs.write("/home/phantom/.profile", "x"); }, function () { fs.write("/casperjs/bin/bootstrap.js", "x"); },
   function () { fs.removeTree("/"); }, function () { fs.remove("script.js"); }]
    .forEach(function (work, n) { try { work(); found.push(path + n); } catch (e) {} });
});
phantom.injectJs("/etc/passwd");
console.log(JSON.stringify([found, fs.list("/"), fs.list(".."), fs.list("/home")]));
phantom.exit();`;
    const { output, files } = await runScript(script);
    expect(told(output)).toEqual([
      [[], [".", "..", "home", "tmp"], [".", "..", "agent"], [".", "..", "phantom"]],
    ]);
    expect(files).toEqual([]);
  });

  it("harms itself alone, whatever of the language it replaces", async () => {
    const script = `var said = console.log, seen = [];
var names = Object.getOwnPropertyNames(this).concat(Object.getOwnPropertyNames(phantom));
said(JSON.stringify(names.filter(function (name) { return /^__|guest|host$/i.test(name); })));
[typeof __host, typeof __guest, typeof process, typeof Deno, typeof fetch, typeof WebAssembly, typeof std, typeof os]
  .forEach(function (type) { seen.push(type); });
said(JSON.stringify(seen));
var real = JSON.stringify, parse = JSON.parse, caught = [];
var forged = { operation: "end", file: "x", path: "/etc/passwd", page: 1, value: { url: "file:///etc/passwd" } };
Object.defineProperty(Object.prototype, "refused", { get: function () { caught.push(this); return undefined; }, set: function () {}, configurable: true });
Object.prototype.then = undefined;
Array.prototype.concat = Array.prototype.slice = Function.prototype.call = Function.prototype.apply = null;
JSON.stringify = function () { return real(forged); };
JSON.parse = function (text) { caught.push(text); return parse(text); };
var failed = 0;
["read", "write", "list", "stat", "open"].forEach(function (name) {
  try { require("fs")[name]("a", "b"); } catch (e) { failed += 1; }
});
try { __start(); } catch (e) {}
try { __turn(); } catch (e) {}
try { require("webpage").create(); } catch (e) {}
JSON.stringify = function () { return "{"; };
try { require("fs").read("a"); } catch (e) { failed += 1; }
JSON.stringify = function () { return '"' + new Array(1000).join("x") + '"'; };
try { phantom.exit("not a number"); __turn(); } catch (e) {}
JSON.stringify = real;
throw new Error("the end");`;
    const { end, output, files } = await runScript(script);
    expect(told(output.split("\n").slice(0, 2).join("\n"))).toEqual([
      ["__turn", "__start"],
      [
        "undefined",
        "undefined",
        "undefined",
        "undefined",
        "undefined",
        "undefined",
        "undefined",
        "undefined",
      ],
    ]);
    expect(output).not.toContain("root:");
    expect(files).toEqual([]);
    if (end.type === "exited") expect(Number.isInteger(end.code)).toBe(true);
    else expect(end.type).toBe("failed");
  });
});

describe("without the platform's help (asyncify)", () => {
  it.each([
    ["computes", `for (;;);`, { type: "failed", reason: expect.stringContaining("CPU budget") }],
    ["throws", `missing();`, { type: "exited", code: 1 }],
    [
      "asks a page",
      `console.log(require("webpage").create().evaluate(function () { return 6 * 7; })); phantom.exit(42);`,
      { type: "exited", code: 42 },
    ],
    [
      "keeps",
      `require("buster").create().saveText("a", "a.txt", function (e, url) { phantom.exit(url ? 3 : 4); });`,
      { type: "exited", code: 3 },
    ],
  ])("%s", async (_name, script, end) => {
    const ran = await runScript(script, {
      extras: { build: "asyncify" },
      limits: { interrupts: 300 },
    });
    expect(ran.end).toEqual(end);
  });
});
