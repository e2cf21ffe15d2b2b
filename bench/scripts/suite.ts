/** CasperJS's own suite, file by file, here and on PhantomJS. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "../run.ts";
import type { Phantom } from "../support/phantomjs.ts";
import type { SandboxRun } from "../support/sandbox-run.ts";
import { median, timed } from "../support/statistics.ts";
import { times, type BenchTable } from "../table.ts";

/** Where runs find CasperJS. */
const CASPER = "/casperjs";
/** A file that comes to no end is run again so often; PhantomJS hangs now and then. */
const TRIES = 3;
/** How many files are named of those that take longest beside PhantomJS. */
const NAMED = 6;

interface Result {
  /** Milliseconds of the try that came to an end. */
  wall: number;
  /** Tries that did not. */
  hung: number;
  passed: number;
  executed: number;
}

export async function measureSuite(bench: Bench, phantom: Phantom): Promise<BenchTable> {
  const { sandbox } = await bench.stack();
  const files = (
    await readdir(join(phantom.casper, "tests"), { recursive: true, withFileTypes: true })
  )
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(phantom.casper.length + 1))
    .concat("README.md", "LICENSE.md");
  const contents = await Promise.all(
    files.map(async (file) => [
      `${CASPER}/${file}`,
      (await readFile(join(phantom.casper, file))).toString("base64"),
    ]),
  );
  await sandbox.post("/files", Object.fromEntries(contents));
  // CoffeeScript is not for PhantomJS 2.
  const suites = files.filter((file) => /^tests\/suites\/.*\.js$/.test(file));
  const ours: Result[] = [];
  const theirs: Result[] = [];
  for (const [index, suite] of suites.entries()) {
    const here = async () => {
      ours[index] = await ended(async () => {
        let output = "";
        const wall = await timed(async () => {
          const args = ["selftest", `${CASPER}/${suite}`];
          ({ output } = await sandbox.post<SandboxRun>("/run", { args }));
        });
        return resultOf(wall, output);
      });
    };
    const there = async () => {
      theirs[index] = await ended(async () => {
        const { wall, output } = await phantom.run(["selftest", join(phantom.casper, suite)]);
        return resultOf(wall, output);
      });
    };
    for (const run of index % 2 === 0 ? [here, there] : [there, here]) await run();
    const told = [ours[index], theirs[index]].map(
      (one) => `${one?.passed}/${one?.executed} in ${Math.round(one?.wall ?? 0)} ms`,
    );
    bench.say(`  ${suite.slice("tests/suites/".length)}: ${told.join(", PhantomJS ")}`);
  }
  // A file that stops early here or there says nothing of the time.
  const alike = ours.map(
    ({ executed }, index) => executed > 0 && executed === theirs[index]?.executed,
  );
  const seconds = (results: Result[]) =>
    results.reduce((sum, { wall }, index) => sum + (alike[index] ? wall : 0), 0) / 1000;
  const ratio = seconds(ours) / seconds(theirs);
  const ratios = ours
    .map(({ wall }, index) => wall / (theirs[index]?.wall ?? NaN))
    .filter((_, index) => alike[index]);
  const row = (name: string, results: Result[], last: string): (string | number)[] => [
    name,
    results.filter(({ passed, executed }) => passed > 0 && passed === executed).length,
    results.reduce((sum, { passed }) => sum + passed, 0),
    results.reduce((sum, { hung }) => sum + hung, 0),
    seconds(results),
    last,
  ];
  const longest = suites
    .map((suite, index) => ({ suite, more: (ours[index]?.wall ?? 0) - (theirs[index]?.wall ?? 0) }))
    .toSorted((a, b) => b.more - a.more)
    .slice(0, NAMED)
    .map(({ suite, more }) => `${suite.slice("tests/suites/".length)} ${Math.round(more)} ms`);
  return {
    title: "CasperJS's own suite",
    columns: ["", "files passed", "assertions passed", "hung", "wall s", "ratio"],
    rows: [
      row("`casperjs selftest` on PhantomJS", theirs, ""),
      row("the same files here", ours, times(ratio)),
    ],
    notes: [
      `${suites.length} files, one after another, each in a process or a browser of its own, started and ended in its time. One that hangs is run again, up to three times; the seconds are those of the ${alike.filter(Boolean).length} files that made as many assertions on both sides. Of the files' ratios the median is ${times(median(ratios))}.`,
      `Most is lost in: ${longest.join(", ")}.`,
    ],
  };
}

/** A result of what may hang. */
async function ended(attempt: () => Promise<Result>): Promise<Result> {
  for (let hung = 0; ; hung += 1) {
    const result = { ...(await attempt()), hung };
    if (result.executed > 0 || hung === TRIES - 1) return result;
  }
}

function resultOf(wall: number, output: string): Result {
  const [, executed = 0, passed = 0] =
    /(\d+) tests? executed in .*?, (\d+) passed/.exec(output) ?? [];
  return { wall, hung: 0, executed: Number(executed), passed: Number(passed) };
}
