import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { Fault } from "../../src/domain/errors.ts";
import { createBrowserLauncher } from "../../src/platform/browser/index.ts";
import { newBox } from "../support/receivers.ts";
import { runScript, told } from "../support/run-script.ts";

const site = inject("site");
const otherSite = inject("otherSite");
const at = (html: string) => `${site}/page?html=${encodeURIComponent(html)}`;

/** Refuses what begins with one of these. */
function refusing(...inside: string[]) {
  return async (url: string) => {
    if (inside.some((each) => url.startsWith(each))) {
      throw new Fault("BAD_REQUEST", "The address is not allowed.");
    }
  };
}

function freshBrowser() {
  return createBrowserLauncher({
    binding: env.BROWSER,
    guard: { assertAllowed: async () => {} },
    allowPrivate: true,
  }).devTools();
}

describe("a page", () => {
  it("reaches nothing that is refused, by whatever way", async () => {
    const [inside, outside] = [newBox("webhook"), newBox("webhook")];
    const socket = (box: typeof inside) => box.target.replace("http", "ws");
    // A socket is judged by its host alone; by this spelling it is another one.
    const elsewhere = socket(outside).replace("localhost", "127.0.0.1");
    const assertAllowed = refusing(inside.target, `${new URL(inside.target).origin}/`);
    const html = `<img src="${inside.target}?img"><iframe src="${inside.target}?frame"></iframe>
<iframe srcdoc="<script>new WebSocket('${socket(inside)}?srcdoc')</script>"></iframe><script>
var to = "${inside.target}", ws = "${socket(inside)}";
function attempt(work) { try { work(); } catch (e) { console.log(e.name); } }
fetch(to + "?fetch").catch(function () {});
var x = new XMLHttpRequest(); x.open("GET", to + "?xhr"); x.send();
navigator.sendBeacon(to + "?beacon", "x");
new EventSource(to + "?events");
attempt(function () { new WebSocket(ws + "?socket"); });
attempt(function () { new (class extends WebSocket {})(ws + "?class"); });
attempt(function () { new WebSocket.prototype.constructor(ws + "?constructor"); });
attempt(function () {
  var frame = document.body.appendChild(document.createElement("iframe"));
  new frame.contentWindow.WebSocket(ws + "?frame");
});
attempt(function () {
  XMLHttpRequest.prototype.send = XMLHttpRequest.prototype.open = function () {};
  Reflect.construct = Reflect.apply = function () {};
  window.URL = function () { return { href: "${site}" }; };
  new WebSocket(ws + "?tampered");
});
console.log([typeof RTCPeerConnection, typeof WebTransport, typeof SharedWorker, "serviceWorker" in navigator].join());
window.open(to + "?popup");
var outer = "new Worker(" + JSON.stringify("data:text/javascript,try{new WebSocket('" + ws + "?nested')}catch(e){}") + ");";
var make = function (source) { return new Worker("data:text/javascript," + encodeURIComponent(source)); };
make("fetch('" + to + "?worker').catch(function(){}); try { new WebSocket('" + ws + "?workersocket') } catch (e) { postMessage('worker ' + e.name) }" + outer)
  .onmessage = function (event) {
    console.log(event.data);
    new WebSocket("${elsewhere}?allowed").onerror = function () { console.log("asked outside"); };
  };
</script>`;
    const { output } = await runScript(
      `var page = require("webpage").create();
page.onConsoleMessage = function (text) {
  console.log(JSON.stringify(text));
  if (/outside/.test(text)) setTimeout(phantom.exit, 500);
};
page.open(${JSON.stringify(at(html))});`,
      { world: { assertAllowed } },
    );
    const lines = told(output);
    expect(lines.filter((line) => line === "SecurityError").length).toBe(5);
    expect(lines).toContain("undefined,undefined,undefined,false");
    expect(lines).toContain("worker SecurityError");
    expect(await inside.received()).toEqual([]);
    expect((await outside.received()).map(({ query }) => query)).toEqual(["?allowed"]);
  });
});

describe("addresses that a script opens", () => {
  it("are of the web, and judged at each hop", async () => {
    const refused = [
      "file:///etc/passwd",
      "FILE:///etc/passwd",
      "\\tfile:/etc/passwd",
      "about:version",
      "chrome://version",
      "view-source:file:///etc/passwd",
      "view-source:http://localhost/",
      "devtools://devtools/bundled/inspector.html",
      "javascript:document.write(1)",
      "filesystem:http://x/",
      `${otherSite}/page?html=inside`,
      `${site}/redirect?to=${encodeURIComponent(otherSite)}`,
      `${site}/redirect?to=file:///etc/passwd`,
    ];
    const script = `var urls = ${JSON.stringify(refused)};
var page = require("webpage").create();
(function next() {
  var url = urls.shift();
  if (!url) return phantom.exit();
  page.open(url, function (status) {
    console.log(JSON.stringify([status, page.plainText, page.evaluate(function () { return document.documentElement.outerHTML.length < 500000 && /root:/.test(document.documentElement.outerHTML); })]));
    setTimeout(next, 20);
  });
})();`;
    const { output } = await runScript(script, { world: { assertAllowed: refusing(otherSite) } });
    expect(told(output)).toEqual(
      refused.map(() => ["fail", expect.not.stringContaining("inside"), false]),
    );
  });
});

