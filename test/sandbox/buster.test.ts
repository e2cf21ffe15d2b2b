import { expect, inject, it } from "vitest";
import { Fault } from "../../src/domain/errors.ts";
import { redirect, scripted } from "../support/origins.ts";
import { runScript, told } from "../support/run-script.ts";

const site = inject("site");
const { plain } = inject("origins");
const BIG = { send: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" };
const bytes = (text: string) => new TextEncoder().encode(text);

it("gives a PhantomJS script what it was launched with, and keeps what that says", async () => {
  const script = `
var buster = require("phantombuster").create();
function say() { console.log(JSON.stringify([].slice.call(arguments))); }
say(buster.argument, buster.arguments.city, buster.agentId, buster.containerId, buster.apiKey,
  buster.retryCount, buster.maxRetries, buster.proxyAddress);
say(require("phantombuster-v1") === require("phantombuster"), require("buster").create() instanceof require("buster"));

var calls = [
  ["saveText", "héllo", "texts/a.txt"],
  ["saveText", "a,b", "/b.dat", "text/csv"],
  ["saveText", "nowhere", "dir/"],
  ["saveText", "out", "../../../etc/passwd"],
  ["saveBase64", "data:image/png;base64,aGk=", "i.bin"],
  ["saveBase64", "aGkh", "j.png"],
  ["saveBase64", "!!", "k.png"],
  ["save", "own.csv"],
  ["save", "own.csv", "kept/"],
  ["save", "missing.csv"],
  ["saveFolder", "out", "all"],
  ["saveFolder", "nothing"],
  ["setAgentObject", { seen: [1, 2] }],
  ["getAgentObject"],
  ["setAgentObject", 8, { other: true }],
  ["getAgentObject", 8],
  ["setGlobalObject", { all: 1 }],
  ["getGlobalObject"],
  ["setAgentObject", "no object"],
  ["setAgentObject", { big: new Array(1100000).join("x") }],
  ["setResultObject", { rows: ["é"] }],
  ["setResultObject", [1]],
  ["setResultObject", 5],
  ["overrideTimeLimit", 120],
  ["mail", "Done", "All of it"],
  ["mail", "Done", "To you", "you@example.com"],
  ["notify", "Ready"],
  ["notify", "Look", { title: "News", url: "https://example.com/", url_title: "here" }],
  ["solveCaptcha", "#captcha"],
];
var fs = require("fs");
fs.write("own.csv", "1,2");
fs.write("out/x/deep.txt", "deep");
fs.write("out/top.txt", "top");
var now = true;
buster.progressHint(0.1, "begun");
buster.progressHint(0.5, new Array(99).join("l"));
(function next() {
  var call = calls.shift();
  if (!call) return buster.getTimeLeft(function (err, left) { say("left", left > 50 && left <= 60); phantom.exit(0); });
  now = true;
  buster[call[0]].apply(buster, call.slice(1).concat(function (err, value) {
    say(call[0], now, err, value);
    next();
  }));
  now = false;
})();`;
  const { end, output, account } = await runScript(script, {
    request: { argument: '{"city":"Oslo","list":[1]}', retryCount: 1, maxRetries: 3 },
  });
  const lines = told(output);
  expect(end).toEqual({ type: "exited", code: 0 });
  const kept = (path: string) => `https://outrider.test/manage/files/agents/7/${path}?signature=x`;
  expect(lines).toEqual([
    [{ city: "Oslo", list: [1] }, "Oslo", 7, 21, "key-of-this-launch", 1, 3, ""],
    [true, true],
    ["saveText", false, null, kept("texts/a.txt")],
    ["saveText", false, null, kept("b.dat")],
    ["saveText", false, "could not determine filename", null],
    ["saveText", false, null, kept("etc/passwd")],
    ["saveBase64", false, null, kept("i.bin")],
    ["saveBase64", false, null, kept("j.png")],
    ["saveBase64", false, "This is not Base64.", null],
    ["save", false, null, kept("own.csv")],
    ["save", false, null, kept("kept/own.csv")],
    ["save", false, "Unable to open file 'missing.csv'", null],
    ["saveFolder", false, null, "https://outrider.test/manage/files/agents/7/all/"],
    ["saveFolder", false, "There is no folder nothing.", null],
    ["setAgentObject", false, null, null],
    ["getAgentObject", false, null, { seen: [1, 2] }],
    ["setAgentObject", false, null, null],
    ["getAgentObject", false, null, { other: true }],
    ["setGlobalObject", false, null, null],
    ["getGlobalObject", false, null, { all: 1 }],
    ["setAgentObject", false, "The object must be a plain object.", null],
    ["setAgentObject", false, "The object may have 1048576 bytes at most.", null],
    ["setResultObject", false, null, null],
    ["setResultObject", false, null, null],
    ["setResultObject", false, "The object must be a plain object.", null],
    ["overrideTimeLimit", false, null, null],
    ["mail", false, null, null],
    ["mail", false, null, null],
    ["notify", false, null, null],
    ["notify", false, null, null],
    ["solveCaptcha", false, "Captchas are not solved here.", null],
    ["left", true],
  ]);
  expect(account.progress.at(-1)).toEqual({ ratio: 0.5, label: "l".repeat(50) });
  expect(account).toMatchObject({
    saved: {
      "texts/a.txt": { bytes: bytes("héllo"), contentType: undefined },
      "b.dat": { bytes: bytes("a,b"), contentType: "text/csv" },
      "etc/passwd": { bytes: bytes("out"), contentType: undefined },
      "i.bin": { bytes: bytes("hi"), contentType: "image/png" },
      "j.png": { bytes: bytes("hi!"), contentType: undefined },
      "own.csv": { bytes: bytes("1,2"), contentType: undefined },
      "kept/own.csv": { bytes: bytes("1,2"), contentType: undefined },
      "all/x/deep.txt": { bytes: bytes("deep"), contentType: undefined },
      "all/top.txt": { bytes: bytes("top"), contentType: undefined },
    },
    objects: { agent: '{"seen":[1,2]}', "8": '{"other":true}', account: '{"all":1}' },
    results: ['{"rows":["é"]}', "[1]"],
    timeLimits: [120],
    letters: [
      { subject: "Done", text: "All of it" },
      { subject: "Done", text: "To you", to: "you@example.com" },
    ],
    notes: ["Ready", "News\nLook\nhere: https://example.com/"],
    scripts: {},
  });
});

it("holds up a CasperJS script's steps until a call is answered", async () => {
  const script = `
var casper = require("casper").create();
var buster = require("phantombuster").create(casper);
casper.start("${site}/page?html=<p id=one>One</p>", function () {
  this.capture("shot.png");
  buster.saveText("foo bar baz", "foo.txt", function () { console.log("Text saved!"); });
  buster.save("shot.png", function (err, url) { console.log("Picture", err, url.split("?")[0]); });
  console.log("Navigation step 1");
});
casper.then(function () { console.log("Navigation step 2"); });
casper.then(function () { buster.setResultObject({ text: this.fetchText("#one"), arg: buster.argument.n }); });
casper.run(function () {
  console.log("And this is executed last");
  buster.setGlobalObject({ told: "at the end" });
  casper.exit();
});`;
  const { end, output, account } = await runScript(script, {
    request: { command: "casperjs", argument: '{"n":3}' },
    world: {
      services: {
        save: async ({ path, bytes: { byteLength } }) => {
          await scheduler.wait(150);
          return { url: `https://outrider.test/${path}?${byteLength}` };
        },
      },
    },
  });
  expect(output.split("\n")).toEqual([
    "Navigation step 1",
    "Text saved!",
    "Picture null https://outrider.test/shot.png",
    "Navigation step 2",
    "And this is executed last",
    "",
  ]);
  expect(end).toEqual({ type: "exited", code: 0 });
  expect(account.results).toEqual(['{"text":"One","arg":3}']);
  expect(account.objects).toEqual({ account: '{"told":"at the end"}' });
});

it("fetches files as the browser would, a hop at a time, and no further than it may", async () => {
  const inside = "http://inside.test/secret";
  const script = `
var buster = require("phantombuster").create();
function say() { console.log(JSON.stringify([].slice.call(arguments))); }
var page = require("webpage").create();
page.open("${site}/set-cookie?name=who&value=me", function () {
  var calls = [
    ["download", "${site}/echo"],
    ["download", "${site}/redirect?to=/echo", "copies/"],
    ["download", "${site}/redirect?to=${encodeURIComponent(`${plain.replace("127.0.0.1", "localhost")}/script/${encodeURIComponent(JSON.stringify([{ echo: true }]))}`)}", "other", { Authorization: "Basic x", "X-Mine": "yes", Host: "evil" }],
    ["download", "${site}/"],
    ["download", "${inside}"],
    ["download", "${site}/redirect?to=" + encodeURIComponent("${inside}"), "x"],
    ["download", "${site}/redirect?to=file:///etc/passwd", "x"],
    ["download", "${scripted(plain, redirect("?"))}", "x"],
    ["download", "file:///etc/passwd", "x"],
    ["download", "${site}/status?code=404", "x"],
    ["download", "${scripted(plain, BIG, { zeros: 6, packed: "not" })}", "x"],
    ["save", "${site}/download"],
  ];
  (function next() {
    var call = calls.shift();
    if (!call) return phantom.exit();
    buster[call[0]].apply(buster, call.slice(1).concat(function (err, value) {
      say(err, value);
      next();
    }));
  })();
});`;
  const asked: string[] = [];
  const { output, files, account } = await runScript(script, {
    world: {
      assertAllowed: async (url) => {
        asked.push(url);
        if (new URL(url).hostname === "inside.test") {
          throw new Fault("BAD_REQUEST", "The address inside.test is not allowed.");
        }
      },
    },
  });
  expect(told(output)).toEqual([
    [null, "echo"],
    [null, "copies/redirect"],
    [null, "other"],
    ["could not determine filename", null],
    ["The address inside.test is not allowed.", null],
    ["The address inside.test is not allowed.", null],
    ["not a web address: file:///etc/passwd", null],
    [expect.stringMatching(/redirects|status/), null],
    ["not a web address: file:///etc/passwd", null],
    ["HTTP status 404", null],
    ["more than 4194304 bytes", null],
    [null, "https://outrider.test/manage/files/agents/7/download?signature=x"],
  ]);
  expect(asked.filter((url) => url.endsWith("/echo")).length).toBe(3);
  const left = Object.fromEntries(
    files.map(({ path, bytes: content }) => [path, new TextDecoder().decode(content)]),
  );
  expect(left["echo"]).toContain("who=me");
  expect(left["copies/redirect"]).toContain("who=me");
  expect(left["other"]).toMatch(/x-mine: yes/i);
  expect(left["other"]).not.toMatch(/authorization|evil/i);
  expect(Object.keys(account.saved)).toEqual(["download"]);
});

it("is a promise without a callback, tells of a soft abort, and never fails in silence", async () => {
  const script = `
var Buster = require("phantombuster");
var buster = new Buster();
buster.saveText("lost", "a/");
buster.notify("nobody");
buster.progressHint(0.2);
(async function () {
  console.log(await buster.getTimeLeft());
  try { await buster.setAgentObject(99, { a: 1 }); } catch (error) { console.log("caught " + error.message); }
  require("./other.js").go(buster);
  for (var i = 0; i < 150; i++) buster.getGlobalObject(function (err) { if (err) console.log(err); });
  console.log(await buster.save("mine.txt").then(function () { return 1; }, function () { return 2; }));
  phantom.exit(3);
})();`;
  const { end, output, account } = await runScript(script, {
    account: {
      scripts: {
        "other.js": "exports.go = function (b) { b.setResultObject({ from: 'other' }); };",
      },
    },
    world: {
      softAborted: () => true,
      services: {
        notify: async () => {
          throw new Fault("RATE_LIMITED", "Too many notes.");
        },
        setProgress: async () => {
          throw new Fault("UNAVAILABLE", "Nobody is there.");
        },
        readObject: async () => {
          await scheduler.wait(1);
          return "{}";
        },
        writeObject: async (scope) => {
          throw new Fault("NOT_FOUND", `There is no ${JSON.stringify(scope)}.`);
        },
      },
    },
  });
  const lines = output.trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("At most"))).toEqual([
    "buster.progressHint(): Nobody is there.",
    "buster.saveText(): could not determine filename",
    "-1",
    "buster.notify(): Too many notes.",
    'caught There is no {"agent":99}.',
    "2",
  ]);
  expect(lines).toContain("At most 100 calls may be under way at once.");
  expect(account.results).toEqual(['{"from":"other"}']);
  expect(end).toEqual({ type: "exited", code: 3 });
});
