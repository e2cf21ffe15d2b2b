/** A page of checks out of ten thousand and out of a million: what is read, and how long it takes. */
import type { Bench } from "./run.ts";
import type { Api } from "./support/api.ts";
import { percentile, timed } from "./support/statistics.ts";
import type { BenchTable } from "./table.ts";

/** One check a minute each; 28 days of them are over a million. */
const MONITORS = 25;
const HOUR_MS = 3_600_000;
const KEPT_HOURS = 28 * 24;
/** Hours in the book when it is read. */
const SIZES = [7, 67, KEPT_HOURS];
/** Hours that are filled in one request. */
const AT_ONCE = 24;
const LIMIT = 100;
const REQUESTS = 40;

interface Page {
  checks: number;
  rows: number;
}

export async function run(bench: Bench): Promise<BenchTable> {
  const { lists } = await bench.stack();
  // Filled backwards from the hour that is over, so that the newest page is the same at each size.
  const end = Math.floor(Date.now() / HOUR_MS);
  const rows: (string | number)[][] = [];
  let filled = 0;
  for (const size of SIZES) {
    bench.say(`  ${(size * 60 * MONITORS).toLocaleString("en")} checks`);
    while (filled < size) {
      const more = Math.min(AT_ONCE, size - filled);
      const query = `from=${end - filled - more}&to=${end - filled}&monitors=${MONITORS}`;
      await lists.send("POST", `/seed?${query}`);
      filled += more;
    }
    rows.push(...(await measure(lists, size, end)));
  }
  return {
    title: "A page of checks, by how many there are",
    columns: ["page of 100", "checks kept", "offset", "rows read", "p50 ms", "p99 ms"],
    rows,
    notes: [
      `The product's own paging over one object's SQLite, ${MONITORS} monitors with a check a minute, packed by the hour; ${REQUESTS} requests each, one after the other, over HTTP.`,
      "Rows read: by all statements of one page, counted by SQLite. What grows with the size is the tally of the hours, one small row each, 720 at most.",
    ],
  };
}

async function measure(lists: Api, hours: number, end: number): Promise<(string | number)[][]> {
  const all = hours * 60 * MONITORS;
  const own = hours * 60;
  const pages: [name: string, offset: number, monitor?: number][] = [
    ["/checks, newest", 0],
    ["/checks, oldest", all - LIMIT],
    ["lastChecks, newest", 0, 7],
    ["lastChecks, oldest", own - LIMIT, 7],
  ];
  const rows: (string | number)[][] = [];
  for (const [name, offset, monitor] of pages) {
    const bounds = `oldest=${(end - KEPT_HOURS - 1) * HOUR_MS}&youngest=${end * HOUR_MS}`;
    const only = monitor === undefined ? "" : `&monitor=${monitor}`;
    const path = `/page?limit=${LIMIT}&offset=${offset}&${bounds}${only}`;
    const page = JSON.parse((await lists.get(path)).body.toString()) as Page;
    if (page.checks !== LIMIT) throw new Error(`${name}: a page of ${page.checks}`);
    const samples: number[] = [];
    for (let time = 0; time < REQUESTS; time += 1) {
      samples.push(await timed(() => lists.get(path)));
    }
    const [p50, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
    rows.push([name, all, offset, page.rows, p50, p99]);
  }
  return rows;
}
