/** Scripts that run in the cloud, beside CasperJS on PhantomJS 2.1.1 and bare puppeteer-core. */
import type { Bench } from "./run.ts";
import { measureLaunches } from "./scripts/launches.ts";
import { measureScript } from "./scripts/one-script.ts";
import { measureSuite } from "./scripts/suite.ts";
import { findPhantom } from "./support/phantomjs.ts";
import type { BenchTable } from "./table.ts";

export async function run(bench: Bench): Promise<BenchTable[]> {
  const phantom = await findPhantom(bench.say);
  if (!phantom) throw new Error("There is no PhantomJS for this machine to compare with.");
  return [
    await measureLaunches(bench, phantom),
    await measureScript(bench, phantom),
    await measureSuite(bench, phantom),
  ];
}
