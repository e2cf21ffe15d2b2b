import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import puppeteer, { type Browser, type Page, type SerializedAXNode } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ensureChromium } from "../../scripts/chromium.ts";
import { freePort, makeFolder, type Outrider, removeFolder, startOutrider } from "./outrider.ts";

/**
 * The public pages as people meet them: from the bundle that is deployed, in a real browser, on a
 * phone's width, dark and light.
 */

let dir: string;
let outrider: Outrider;
let browser: Browser;
let origin: Server;
let origins: string;
let healthy = true;

beforeAll(async () => {
  dir = await makeFolder();
  origin = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://localhost");
    const frames = searchParams.getAll("frame");
    response.setHeader("content-type", "text/html");
    response.statusCode = healthy ? 200 : 503;
    response.end(`all is well ${frames.map((src) => `<iframe src="${src}"></iframe>`).join(" ")}`);
  }).listen(0, "127.0.0.1");
  await once(origin, "listening");
  origins = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  outrider = await startOutrider({ port: await freePort(), dir });
  browser = await puppeteer.launch({
    executablePath: (await ensureChromium()).executablePath,
    args: ["--no-sandbox"],
    headless: "shell",
  });
});

afterAll(async () => {
  await browser?.close();
  await outrider?.stop();
  origin?.close();
  await removeFolder(dir);
});

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${outrider.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${outrider.key}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

interface Shared {
  id: number;
  hash: string;
  check: () => Promise<unknown>;
}

async function share(testName: string): Promise<Shared> {
  const wish = { url: `${origins}/`, testName, sensitivity: 10, interval: 86_400 };
  const { Test } = await ask<{ Test: { testID: number } }>("POST", "/tests", wish);
  const { publicHash: hash } = await ask<{ publicHash: string }>(
    "POST",
    `/tests/${Test.testID}/publicHash`,
  );
  return { id: Test.testID, hash, check: () => ask("POST", `/tests/${Test.testID}/check`) };
}

interface Opened {
  page: Page;
  /** What the browser complained about. */
  complaints: string[];
}

async function open(
  path: string,
  { width = 1280, scheme = "light" }: { width?: number; scheme?: string } = {},
): Promise<Opened> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.setViewport({ width, height: 800 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(`${outrider.url}${path}`);
  return { page, complaints };
}

/** Texts that are too pale for what lies behind them (WCAG 2.2, 1.4.3), with their contrast. */
const PALE = `(() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = channels(getComputedStyle(at).backgroundColor);
      if (alpha > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const pale = [];
  while (texts.nextNode()) {
    const { parentElement: element, data } = texts.currentNode;
    if (!element || !data.trim() || element.closest("script")) continue;
    const style = getComputedStyle(element);
    const pair = [luminance(channels(style.color)), luminance(behind(element))];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) pale.push(data.trim() + " " + contrast.toFixed(2));
  }
  return pale;
})()`;

describe("the status page in a browser", () => {
  it.each([
    ["a desktop", "light", 1280],
    ["a desktop", "dark", 1280],
    ["a phone", "light", 390],
    ["a phone", "dark", 390],
    ["a small phone", "light", 320],
  ])("fits %s in a %s scheme, and everybody can read it", async (_device, scheme, width) => {
    const shared = await share(`Checkout ${"of a shop with a long name ".repeat(3)}`);
    for (let time = 0; time < 2; time += 1) await shared.check();
    healthy = false;
    await shared.check();
    healthy = true;
    const { page, complaints } = await open(`/status/${shared.hash}`, { width, scheme });
    for (const details of await page.$$("details")) {
      await details.evaluate((element) => element.toggleAttribute("open", true));
    }
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    expect(await page.evaluate(PALE)).toEqual([]);
    const paper = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(Number(/\d+/.exec(String(paper))?.[0]) > 128).toBe(scheme === "light");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("has a name, landmarks and headings for whoever does not see it", async () => {
    const shared = await share("Well described");
    await shared.check();
    const { page } = await open(`/status/${shared.hash}`);
    const said: string[] = [];
    const walk = (node: SerializedAXNode): void => {
      said.push(`${node.role} ${node.name ?? ""}`);
      node.children?.forEach(walk);
    };
    const tree = await page.accessibility.snapshot({ interestingOnly: false });
    if (tree) walk(tree);
    expect(said).toEqual(
      expect.arrayContaining([
        "heading Well described",
        "heading Up",
        "region Up",
        "region Last checks",
        "region Downtimes",
        "columnheader Result",
        expect.stringMatching(/^image 100 % up since/),
      ]),
    );
    expect(await page.$$eval("main, h1", (found) => found.length)).toBe(2);
    expect(await page.$eval("html", (html) => html.getAttribute("lang"))).toBe("en");
    // Every mark has words beside it, and none is announced twice.
    const marks = await page.$$eval("svg", (found) =>
      found.map((svg) => svg.getAttribute("aria-hidden")),
    );
    expect(new Set(marks)).toEqual(new Set(["true"]));
    await page.close();
  });

  it("lives: a check appears without a reload, a downtime too, and its end", async () => {
    const shared = await share("Alive");
    await shared.check();
    const { page, complaints } = await open(`/status/${shared.hash}`);
    await page.evaluate("window.untouched = true");
    await page.waitForSelector("[data-live]:not([hidden])");
    expect(await page.$$("tr[data-check]")).toHaveLength(1);
    await shared.check();
    await page.waitForFunction("document.querySelectorAll('tr[data-check]').length === 2");
    healthy = false;
    await shared.check();
    await page.waitForFunction("document.title.startsWith('Down: Alive')");
    await page.waitForFunction("document.querySelector('#downtimes .open') !== null");
    expect(await page.$eval("#said", (said) => said.textContent)).toBe("Now: Down");
    healthy = true;
    await shared.check();
    await page.waitForFunction("document.title.startsWith('Up: Alive')");
    await page.waitForFunction("document.querySelector('#downtimes .open') === null");
    expect(await page.evaluate("window.untouched")).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is taken back when its hash is replaced", async () => {
    const shared = await share("Taken back");
    const { page } = await open(`/status/${shared.hash}`);
    await page.waitForSelector("[data-live]:not([hidden])");
    await ask("POST", `/tests/${shared.id}/publicHash`);
    await page.waitForFunction("document.body.innerText.includes('That did not work')");
    expect(await page.evaluate("document.body.innerText")).not.toContain("Taken back");
    await page.close();
  });

  it("stands in a frame under the widget's address, and under no other", async () => {
    const shared = await share("Framed");
    await shared.check();
    const parent = new URL(origins);
    const widget = `/public/realtime/${shared.hash}/${shared.id}?iframe=1`;
    for (const path of [widget, `/status/${shared.hash}`]) {
      parent.searchParams.append("frame", `${outrider.url}${path}`);
    }
    const page = await browser.newPage();
    await page.goto(parent.href);
    const framed = await page.waitForFrame((frame) => frame.url().endsWith(widget));
    await framed.waitForSelector("[data-live]:not([hidden])");
    expect(await framed.title()).toBe("Up: Framed");
    await page.waitForFrame((frame) => frame.url().startsWith("chrome-error:"));
    const shown = page.frames().filter((frame) => frame.url().startsWith(outrider.url));
    expect(shown).toHaveLength(1);
    await page.close();
  });
});

describe("an experiment's report in a browser", () => {
  let path: string;
  beforeAll(async () => {
    const toolchains = ["stable", "beta"];
    const crates = ["alpha", "beta", "gamma"];
    await ask("POST", "/manage/experiments", { name: "try", toolchains, crates });
    const { token } = await ask<{ token: string }>("POST", "/manage/runners", { name: "one" });
    const pull = (what: string, body?: object) =>
      fetch(`${outrider.url}/agent-api/${what}`, {
        method: body ? "POST" : "GET",
        headers: { authorization: `token ${token}`, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      });
    await pull("next-experiment");
    for (const crate of crates) {
      for (const toolchain of toolchains) {
        const result = crate === "gamma" && toolchain === "beta" ? "build-fail" : "test-pass";
        await pull("record-result", { crate, toolchain, result, log: btoa("a log") });
      }
    }
    await pull("complete-experiment", {});
    path = await vi.waitFor(
      async () => {
        const { experiment } = await ask<{
          experiment: { report_url: string; reported_at: string | null };
        }>("GET", "/manage/experiments/try");
        if (experiment.reported_at === null) throw new Error("There is no report yet.");
        return new URL(experiment.report_url).pathname;
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  it.each([
    ["a desktop", "light", 1280],
    ["a desktop", "dark", 1280],
    ["a small phone", "light", 320],
  ])("fits %s in a %s scheme, and shows the worst first", async (_device, scheme, width) => {
    const { page, complaints } = await open(path, { width, scheme });
    await page.waitForFunction("document.querySelectorAll('tbody tr').length === 3");
    const rows = await page.$$eval("tbody tr", (found) => found.map((row) => row.textContent));
    expect(rows).toEqual([
      "gammaregressedtest-passbuild-fail",
      "alphasametest-passtest-pass",
      "betasametest-passtest-pass",
    ]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    expect(await page.evaluate(PALE)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
