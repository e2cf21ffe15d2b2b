/**
 * The same delayed answers measured by `curl -w` and by Outrider's checks, in turn: how far apart
 * the two are, phase by phase.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { redirect, scripted, type Origins, type Step } from "../test/support/origins.ts";
import { serveOrigins } from "../test/support/origins.node.ts";
import type { Bench } from "./run.ts";
import type { Api } from "./support/api.ts";
import { authorityFile } from "./support/authority.ts";
import { interleave, median } from "./support/statistics.ts";
import type { BenchTable } from "./table.ts";

/** Checks on demand are limited to 30 a minute and host; two scenarios share each. */
const ROUNDS = 14;
const PHASES = ["namelookup", "connect", "pretransfer", "starttransfer", "total"] as const;
type Phase = (typeof PHASES)[number];
type Timings = Record<Phase, number>;

/** How far apart the two may be: this much, or this share of what curl says. */
const LIMIT_MS = 5;
const LIMIT_SHARE = 0.05;

const FIRST_BYTE_MS = 80;
const BODY_MS = 50;
const REDIRECT_MS = 40;

/** The first byte late, and the second half of the body later still. */
const SLOW: Step[] = [
  { wait: FIRST_BYTE_MS },
  { send: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhello" },
  { wait: BODY_MS },
  { send: "world" },
];

interface Scenario {
  name: string;
  url: (origins: Origins) => string;
}

const SCENARIOS: Scenario[] = [
  { name: "http", url: ({ plain }) => scripted(plain, ...SLOW) },
  {
    name: "http, one redirect",
    url: ({ plain }) => scripted(plain, { wait: REDIRECT_MS }, redirect(scripted(plain, ...SLOW))),
  },
  { name: "https", url: ({ tls }) => scripted(tls, ...SLOW) },
  { name: "https, slow handshake", url: ({ slowTls }) => scripted(slowTls, ...SLOW) },
];

interface Contest {
  name: string;
  curl: Timings[];
  ours: Timings[];
}

export async function run(bench: Bench): Promise<BenchTable> {
  const { outrider } = await bench.stack();
  const version = (await curl("--version")).split(" ")[1] ?? "";
  const authority = await authorityFile();
  const { origins, close } = await serveOrigins();
  const contests: Contest[] = [];
  try {
    for (const scenario of SCENARIOS) {
      bench.say(`  ${scenario.name}`);
      contests.push(await measure(outrider, scenario, origins, authority));
    }
  } finally {
    await close();
  }
  return {
    title: "Phases of a check, beside curl",
    columns: ["answer", "until", "curl ms", "Outrider ms", "difference ms", "within"],
    rows: contests.flatMap(compare),
    notes: [
      `curl ${version} with \`-w\`, and \`POST /tests/{id}/check\`, in turn; ${ROUNDS} rounds each; of curl's two transfers in a process the second, over a new connection. Times are medians, cumulative from the start and summed over redirects, the difference is the median of the rounds' differences.`,
      `The origin waits ${FIRST_BYTE_MS} ms before the first byte and ${BODY_MS} ms within the body, ${REDIRECT_MS} ms before a redirect, and 150 ms in the slow handshake. Names are not looked up: the host is an address, or localhost.`,
      `"yes": at most ${LIMIT_MS} ms or ${LIMIT_SHARE * 100} % apart; from the first byte over TLS on, at most the round trip that its handshake takes: workerd's sockets hold the request back until the handshake's last segment is acknowledged (Nagle), curl's do not.`,
    ],
  };
}

async function measure(
  outrider: Api,
  { name, url: urlOf }: Scenario,
  origins: Origins,
  authority: string,
): Promise<Contest> {
  const url = urlOf(origins);
  const wish = { url, testName: name, interval: 86_400 };
  const { Test } = await outrider.post<{ Test: { testID: number } }>("/tests", wish);
  const contest: Contest = { name, curl: [], ours: [] };
  const contestants = [
    async () => {
      contest.curl.push(await byCurl(url, authority));
    },
    async () => {
      contest.ours.push(await byOutrider(outrider, Test.testID));
    },
  ];
  // Each once before it counts.
  for (const contestant of contestants) await contestant();
  contest.curl.length = 0;
  contest.ours.length = 0;
  await interleave(ROUNDS, contestants);
  await outrider.send("DELETE", `/tests/${Test.testID}`);
  return contest;
}

function compare({ name, curl: theirs, ours }: Contest): (string | number)[][] {
  // What a handshake of TLS 1.3 takes; 0 without one.
  const roundTrip = median(theirs.map(({ pretransfer, connect }) => pretransfer - connect));
  return PHASES.filter((phase) => phase !== "namelookup").map((phase) => {
    const [their, own] = [median(of(theirs, phase)), median(of(ours, phase))];
    const difference = median(ours.map((one, at) => one[phase] - (theirs[at]?.[phase] ?? NaN)));
    const answered = phase === "starttransfer" || phase === "total";
    const limit = Math.max(LIMIT_MS, their * LIMIT_SHARE, answered ? roundTrip : 0);
    const within = Math.abs(difference) <= limit;
    return [name, phase, their, own, difference, within ? "yes" : "NO"];
  });
}

function of(all: Timings[], phase: Phase): number[] {
  return all.map((one) => one[phase]);
}

async function byCurl(url: string, authority: string): Promise<Timings> {
  const format = PHASES.map((phase) => `%{time_${phase}}`).join(" ");
  const how = ["-s", "-4", "-L", "--http1.1", "--globoff", "--no-sessionid", "-w", `${format}\n`];
  const trust = ["--cacert", authority, "--capath", "/dev/null"];
  // Twice over new connections: a process' first handshake has to make TLS itself ready.
  const twice = [url, url].flatMap((each) => ["-o", "/dev/null", each]);
  const [, told = ""] = (await curl(...how, ...trust, ...twice)).trim().split("\n");
  return timings(told.split(" ").map(Number));
}

async function byOutrider(outrider: Api, id: number): Promise<Timings> {
  const { Check } = await outrider.post<{ Check: Record<string, unknown> }>(
    `/tests/${id}/check`,
    {},
  );
  if (Check["status"] !== 1) throw new Error(`A check failed: ${String(Check["error"])}`);
  return timings(PHASES.map((phase) => Number(Check[`${phase}_time`])));
}

/** Seconds to milliseconds. */
function timings(seconds: number[]): Timings {
  const entries = PHASES.map((phase, index) => [phase, (seconds[index] ?? NaN) * 1000] as const);
  return Object.fromEntries(entries) as Timings;
}

async function curl(...args: string[]): Promise<string> {
  return (await promisify(execFile)("curl", args)).stdout;
}
