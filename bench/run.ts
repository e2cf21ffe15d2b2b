/**
 * `npm run bench [-- name…]`: measures, prints Markdown tables and writes them to bench/results/.
 *
 * Every bench/<name>.ts that exports `run` is a bench; without names all of them run. Ends with 1
 * when one of them failed.
 */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "../scripts/chromium.ts";
import { trustTestAuthority } from "../test/support/authority.node.ts";
import { openPages } from "./support/pages.ts";
import { openBenchRun } from "./support/run.ts";
import { startStack, type Stack } from "./support/stack.ts";
import { toMarkdown, type BenchTable } from "./table.ts";

/** What a bench may ask for; each is started on the first call and shared by all of them. */
export interface Bench {
  /** Path of the one Chromium that the product and the baselines start. */
  chromium: () => Promise<string>;
  stack: () => Promise<Stack>;
  /** Origin of the pages that the browsers visit. */
  pages: () => Promise<string>;
  /** Shows how far a long measurement is. */
  say: (line: string) => void;
}

const RESULTS = join(import.meta.dirname, "results");
/** The order in which people read them; others follow by name. */
const ORDER = [
  "reads",
  "commands",
  "first-page",
  "fan-out",
  "timings",
  "probes",
  "lists",
  "events",
  "stream",
  "experiments",
  "reports",
  "scripts",
];
const SUPPORT = new Set(["run", "table"]);

const run = await openBenchRun();
// Before workerd starts: its probes meet certificates of this authority.
trustTestAuthority();
let failed = false;
try {
  failed = !(await runAll(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  failed = true;
} finally {
  await run.end();
}
// Not by running dry: a socket of a bench that failed may still be open.
process.exit(failed ? 1 : 0);

async function runAll(wanted: string[]): Promise<boolean> {
  const names = await benchNames();
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`No such bench: ${unknown.join(", ")}. There are: ${names.join(", ")}.`);
  }
  const bench: Bench = {
    chromium: once(async () => (await ensureChromium()).executablePath),
    stack: once(async () => {
      await bench.chromium();
      return startStack(run.folder);
    }),
    pages: once(openPages),
    say: (line) => console.error(line),
  };
  await mkdir(RESULTS, { recursive: true });
  console.log(`# Outrider's speed on ${availableParallelism()} cores, Node ${process.version}\n`);
  const outcomes: boolean[] = [];
  for (const name of wanted.length > 0 ? wanted : names) outcomes.push(await runOne(name, bench));
  return !outcomes.includes(false);
}

async function runOne(name: string, bench: Bench): Promise<boolean> {
  bench.say(`${name} …`);
  try {
    const module = (await import(`./${name}.ts`)) as {
      run?: (bench: Bench) => Promise<BenchTable | BenchTable[]>;
    };
    if (module.run === undefined) throw new Error("it exports no run()");
    const markdown = [await module.run(bench)].flat().map(toMarkdown).join("\n");
    console.log(markdown);
    await writeFile(join(RESULTS, `${name}.md`), markdown);
    return true;
  } catch (error) {
    console.error(
      `${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return false;
  }
}

async function benchNames(): Promise<string[]> {
  const names = (await readdir(import.meta.dirname))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .filter((name) => !SUPPORT.has(name));
  return names.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** Place in the order; one behind the last for those that it does not name. */
function rank(name: string): number {
  return (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
