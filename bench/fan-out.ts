/**
 * Events of one session to a hundred WebSocket subscribers, beside puppeteer-core and a plain
 * Node `ws` server that keeps nothing. A page that moves by `pushState` makes the events.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Bench } from "./run.ts";
import { figuresOf, type Heard, Subscribers, type Told } from "./support/subscribers.ts";
import { interleave } from "./support/statistics.ts";
import { share, times, type BenchTable } from "./table.ts";

const SUBSCRIBERS = 100;
/** Events a second that the page makes. The last is beyond what a session promises to send. */
const RATES = [20, 80, 200];
const SECONDS = 4;
const ROUNDS = 2;

interface Side {
  name: string;
  subscribers: Subscribers;
  /** Sends the page to an address. */
  visit: (url: string) => Promise<unknown>;
}

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider } = await bench.stack();
  const pages = await bench.pages();
  const plain = fork(
    join(import.meta.dirname, "support/plain-fan-out.ts"),
    [await bench.chromium()],
    { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: ["--no-warnings"] },
  );
  const { session_id } = await outrider.post<{ session_id: string }>("/sessions", {});
  const session = `/sessions/${session_id}`;
  const sides: Side[] = [];
  try {
    const [port] = (await once(plain, "message")) as [number];
    const socket = `${outrider.origin.replace("http", "ws")}/ws${session}`;
    // One after another: two crowds that connect at once would be a measurement of its own.
    sides.push({
      name: "Outrider",
      subscribers: await Subscribers.open(SUBSCRIBERS, socket, tickOf, outrider.headers),
      visit: (url) => outrider.post(`${session}/navigate`, { url }),
    });
    sides.push({
      name: "plain ws",
      subscribers: await Subscribers.open(SUBSCRIBERS, `ws://127.0.0.1:${port}`, tickOf),
      visit: async (url) => plain.send(url),
    });
    const rows: (string | number)[][] = [];
    for (const rate of RATES) {
      bench.say(`  ${rate} events a second`);
      rows.push(...(await measure(rate, sides, pages)));
    }
    return tableOf(rows);
  } finally {
    for (const { subscribers } of sides) subscribers.close();
    await outrider.send("DELETE", session);
    plain.disconnect();
    await once(plain, "exit");
  }
}

/** When the page made the address that a message tells. */
function tickOf({ url }: Told): number | undefined {
  const at = /\/tick\?.*\bat=(\d+)/.exec(typeof url === "string" ? url : "")?.[1];
  return at === undefined ? undefined : Number(at);
}

async function measure(rate: number, sides: Side[], pages: string): Promise<(string | number)[][]> {
  const count = rate * SECONDS;
  const heard = new Map<Side, Heard[]>(sides.map((side) => [side, []]));
  await interleave(
    ROUNDS,
    sides.map((side) => async () => {
      const start = (): Promise<unknown> => side.visit(`${pages}/?rate=${rate}&count=${count}`);
      heard.get(side)?.push(await side.subscribers.listen(count * SUBSCRIBERS, start));
    }),
  );
  const figures = sides.map((side) => figuresOf(heard.get(side) ?? []));
  const base = figures.at(-1);
  return sides.map(({ name }, index) => {
    const { delivered = 0, skipped = 0, span = 0, p50 = 0, p99 = 0 } = figures[index] ?? {};
    const expected = count * SUBSCRIBERS * ROUNDS;
    return [
      name,
      rate,
      Math.round((delivered / span) * 1000),
      share(delivered, expected),
      share(skipped, expected),
      expected - delivered - skipped,
      p50,
      p99,
      times(p50 / (base?.p50 ?? Number.NaN)),
    ];
  });
}

function tableOf(rows: (string | number)[][]): BenchTable {
  return {
    title: `One session's events to ${SUBSCRIBERS} subscribers`,
    columns: [
      "",
      "events/s made",
      "messages/s out",
      "delivered",
      "skipped",
      "lost",
      "p50 ms",
      "p99 ms",
      "p50 ratio",
    ],
    rows,
    notes: [
      "Baseline: puppeteer-core hears the same page's navigations and a plain `ws` server in its process sends each to all, without keys, numbers or a log.",
      `${ROUNDS} interleaved rounds of ${SECONDS} s at each rate. Latency is from the page's \`pushState\` to the arrival at each subscriber, all ${SUBSCRIBERS} of them in one Node process.`,
      "Outrider numbers each event, keeps it for replay and sends at most 10,000 messages a second for one session, collected every 20 ms: beyond 100 events a second here it skips the oldest and says so in a `gap` message. Lost is what was neither delivered nor announced.",
    ],
  };
}
