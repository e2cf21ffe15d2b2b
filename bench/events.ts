/**
 * Events accepted a second, by one account and by twenty, one and a hundred in a request, beside a
 * plain Node server that takes them and keeps nothing.
 */
import type { Bench } from "./run.ts";
import type { Api } from "./support/api.ts";
import {
  eventsOf,
  newAccount,
  type PlainServer,
  registerSession,
  startPlainServer,
} from "./support/bots.ts";
import { interleave, median } from "./support/statistics.ts";
import { times, type BenchTable } from "./table.ts";

const ACCOUNTS = 20;
/** Requests under way at once, over all accounts. */
const LANES = 20;
const SECONDS = 4;
const ROUNDS = 3;

interface Bot {
  api: Api;
  session: string;
}

interface Scene {
  accounts: number;
  perRequest: number;
}

const SCENES: Scene[] = [1, 100].flatMap((perRequest) =>
  [1, ACCOUNTS].map((accounts) => ({ accounts, perRequest })),
);

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider } = await bench.stack();
  const plain = await startPlainServer();
  try {
    const bots = await Promise.all(
      Array.from({ length: ACCOUNTS }, async () => {
        const api = await newAccount(outrider);
        return { api, session: await registerSession(api) };
      }),
    );
    const rows: (string | number)[][] = [];
    for (const scene of SCENES) rows.push(await measure(bench, scene, bots, plain));
    return {
      title: "Events accepted",
      columns: ["accounts", "events a request", "events/s", "plain Node, events/s", "ratio"],
      rows,
      notes: [
        `${LANES} requests under way at once, ${ROUNDS} interleaved rounds of ${SECONDS} s each, medians. All of it, the client too, shares this machine.`,
        "Each accepted event has passed the key's and the account's limits, and is numbered and in SQLite with its indexes before it is answered. Baseline: a plain Node `http` and `ws` server that answers at once, checks no key and keeps nothing.",
      ],
    };
  } finally {
    await plain.end();
  }
}

async function measure(
  bench: Bench,
  { accounts, perRequest }: Scene,
  bots: Bot[],
  plain: PlainServer,
): Promise<(string | number)[]> {
  bench.say(`  ${accounts} accounts, ${perRequest} events a request`);
  const figures = { ours: [] as number[], theirs: [] as number[] };
  const theirs = [{ api: plain.api, session: "s" }];
  await interleave(ROUNDS, [
    async () => {
      figures.ours.push(await rate(bots.slice(0, accounts), perRequest));
    },
    async () => {
      figures.theirs.push(await rate(theirs, perRequest));
    },
  ]);
  const [ours, others] = [median(figures.ours), median(figures.theirs)];
  return [String(accounts), perRequest, ours, others, times(ours / others)];
}

/** Events a second that are accepted. */
async function rate(bots: Bot[], perRequest: number): Promise<number> {
  const started = performance.now();
  let accepted = 0;
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      const bot = bots[lane % bots.length];
      if (!bot) throw new Error("There are no bots.");
      while (performance.now() - started < SECONDS * 1000) {
        const { count } = await bot.api.post<{ count: number }>(
          "/api/events",
          eventsOf(bot.session, perRequest),
        );
        accepted += count;
      }
    }),
  );
  return accepted / ((performance.now() - started) / 1000);
}
