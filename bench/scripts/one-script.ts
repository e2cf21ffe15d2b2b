/** One CasperJS script that opens a page, evaluates, clicks and takes a picture, everywhere. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "../run.ts";
import { newAgent } from "../support/agent.ts";
import type { Phantom } from "../support/phantomjs.ts";
import { firstPage, launchPuppet } from "../support/puppet.ts";
import type { SandboxRun } from "../support/sandbox-run.ts";
import { interleave, percentile, timed } from "../support/statistics.ts";
import { times, type BenchTable } from "../table.ts";

const ROUNDS = 12;
const PAUSE_MS = 400;

/** It says what it found, and the milliseconds since its own first line. */
const scriptFor = (url: string) => `var began = Date.now();
var casper = require("casper").create({ viewportSize: { width: 1280, height: 720 } });
casper.start("${url}", function () {
  var heading = this.evaluate(function () { return document.querySelector("h1").textContent; });
  this.click("#add");
  this.capture("shop.png");
  this.echo(heading + " " + this.fetchText("#count") + " " + (Date.now() - began));
});
casper.run();
`;
const SAID = /^Lamps 1 (\d+)\n/m;

interface Samples {
  /** Milliseconds with the browser's start and end, and of the script alone. */
  all: number[];
  own: number[];
}

export async function measureScript(bench: Bench, phantom: Phantom): Promise<BenchTable> {
  bench.say("  one script");
  const { outrider, sandbox } = await bench.stack();
  const executable = await bench.chromium();
  const folder = await mkdtemp(join(tmpdir(), "one-script-"));
  const url = `${await bench.pages()}/shop`;
  const text = scriptFor(url);
  const file = join(folder, "script.js");
  await writeFile(file, text);
  const launch = await newAgent(outrider, text);
  const samples = {
    phantom: { all: [], own: [] } as Samples,
    product: { all: [], own: [] } as Samples,
    sandbox: { all: [], own: [] } as Samples,
    puppeteer: { all: [], own: [] } as Samples,
  };
  const note = ({ all, own }: Samples, wall: number, output: string) => {
    const said = SAID.exec(output);
    if (!said) throw new Error(`The script failed:\n${output}`);
    all.push(wall);
    own.push(Number(said[1]));
    return wait(PAUSE_MS);
  };
  const contestants = [
    async () => {
      const { wall, output } = await phantom.run([file]);
      await note(samples.phantom, wall, output);
    },
    async () => {
      const { wall, output } = await launch();
      await note(samples.product, wall, output);
    },
    async () => {
      let output = "";
      const wall = await timed(async () => {
        ({ output } = await sandbox.post<SandboxRun>("/run", { text }));
      });
      await note(samples.sandbox, wall, output);
    },
    async () => {
      let own = 0;
      const wall = await timed(async () => {
        const browser = await launchPuppet(executable);
        own = await timed(async () => {
          const page = await firstPage(browser);
          await page.goto(url);
          await page.$eval("h1", ({ textContent }) => textContent);
          await page.click("#add");
          await page.screenshot({ path: join(folder, "shop.png"), fullPage: true });
          await page.$eval("#count", ({ textContent }) => textContent);
        });
        await browser.close();
      });
      if ((await readFile(join(folder, "shop.png"))).length === 0) throw new Error("No picture");
      await note(samples.puppeteer, wall, `Lamps 1 ${Math.round(own)}\n`);
    },
  ];
  await interleave(1, contestants);
  for (const { all, own } of Object.values(samples)) all.length = own.length = 0;
  await interleave(ROUNDS, contestants);
  const base = samples.phantom;
  const row = (name: string, { all, own }: Samples): (string | number)[] => [
    name,
    percentile(all, 0.5),
    percentile(all, 0.95),
    times(percentile(all, 0.5) / percentile(base.all, 0.5)),
    percentile(own, 0.5),
    times(percentile(own, 0.5) / percentile(base.own, 0.5)),
  ];
  return {
    title: "A script that opens, evaluates, clicks and takes a picture",
    columns: ["", "start to end p50 ms", "p95 ms", "ratio", "the script alone p50 ms", "ratio"],
    rows: [
      row("CasperJS + PhantomJS", samples.phantom),
      row("the same script: launch.json to its end in output.json", samples.product),
      row("the same script: the sandbox alone", samples.sandbox),
      row("puppeteer-core, the same steps", samples.puppeteer),
    ],
    notes: [
      `${ROUNDS} interleaved rounds, each with a fresh browser, closed at its end; the page is served by this process.`,
      "The script alone: from its first line to its last word, as it tells itself; of puppeteer-core, from the launched browser on. CasperJS looks whether there is something to do every 20 ms.",
    ],
  };
}
