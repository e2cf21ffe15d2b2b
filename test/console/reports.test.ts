import { env } from "cloudflare:workers";
import puppeteer from "@cloudflare/puppeteer";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { gunzipSync } from "node:zlib";
import { buildReport } from "../../src/domain/experiment/index.ts";
import { systemContext } from "../../src/runtime/context.ts";
import { type Account, ask, call, newAccount, ORIGIN } from "../support/api.ts";
import {
  crates,
  currentRunner,
  legacyRunner,
  newExperiment,
  newRunner,
  readExperiment,
} from "../support/runners.ts";
import { newBox } from "../support/receivers.ts";
import { deployment } from "../support/worker.ts";

/** What an owner sees of an experiment that has ended. */

let account: Account;
let runner: ReturnType<typeof currentRunner>;
beforeAll(async () => {
  account = await newAccount();
  runner = currentRunner(await newRunner(account.key, "crater-1"));
});

/** Waits until the queue's consumer has built it. */
async function reportOf(name: string): Promise<string> {
  const url = await vi.waitFor(
    async () => {
      const experiment = await readExperiment(account.key, name);
      expect(experiment.reported_at).not.toBeNull();
      return experiment.report_url;
    },
    { timeout: 20_000, interval: 100 },
  );
  return url.slice(ORIGIN.length);
}

const RESULTS: [stable: string, beta: string][] = [
  ["test-pass", "build-fail:compiler-error"],
  ["build-fail", "test-pass"],
  ["test-pass", "test-pass"],
];

