import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { newAccount } from "../../support/api.ts";
import { countingDatabase } from "../../support/counting-database.ts";
import { crates, currentRunner, newExperiment, newRunner } from "../../support/runners.ts";
import { deployment } from "../../support/worker.ts";

/** Rows that D1 writes, the entries of its indexes too. */

// Signs of life are noted by the clock, and are not what is counted.
beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.now() }));
afterAll(() => void vi.useRealTimers());

const TOOLCHAINS = ["stable", "beta"];
const CRATES = 10;

it("a crate costs two rows to be dealt, a result two to be kept, and a repeated one none", async () => {
  const account = await newAccount();
  // One crate more than is worked off, so that the experiment goes on.
  const wish = { name: "cost", crates: crates(CRATES + 1), toolchains: TOOLCHAINS };
  await newExperiment(account.key, wish);
  const counting = countingDatabase(env.DB);
  const ours = deployment({ DB: counting.binding });
  const runner = currentRunner(await newRunner(account.key, "one"), ours.ask);
  await runner.next();
  const spent = { dealing: 0, keeping: 0, repeating: 0 };
  const counted = async <T>(what: keyof typeof spent, work: () => Promise<T>): Promise<T> => {
    const before = counting.rowsWritten();
    const done = await work();
    spent[what] += counting.rowsWritten() - before;
    return done;
  };
  for (let done = 0; done < CRATES; done += 1) {
    const crate = (await counted("dealing", () => runner.crate("cost"))) ?? {};
    for (const toolchain of TOOLCHAINS) {
      const record = () => runner.progress("cost", crate, toolchain, "test-pass");
      await counted("keeping", record);
      await counted("repeating", record);
    }
  }
  expect(spent).toEqual({
    dealing: 2 * CRATES,
    // A row each, and for both of them the crate and the progress.
    keeping: 4 * CRATES,
    repeating: 0,
  });
});
