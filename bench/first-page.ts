/** From nothing to a loaded page: POST /sessions and navigate, beside puppeteer-core's launch. */
import { setTimeout as wait } from "node:timers/promises";
import type { Bench } from "./run.ts";
import { firstPage, launchPuppet } from "./support/puppet.ts";
import { interleave, percentile, timed } from "./support/statistics.ts";
import { times, type BenchTable } from "./table.ts";

const ROUNDS = 12;
/** Between launches, so that none pays for the browser that is just being closed. */
const PAUSE_MS = 400;

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider } = await bench.stack();
  const executable = await bench.chromium();
  const url = `${await bench.pages()}/shop`;
  const samples = { create: [] as number[], navigate: [] as number[], all: [] as number[] };
  const launches: number[] = [];

  const product = async (): Promise<void> => {
    let id = "";
    const create = await timed(async () => {
      ({ session_id: id } = await outrider.post<{ session_id: string }>("/sessions", {}));
    });
    const navigate = await timed(() => outrider.post(`/sessions/${id}/navigate`, { url }));
    samples.create.push(create);
    samples.navigate.push(navigate);
    samples.all.push(create + navigate);
    await outrider.send("DELETE", `/sessions/${id}`);
    await wait(PAUSE_MS);
  };
  const baseline = async (): Promise<void> => {
    const started = performance.now();
    const browser = await launchPuppet(executable);
    await (await firstPage(browser)).goto(url);
    launches.push(performance.now() - started);
    await browser.close();
    await wait(PAUSE_MS);
  };
  await interleave(1, [product, baseline]);
  for (const taken of [...Object.values(samples), launches]) taken.length = 0;
  await interleave(ROUNDS, [product, baseline]);

  const row = (name: string, taken: number[]): (string | number)[] => [
    name,
    percentile(taken, 0.5),
    percentile(taken, 0.99),
    name.startsWith("of") ? "" : times(percentile(taken, 0.5) / percentile(launches, 0.5)),
  ];
  return {
    title: "From nothing to the first page",
    columns: ["", "p50 ms", "slowest ms", "ratio"],
    rows: [
      row("puppeteer-core: launch, goto", launches),
      row("POST /sessions, then navigate", samples.all),
      row("of it: POST /sessions", samples.create),
      row("of it: navigate, launch included", samples.navigate),
    ],
    notes: [
      `${ROUNDS} interleaved rounds, each with a fresh browser of the same binary, closed at its end.`,
      "A session launches its browser with its first command. Locally the runtime starts the Chromium; Browser Rendering may hold one ready.",
    ],
  };
}
