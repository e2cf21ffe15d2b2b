/**
 * One account's events to a thousand WebSocket subscribers: at a pace that reaches all, and in a
 * flood beyond what can be delivered, beside a plain Node `ws` server that keeps nothing.
 */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Bench } from "./run.ts";
import type { Api } from "./support/api.ts";
import { eventsOf, newAccount, registerSession, startPlainServer } from "./support/bots.ts";
import { peakMemory } from "./support/linux.ts";
import { figuresOf, type Gap, Subscribers, type Told } from "./support/subscribers.ts";
import { share, times, type BenchTable } from "./table.ts";

const SUBSCRIBERS = 1000;

interface Pace {
  /** Events a second. */
  rate: number;
  seconds: number;
}
const PACES: Pace[] = [
  { rate: 10, seconds: 10 },
  { rate: 100, seconds: 4 },
];
const REPLAY_LIMIT_MS = 20_000;

interface Side {
  name: string;
  api: Api;
  session: string;
  subscribers: Subscribers;
}

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider, workerd } = await bench.stack();
  const account = await newAccount(outrider);
  const session = await registerSession(account);
  const plain = await startPlainServer();
  const socketOf = (api: Api) => api.origin.replace("http", "ws");
  const rows: (string | number)[][] = [];
  const notes: string[] = [];
  try {
    for (const pace of PACES) {
      bench.say(`  ${pace.rate} events a second`);
      // One after another, each alone with its crowd: the machine is theirs while they are measured.
      const figures: Awaited<ReturnType<typeof measure>>[] = [];
      for (const [name, api, path] of [
        ["Outrider", account, "/ws"],
        ["plain ws", plain.api, "/"],
      ] as const) {
        const url = socketOf(api) + path;
        const subscribers = await Subscribers.open(SUBSCRIBERS, url, madeAt, api.headers);
        figures.push(await measure({ name, api, session, subscribers }, pace));
        subscribers.close();
        await wait(1000);
      }
      const base = figures.at(-1);
      for (const { name, cells, p50 } of figures) {
        rows.push([name, pace.rate, ...cells, times(p50 / (base?.p50 ?? Number.NaN))]);
      }
      const [ours] = figures;
      if (ours) notes.push(await aftermath(account, session, pace, ours.gap));
    }
    const most = await peakMemory(workerd);
    if (most !== undefined) {
      notes.push(`The runtime never held more than ${Math.round(most / 1e6)} MB.`);
    }
  } finally {
    await plain.end();
  }
  return {
    title: `One account's events to ${SUBSCRIBERS} subscribers`,
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
      `Latency is from before the request to the arrival at each subscriber, all ${SUBSCRIBERS} of them in one Node process beside the bots.`,
      "Outrider sends at most 12,000 messages a second for one account; what is beyond is skipped and announced in a `gap` message. Lost is what was neither delivered nor announced. The plain server has no limit: what it cannot send yet waits in its memory.",
      ...notes,
    ],
  };
}

async function measure({ name, api, session, subscribers }: Side, { rate, seconds }: Pace) {
  const count = rate * seconds;
  const expected = count * SUBSCRIBERS;
  const heard = await subscribers.listen(expected, async () => {
    const begin = performance.now();
    const sent: Promise<void>[] = [];
    const failures: unknown[] = [];
    for (let n = 0; n < count; n += 1) {
      await wait(Math.max(0, begin + (n * 1000) / rate - performance.now()));
      const posted = api.post("/api/events", eventsOf(session, 1));
      sent.push(posted.then(() => undefined).catch((error: unknown) => void failures.push(error)));
    }
    await Promise.all(sent);
    if (failures.length > 0) throw new Error(`${failures.length} events`, { cause: failures[0] });
  });
  const { delivered, skipped, span, p50, p99 } = figuresOf([heard]);
  const perSecond = Math.round((delivered / span) * 1000);
  const cells = [
    perSecond,
    share(delivered, expected),
    share(skipped, expected),
    expected - delivered - skipped,
    p50,
    p99,
  ];
  return { name, cells, p50, gap: heard.gap };
}

/** What is kept of a pace, and whether what was skipped can be had again. */
async function aftermath(
  account: Api,
  session: string,
  { rate, seconds }: Pace,
  gap: Gap | undefined,
): Promise<string> {
  const answer = await account.get(`/api/events?session_id=${session}&per_page=1`);
  const { total } = JSON.parse(answer.body.toString()) as { total: number };
  const before = PACES.slice(
    0,
    PACES.findIndex((pace) => pace.rate === rate),
  ).reduce((sum, pace) => sum + pace.rate * pace.seconds, 0);
  const kept = `At ${rate} events a second ${total - before} of ${rate * seconds} events were stored`;
  if (!gap) return `${kept}, and nobody was told of a gap.`;
  const replayed = await replay(account, gap);
  return `${kept}; of a gap of ${gap.to - gap.from + 1} events \`?since=\` replayed ${replayed}.`;
}

/** Asks for a gap; gives how much of it came. */
async function replay(account: Api, { from, to }: Gap): Promise<number> {
  const url = `${account.origin.replace("http", "ws")}/ws?since=${from - 1}`;
  const socket = new WebSocket(url, { headers: account.headers, perMessageDeflate: false });
  const seqs = new Set<number>();
  const complete = new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      const seq = Number((JSON.parse(data.toString()) as Told)["seq"]);
      if (seq >= from && seq <= to) seqs.add(seq);
      if (seq >= to) resolve();
    });
  });
  await once(socket, "open");
  await Promise.race([complete, wait(REPLAY_LIMIT_MS, undefined, { ref: false })]);
  socket.terminate();
  return seqs.size;
}

/** When a bot made the event that a message tells. */
function madeAt({ type, data }: Told): number | undefined {
  if (type !== "event") return undefined;
  return (data as { details?: { at?: number } }).details?.at;
}
