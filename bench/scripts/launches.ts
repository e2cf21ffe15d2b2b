/** How soon a launched script is heard of. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "../run.ts";
import { newAgent } from "../support/agent.ts";
import type { Phantom } from "../support/phantomjs.ts";
import { interleave, percentile } from "../support/statistics.ts";
import { share, times, type BenchTable } from "../table.ts";

const ROUNDS = 20;
/** Between launches, so that none pays for the browser that is just being closed. */
const PAUSE_MS = 400;
const SCRIPT = 'require("casper").create().echo("begun").exit();\n';

export async function measureLaunches(bench: Bench, phantom: Phantom): Promise<BenchTable> {
  bench.say("  launches");
  const { outrider, sandbox } = await bench.stack();
  const launch = await newAgent(outrider, SCRIPT);
  const file = join(await mkdtemp(join(tmpdir(), "launches-")), "script.js");
  await writeFile(file, SCRIPT);
  const taken = { byte: [] as number[], word: [] as number[], browser: [] as number[] };
  const theirs: number[] = [];
  const contestants = [
    async () => {
      const { firstByte, firstWord, output } = await launch();
      if (!output.endsWith("begun\n")) throw new Error(`The script failed:\n${output}`);
      taken.byte.push(firstByte);
      taken.word.push(firstWord);
      await wait(PAUSE_MS);
    },
    async () => {
      taken.browser.push((await sandbox.post<{ launchMs: number }>("/browser", {})).launchMs);
      await wait(PAUSE_MS);
    },
    async () => {
      const { firstByte, output } = await phantom.run([file]);
      if (output !== "begun\n") throw new Error(`The script failed there:\n${output}`);
      theirs.push(firstByte);
      await wait(PAUSE_MS);
    },
  ];
  await interleave(1, contestants);
  for (const samples of [...Object.values(taken), theirs]) samples.length = 0;
  await interleave(ROUNDS, contestants);
  const row = (name: string, samples: number[], last: string): (string | number)[] => [
    name,
    percentile(samples, 0.5),
    percentile(samples, 0.95),
    last,
  ];
  const p50 = percentile(theirs, 0.5);
  const browser = percentile(taken.browser, 0.5);
  return {
    title: "From launch.json to a byte in output.json",
    columns: ["", "p50 ms", "p95 ms", "ratio"],
    rows: [
      row("CasperJS + PhantomJS: the script's first byte", theirs, ""),
      row("launch.json: the first byte", taken.byte, times(percentile(taken.byte, 0.5) / p50)),
      row(
        "launch.json: the script's first byte",
        taken.word,
        times(percentile(taken.word, 0.5) / p50),
      ),
      row("the browser's own start", taken.browser, share(browser, percentile(taken.word, 0.5))),
    ],
    notes: [
      `${ROUNDS} interleaved rounds, each with a fresh browser; output.json is polled as soon as it has answered. The first byte is the line that every run begins with, said when its browser is there.`,
      "The browser's own start is measured apart, through the same binding: its share is that of the way to the script's first byte. Locally the runtime starts the Chromium; Browser Rendering may hold one ready.",
      "PhantomJS is started without CasperJS's launcher in Python, whose time would come on top.",
    ],
  };
}