describe("a report", () => {
  let path: string;
  beforeAll(async () => {
    await newExperiment(account.key, { name: "pr-7", crates: crates(3) });
    await runner.next();
    for (const [stable, beta] of RESULTS) {
      const crate = (await runner.crate("pr-7")) ?? {};
      await runner.progress("pr-7", crate, { Dist: "stable" }, stable);
      await runner.progress("pr-7", crate, { Dist: "beta" }, beta);
    }
    path = await reportOf("pr-7");
  });

  it("is told by JSON and CSV alike", async () => {
    const json = await (await ask(`${path}/results.json`)).json();
    expect(json).toEqual(
      RESULTS.map(([stable, beta], index) => ({
        crate: `crate-${index} 1.0.0`,
        category: ["regressed", "fixed", "same"][index],
        results: [
          { toolchain: "stable", result: stable },
          { toolchain: "beta", result: beta },
        ],
      })),
    );
    const csv = await (await ask(`${path}/results.csv`)).text();
    expect(csv.split("\n")[0]).toBe("crate,category,stable,beta");
    expect(csv).toContain("crate-0 1.0.0,regressed,test-pass,build-fail:compiler-error");
  });

  it("leads to both logs of a crate, which are kept packed", async () => {
    const log = await ask(`${path}/logs/0/1`);
    expect(log.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(log.headers.get("content-security-policy")).toContain("sandbox");
    expect(await log.text()).toBe("log of build-fail:compiler-error");
    const { objects } = await env.FILES.list({ prefix: `${account.id}/experiments/` });
    const packed = objects.find(({ key }) => /\/logs\/0-1-\d+\.txt\.gz$/.test(key));
    const object = await env.FILES.get(packed?.key ?? "");
    const bytes = new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(gunzipSync(bytes).toString()).toBe("log of build-fail:compiler-error");
    expect((await ask(`${path}/logs/9/9`)).status).toBe(404);
  });

  it("shows counts, a bar and a list", async () => {
    const response = await ask(path);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const text = (await response.text()).replaceAll(/\s+/g, " ");
    expect(text).toContain("<b>1</b> regressed");
    expect(text).toContain("stable against beta");
  });

  it("can be searched in a browser", async () => {
    const browser = await puppeteer.launch(env.BROWSER);
    try {
      const page = await browser.newPage();
      await page.setRequestInterception(true);
      // The browser does not know the tests' origin: the Worker answers it here.
      page.on("request", (request) => {
        const answer = async () => {
          const response = await ask(new URL(request.url()).pathname);
          await request.respond({
            status: response.status,
            headers: Object.fromEntries(response.headers),
            body: await response.text(),
          });
        };
        void answer();
      });
      await page.goto(`${ORIGIN}${path}`);
      const rows = () => page.$$eval("tbody tr", (found) => found.map((row) => row.textContent));
      await vi.waitFor(async () => expect(await rows()).toHaveLength(3), { timeout: 10_000 });
      await page.type("#find", "crate-1");
      expect(await rows()).toEqual(["crate-1 1.0.0fixedbuild-failtest-pass"]);
      await page.click("button[data-category=regressed]");
      expect(await rows()).toEqual([]);
      await page.click("button[data-category=regressed]");
      const links = await page.$$eval("tbody a", (found) =>
        found.map((a) => a.getAttribute("href")),
      );
      expect(links).toEqual([`${path}/logs/1/0`, `${path}/logs/1/1`]);
    } finally {
      await browser.close();
    }
  });

  it("is nobody's without its link, and gone with its experiment", async () => {
    expect((await ask(`/console/reports/${"0".repeat(32)}`)).status).toBe(404);
    await newExperiment(account.key, { name: "short-lived" });
    const experiment = await readExperiment(account.key, "short-lived");
    const own = experiment.report_url.slice(ORIGIN.length);
    expect(await (await ask(own)).text()).toContain("comes when the experiment has ended");
    expect((await ask(`${own}/results.json`)).status).toBe(404);
    await call(account.key, "DELETE", "/manage/experiments/short-lived");
    expect((await ask(own)).status).toBe(404);
  });
});

describe("a report of nothing", () => {
  it("says that no results were sent", async () => {
    await newExperiment(account.key, { name: "silent", assignee: "old" });
    const old = legacyRunner(await newRunner(account.key, "old"));
    await old.next();
    await old.complete();
    const path = await reportOf("silent");
    expect(await (await ask(path)).text()).toContain("No results were sent.");
  });
});

describe("a huge log", () => {
  it("is kept up to its bound, and says what is missing", async () => {
    await newExperiment(account.key, { name: "huge", crates: crates(1), toolchains: ["stable"] });
    await runner.next();
    const crate = (await runner.crate("huge")) ?? {};
    const log = btoa("x".repeat(6_000_000));
    const sent = {
      "experiment-name": "huge",
      result: { crate, toolchain: "stable", result: "test-pass", log },
    };
    expect((await runner.send("POST", "record-progress", sent)).status).toBe(200);
    const text = await (await ask(`${await reportOf("huge")}/logs/0/0`)).text();
    expect(text.length).toBeLessThan(5_300_000);
    expect(text).toMatch(/\[757120 more bytes were not kept\]\n$/);
  });
});

describe("the owner", () => {
  /** An experiment that has ended, its report still owed. */
  async function ended(name: string, ours: ReturnType<typeof deployment>) {
    await newExperiment(account.key, { name, assignee: `teller-of-${name}` });
    const teller = legacyRunner(await newRunner(account.key, `teller-of-${name}`), ours.ask);
    await teller.next();
    await env.DB.prepare(
      "UPDATE experiments SET status = 'completed', report_due_at = 1 WHERE name = ? AND account_id = ?",
    )
      .bind(name, account.id)
      .run();
    const row = await env.DB.prepare("SELECT id FROM experiments WHERE name = ? AND account_id = ?")
      .bind(name, account.id)
      .first<{ id: number }>();
    return { type: "report" as const, experimentId: row?.id ?? 0 };
  }

  it("is told by mail where there is no channel, and once", async () => {
    const ours = deployment();
    const job = await ended("told", ours);
    await buildReport(systemContext(ours.env, {}), job);
    await buildReport(systemContext(ours.env, {}), job);
    expect(ours.lettersTo(account.email)).toMatchObject([
      { subject: "Experiment told is completed" },
    ]);
  });

  it("is told through the channels that hear of everything", async () => {
    const ours = deployment();
    const box = newBox("webhook");
    const wish = { type: "webhook", name: "hook", target: box.target };
    expect((await call(account.key, "POST", "/manage/channels", wish)).status).toBe(201);
    const job = await ended("channelled", ours);
    await buildReport(systemContext(ours.env, {}), job);
    await buildReport(systemContext(ours.env, {}), job);
    await vi.waitFor(async () => expect(await box.taken()).toHaveLength(1), { timeout: 20_000 });
    expect(await box.taken()).toMatchObject([
      { type: "experiment.ended", data: { title: "Experiment channelled is completed" } },
    ]);
    expect(ours.lettersTo(account.email)).toEqual([]);
  });
});
