/**
 * What a probe costs: the product's prober in workerd beside Debian's blackbox_exporter, asked by
 * the same clients for the same pages.
 */
import { page, scripted } from "../test/support/origins.ts";
import { serveOrigins } from "../test/support/origins.node.ts";
import type { Bench } from "./run.ts";
import type { Api } from "./support/api.ts";
import { authorityFile } from "./support/authority.ts";
import { cpuSeconds } from "./support/linux.ts";
import { startExporter } from "./support/exporter.ts";
import { interleave, percentile } from "./support/statistics.ts";
import { times, type BenchTable } from "./table.ts";
import { load } from "./support/load.ts";

const CLIENTS = 16;
const ROUNDS = 8;
/** Probes of one contestant in one round. */
const PROBES = 400;
const WARM_UP = 200;
const DOCUMENT = page("x".repeat(2000));

interface Contestant {
  name: string;
  api: Api;
  pid: number | undefined;
  path: string;
  samples: number[];
  /** Milliseconds that its rounds took, and seconds that its process computed in them. */
  spent: number;
  computed: number;
}

export async function run(bench: Bench): Promise<BenchTable> {
  const { prober, workerd } = await bench.stack();
  const exporter = await startExporter(await authorityFile());
  const { origins, close } = await serveOrigins();
  const rows: (string | number)[][] = [];
  try {
    for (const [scheme, origin] of [
      ["http", origins.plain],
      ["https", origins.tls],
    ] as const) {
      bench.say(`  ${scheme}`);
      const path = `/probe?module=http_2xx&target=${encodeURIComponent(scripted(origin, DOCUMENT))}`;
      const contestants = [contestant(`${scheme}, Outrider's prober`, prober, workerd, path)];
      if (exporter) {
        const name = `${scheme}, blackbox_exporter`;
        contestants.push(contestant(name, exporter.api, exporter.pid, path));
      }
      rows.push(...(await measure(contestants)));
    }
  } finally {
    await Promise.all([close(), exporter?.stop()]);
  }
  return {
    title: "What a probe costs",
    columns: ["probe", "a second", "p50 ms", "p99 ms", "CPU ms", "a second and core", "ratio"],
    rows,
    notes: [
      `\`GET /probe?target=\` of a page of 2 kB, a new connection each time; ${CLIENTS} clients, ${ROUNDS} interleaved rounds of ${PROBES} probes each. Clients and origin share the cores with what is measured, so "a second" is a floor.`,
      "CPU: what the process computed per probe, user and system; a second and core is its inverse. The ratio is that of the CPU times, Outrider's to the other.",
      exporter
        ? "blackbox_exporter is Debian's package, with GOMAXPROCS=1 and no line of log a probe."
        : "blackbox_exporter is not installed here (`apt-get install prometheus-blackbox-exporter`): nothing to compare with.",
    ],
  };
}

function contestant(name: string, api: Api, pid: number | undefined, path: string): Contestant {
  return { name, api, pid, path, samples: [], spent: 0, computed: 0 };
}

async function measure(contestants: Contestant[]): Promise<(string | number)[][]> {
  for (const one of contestants) await load({ ...one, samples: [] }, CLIENTS, WARM_UP);
  await interleave(
    ROUNDS,
    contestants.map((one) => async () => {
      const [started, before] = [performance.now(), await cpuSeconds(one.pid)];
      await load(one, CLIENTS, PROBES);
      one.computed += (await cpuSeconds(one.pid)) - before;
      one.spent += performance.now() - started;
    }),
  );
  const [ours, theirs] = contestants.map(({ computed }) => computed);
  return contestants.map(({ name, samples, spent, computed }, index) => [
    name,
    Math.round((samples.length / spent) * 1000),
    percentile(samples, 0.5),
    percentile(samples, 0.99),
    (computed / samples.length) * 1000,
    Math.round(samples.length / computed),
    index === 0 ? times((ours ?? NaN) / (theirs ?? NaN)) : "",
  ]);
}