describe("a page that floods", () => {
  it.each([
    [
      "its console",
      `for (var i = 0; i < 2000; i++) console.log("n" + i); console.log(new Array(1e6).join("y"));`,
    ],
    ["the network", `for (var i = 0; i < 1000; i++) fetch("/status?n=" + i);`],
    ["dialogs", `for (var i = 0; i < 200; i++) { alert(i); confirm(i); prompt(i); }`],
    ["pop-ups", `for (var i = 0; i < 40; i++) window.open("about:blank");`],
    [
      "frames",
      `for (var i = 0; i < 200; i++) document.body.appendChild(document.createElement("iframe"));`,
    ],
    ["the script", `for (var i = 0; i < 300; i++) callPhantom(new Array(1000).join("z"));`],
    [
      "navigations",
      `var n = 0; setInterval(function () { if (n++ < 100) location.hash = n; }, 1);`,
    ],
    [
      "questions on its way out",
      `window.onbeforeunload = function () { return "stay"; }; setTimeout(function () { location.href = "/page?html=next"; }, 10);`,
    ],
  ])("%s leaves the script at work", async (_name, code) => {
    const script = `var page = require("webpage").create(), heard = 0, longest = 0;
["onConsoleMessage", "onResourceReceived", "onAlert", "onCallback"].forEach(function (name) {
  page[name] = function (what) { heard += 1; if (typeof what === "string") longest = Math.max(longest, what.length); };
});
page.onConfirm = function () { return true; };
page.onPrompt = function () { return "x"; };
page.open(${JSON.stringify(at(`<body><script>${code}</script>`))}, function () {
  setTimeout(function () {
    console.log(JSON.stringify([page.evaluate(function () { return 6 * 7; }), longest <= 100000, page.pages.length <= 20]));
    page.close();
    phantom.exit(7);
  }, 300);
});`;
    const { end, output } = await runScript(script);
    expect(told(output)).toEqual([[42, true, true]]);
    expect(end).toEqual({ type: "exited", code: 7 });
  });
});

describe("a browser that dies", () => {
  it("ends the run", async () => {
    const browser = await freshBrowser();
    const started = Date.now();
    setTimeout(() => void browser.send("Browser.close").catch(() => {}), 800);
    const { end } = await runScript(`setInterval(function () {}, 50);`, { world: { browser } });
    expect(end).toEqual({ type: "failed", reason: "The browser is gone." });
    expect(Date.now() - started).toBeLessThan(8_000);
  });

  it("in one page alone leaves the script at work", async () => {
    const browser = await freshBrowser();
    // Once the page is busy nobody can be attached to it any more.
    const { targetInfos } = (await browser.send("Target.getTargets")) as {
      targetInfos: { targetId: string; type: string }[];
    };
    const { sessionId } = (await browser.send("Target.attachToTarget", {
      targetId: targetInfos.find(({ type }) => type === "page")?.targetId,
      flatten: true,
    })) as { sessionId: string };
    const script = `function say(what) { console.log(JSON.stringify(what)); }
var page = require("webpage").create();
page.onClosing = function () { say("closing"); };
page.open("${site}/page?html=crash", function () {
  say(page.evaluate(function () { for (;;); }));
  setTimeout(function () {
    var other = require("webpage").create();
    other.open("${site}/page?html=alive", function (status) {
      say([status, other.plainText]);
      phantom.exit(5);
    });
  }, 100);
});`;
    const { end, output } = await runScript(script, {
      world: {
        browser,
        tell: ({ type }) => {
          if (type !== "page_load") return;
          setTimeout(() => browser.send("Page.crash", {}, sessionId).catch(() => {}), 300);
        },
      },
    });
    expect(told(output)).toEqual([null, "closing", ["success", "alive"]]);
    expect(end).toEqual({ type: "exited", code: 5 });
  });
});

it("two runs side by side share nothing", async () => {
  const script = (name: string) => `var page = require("webpage").create();
page.open("${site}/set-cookie?name=${name}&value=1", function () {
  require("fs").write("${name}.txt", "${name}");
  setTimeout(function () {
    page.open("${site}/echo", function () {
      var seen = JSON.parse(page.evaluate(function () { return document.getElementById("told").textContent; }));
      console.log(JSON.stringify([seen.cookie, require("fs").list(".").length, phantom.cookies.length]));
      phantom.exit();
    });
  }, 300);
});`;
  const [one, two] = await Promise.all([runScript(script("one")), runScript(script("two"))]);
  expect(told(one.output)).toEqual([["one=1", 4, 1]]);
  expect(told(two.output)).toEqual([["two=1", 4, 1]]);
  expect(one.files.map(({ path }) => path)).toEqual(["one.txt"]);
});
