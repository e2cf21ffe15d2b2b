/**
 * An authenticated read through the full stack, beside a bare Hono + D1 Worker in the same
 * workerd: what credentials, rate limits, headers, logging and validation cost together.
 */
import type { Bench } from "./run.ts";
import type { Api } from "./support/api.ts";
import { interleave, percentile } from "./support/statistics.ts";
import { times, type BenchTable } from "./table.ts";
import { load } from "./support/load.ts";

const CLIENTS = [1, 20];
const ROUNDS = 12;
/** Requests of one contestant in one round. */
const REQUESTS = 250;
const WARM_UP = 300;
/** Sessions that the account has, and the list shows. */
const SESSIONS = 5;

interface Contestant {
  name: string;
  api: Api;
  path: string;
  samples: number[];
  /** Milliseconds that its rounds took together. */
  spent: number;
}

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider, baseline } = await bench.stack();
  const ids: string[] = [];
  for (let made = 0; made < SESSIONS; made += 1) {
    const { session_id } = await outrider.post<{ session_id: string }>("/sessions", {});
    ids.push(session_id);
  }
  const [id = ""] = ids;
  const rows: (string | number)[][] = [];
  try {
    for (const clients of CLIENTS) {
      bench.say(`  ${clients} at once`);
      rows.push(...(await measure(clients, outrider, baseline, id)));
    }
  } finally {
    for (const made of ids) await outrider.send("DELETE", `/sessions/${made}`);
  }
  return {
    title: "An authenticated read",
    columns: ["request", "clients", "p50 ms", "p99 ms", "a second", "p50 ratio", "p99 ratio"],
    rows,
    notes: [
      "Baseline: a Hono Worker that answers one D1 point query (by primary key) as JSON, without key, limit, log or headers, in the same workerd and on the same database.",
      "Hono alone reads nothing: what is between the two is D1, which also dominates the list.",
      `${ROUNDS} interleaved rounds of ${REQUESTS} requests each, over kept connections straight to workerd: no proxy of \`wrangler dev\` stands between, which would add the same to both.`,
      `The account has ${SESSIONS} sessions. The list is one D1 query, a session one call of its Durable Object.`,
    ],
  };
}

async function measure(
  clients: number,
  outrider: Api,
  baseline: Api,
  id: string,
): Promise<(string | number)[][]> {
  const floor = contestant("Hono + D1", baseline, `/sessions/${id}`);
  const contestants: Contestant[] = [
    contestant("Hono alone", baseline, "/nothing"),
    floor,
    contestant("GET /sessions", outrider, "/sessions"),
    contestant("GET /sessions/{id}", outrider, `/sessions/${id}`),
  ];
  for (const one of contestants) await load({ ...one, samples: [] }, clients, WARM_UP);
  await interleave(
    ROUNDS,
    contestants.map((one) => async () => {
      const started = performance.now();
      await load(one, clients, REQUESTS);
      one.spent += performance.now() - started;
    }),
  );
  const [floor50, floor99] = [percentile(floor.samples, 0.5), percentile(floor.samples, 0.99)];
  return contestants.map(({ name, samples, spent }) => {
    const [mine50, mine99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
    return [
      name,
      clients,
      mine50,
      mine99,
      Math.round((samples.length / spent) * 1000),
      times(mine50 / floor50),
      times(mine99 / floor99),
    ];
  });
}

function contestant(name: string, api: Api, path: string): Contestant {
  return { name, api, path, samples: [], spent: 0 };
}
