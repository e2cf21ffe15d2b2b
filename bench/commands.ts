/** Navigate, action and screenshot through the API, beside puppeteer-core on the same Chromium. */
import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "./run.ts";
import { BUTTON } from "./support/pages.ts";
import { firstPage, launchPuppet, press } from "./support/puppet.ts";
import { interleave, percentile, timed } from "./support/statistics.ts";
import { times, type BenchTable } from "./table.ts";

const ROUNDS = 60;
const WARM_UP = 5;
/** Before each side's turn, so that none pays for what the other does after its last answer. */
const PAUSE_MS = 100;
const STEPS = ["navigate", "action", "screenshot"] as const;

type Step = (typeof STEPS)[number];
type Steps = Record<Step, () => Promise<unknown>>;
type Samples = Record<Step, number[]>;

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider } = await bench.stack();
  const url = `${await bench.pages()}/shop`;
  const browser = await launchPuppet(await bench.chromium());
  const { session_id } = await outrider.post<{ session_id: string }>("/sessions", {});
  const session = `/sessions/${session_id}`;
  try {
    const page = await firstPage(browser);
    const baseline: Steps = {
      navigate: () => page.goto(url),
      action: () => press(page, BUTTON),
      screenshot: () => page.screenshot(),
    };
    const product: Steps = {
      navigate: () => outrider.post(`${session}/navigate`, { url }),
      action: () => outrider.post(`${session}/action`, { command: `Click the ${BUTTON} button` }),
      screenshot: () => outrider.get(`${session}/screenshot`),
    };
    const [mine, theirs] = [noSamples(), noSamples()];
    const contest = (rounds: number, ours: Samples, others: Samples): Promise<void> =>
      interleave(rounds, [() => walk(product, ours), () => walk(baseline, others)]);
    await contest(WARM_UP, noSamples(), noSamples());
    await contest(ROUNDS, mine, theirs);
    return tableOf(mine, theirs);
  } finally {
    await outrider.send("DELETE", session);
    await browser.close();
  }
}

async function walk(steps: Steps, samples: Samples): Promise<void> {
  await wait(PAUSE_MS);
  for (const step of STEPS) samples[step].push(await timed(steps[step]));
}

function noSamples(): Samples {
  return { navigate: [], action: [], screenshot: [] };
}

function row(name: string, ours: number[], others: number[]): (string | number)[] {
  const [p50, base50] = [percentile(ours, 0.5), percentile(others, 0.5)];
  const [p95, base95] = [percentile(ours, 0.95), percentile(others, 0.95)];
  return [name, p50, base50, times(p50 / base50), p95, base95, times(p95 / base95)];
}

/** Milliseconds of whole rounds: the three steps together. */
function roundsOf(samples: Samples): number[] {
  return samples.navigate.map((first, index) =>
    STEPS.slice(1).reduce((sum, step) => sum + (samples[step][index] ?? 0), first),
  );
}

function tableOf(mine: Samples, theirs: Samples): BenchTable {
  return {
    title: "Commands to a browser",
    columns: ["command", "p50 ms", "puppeteer", "ratio", "p95 ms", "puppeteer", "ratio"],
    rows: [
      ...STEPS.map((step) => row(step, mine[step], theirs[step])),
      row("all three", roundsOf(mine), roundsOf(theirs)),
    ],
    notes: [
      "Baseline: puppeteer-core in this process, on the same Chromium binary: `goto`, a button found by accessible name and clicked, `screenshot` of the same 1280 × 720 page.",
      "Outrider: `POST …/navigate`, `POST …/action` in plain words, `GET …/screenshot`: over HTTP, through the Worker and the session's object, with its events and its snapshot.",
      `${ROUNDS} interleaved rounds, each side in a browser of its own that stays open.`,
    ],
  };
}
