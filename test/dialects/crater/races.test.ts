import { sql } from "drizzle-orm";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { crater } from "../../../src/dialects/crater/index.ts";
import { endedPage } from "../../../src/store/experiment-afterlife.ts";
import { dealStatement, foundStatement } from "../../../src/store/experiment-crate.ts";
import { owedAccountStatement } from "../../../src/store/experiment-event.ts";
import { experimentPage, openTo } from "../../../src/store/experiment.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { lostRunners, runnerPage } from "../../../src/store/runner.ts";
import { type Account, ask, call, newAccount } from "../../support/api.ts";
import {
  crates,
  currentRunner,
  type Json,
  legacyRunner,
  minutePasses,
  newExperiment,
  newRunner,
  readExperiment,
  silent,
} from "../../support/runners.ts";

/** What must hold whoever is quicker, and whoever dies. */

let account: Account;
beforeEach(async () => {
  account = await newAccount();
});

const toolchains = ["stable", "beta"];

function tokens(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => newRunner(account.key, `runner-${index}`)),
  );
}

async function events(): Promise<string> {
  const { body } = await call<{ events: Json[] }>(null, "GET", "/api/events", undefined, {
    "x-api-key": account.key,
  });
  return JSON.stringify(body.events);
}

describe("runners that ask at the same instant", () => {
  it("never get the same experiment", async () => {
    const all = (await tokens(10)).map((token) => legacyRunner(token));
    for (let made = 0; made < 8; made += 1) {
      await newExperiment(account.key, { name: `e-${made}`, crates: crates(1) });
    }
    // Each of them five times at once: 50 requests.
    const answers = await Promise.all(
      all.flatMap((runner, index) =>
        Array.from({ length: 5 }, async () => ({
          index,
          got: (await runner.next())?.name ?? null,
        })),
      ),
    );
    const byRunner = all.map(
      (_, index) => new Set(answers.filter((one) => one.index === index).map(({ got }) => got)),
    );
    for (const got of byRunner) expect(got.size).toBe(1);
    const names = byRunner.map((got) => [...got][0]).filter((name) => name !== null);
    expect(names.toSorted()).toEqual(Array.from({ length: 8 }, (_, made) => `e-${made}`));
  });

  it("share one that is shared, and never get the same crate", async () => {
    await newExperiment(account.key, {
      name: "shared",
      shared: true,
      crates: crates(20),
      toolchains,
    });
    const all = (await tokens(4)).map((token) => currentRunner(token));
    const joined = await Promise.all(all.map((runner) => runner.next()));
    expect(joined.map((one) => one?.name)).toEqual(Array.from({ length: 4 }, () => "shared"));
    const dealt: Json[] = [];
    await Promise.all(
      all.map(async (runner) => {
        for (
          let crate = await runner.crate("shared");
          crate;
          crate = await runner.crate("shared")
        ) {
          dealt.push(crate);
          for (const toolchain of toolchains) {
            await runner.progress("shared", crate, toolchain, "test-pass");
          }
        }
      }),
    );
    expect(new Set(dealt.map((crate) => JSON.stringify(crate))).size).toBe(20);
    expect(dealt).toHaveLength(20);
    expect(await readExperiment(account.key, "shared")).toMatchObject({
      status: "completed",
      progress: { done: 20, total: 20 },
    });
    const { body } = await call<{ runners: Json[] }>(account.key, "GET", "/manage/runners");
    expect(body.runners.map(({ experiment }) => experiment)).toEqual([null, null, null, null]);
  });
});

describe("a lost runner", () => {
  it("loses its experiment to the next, and cannot complete it any more", async () => {
    const [one = "", two = ""] = await tokens(2);
    await newExperiment(account.key, { name: "handed", crates: crates(2), toolchains });
    const [lost, next] = [currentRunner(one), currentRunner(two)];
    await lost.next();
    const [first] = [await lost.crate("handed")];
    await silent(one, 299_000);
    await minutePasses();
    expect(await next.next()).toBeNull();
    await silent(one, 301_000);
    await minutePasses();
    expect(await next.next()).toMatchObject({ name: "handed" });
    expect(await events()).toContain('"reason":"lost"');
    expect((await lost.send("POST", "complete-experiment")).status).toBe(409);
    expect(await lost.crate("handed")).toBeNull();
    // What it had is dealt again, and its late results are kept once.
    expect(await next.crate("handed")).toEqual(first);
    await lost.progress("handed", first ?? {}, "stable", "test-pass");
    await next.progress("handed", first ?? {}, "stable", "build-fail:unknown");
    const { results } = await env.DB.prepare(
      "SELECT result FROM experiment_results r JOIN experiments e ON e.id = r.experiment_id WHERE e.account_id = ?",
    )
      .bind(account.id)
      .all();
    expect(results).toEqual([{ result: "test-pass" }]);
  });

  it("that comes back as its successor sends the same leaves one result, with its own log", async () => {
    const [one = "", two = ""] = await tokens(2);
    const crate = crates(1)[0] ?? {};
    await newExperiment(account.key, { name: "both", crates: [crate, { Git: "x" }], toolchains });
    const [lost, next] = [currentRunner(one), currentRunner(two)];
    await lost.next();
    await silent(one, 301_000);
    await minutePasses();
    await next.next();
    const statuses = await Promise.all([
      lost.progress("both", crate, "stable", "test-pass"),
      next.progress("both", crate, "stable", "test-fail"),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
    const { results } = await env.DB.prepare(
      "SELECT result FROM experiment_results r JOIN experiments e ON e.id = r.experiment_id WHERE e.account_id = ?",
    )
      .bind(account.id)
      .all<{ result: string }>();
    expect(results).toHaveLength(1);
    const path = new URL((await readExperiment(account.key, "both")).report_url).pathname;
    expect(await (await ask(`${path}/logs/0/0`)).text()).toBe(`log of ${results[0]?.result}`);
  });

  it("that knows no heartbeats has a day", async () => {
    const [one = "", two = ""] = await tokens(2);
    await newExperiment(account.key, { name: "day" });
    await legacyRunner(one).next();
    await silent(one, 86_000_000);
    await minutePasses();
    expect(await legacyRunner(two).next()).toBeNull();
    await silent(one, 86_500_000);
    await minutePasses();
    expect(await legacyRunner(two).next()).toMatchObject({ name: "day" });
    // Its result may come late; it says so to nobody's harm.
    const late = await legacyRunner(one).record(crates(1)[0], { Dist: "stable" }, "test-pass");
    expect(late.status).toBe(200);
  });

  it("is one that was removed, too", async () => {
    const [one = "", two = ""] = await tokens(2);
    await newExperiment(account.key, { name: "removed" });
    await legacyRunner(one).next();
    await call(account.key, "DELETE", "/manage/runners/runner-0");
    expect((await legacyRunner(one).send("GET", "next-experiment")).status).toBe(403);
    expect(await legacyRunner(two).next()).toMatchObject({ name: "removed" });
  });
});

describe("a crate without a result", () => {
  it("is dealt again after 20 minutes", async () => {
    const [one = "", two = ""] = await tokens(2);
    await newExperiment(account.key, { name: "again", shared: true, crates: crates(1) });
    const [first, second] = [currentRunner(one), currentRunner(two)];
    await first.next();
    await second.next();
    const crate = await first.crate("again");
    expect(await second.crate("again")).toBeNull();
    await env.DB.prepare(
      "UPDATE experiment_crates SET due_at = due_at - 1200001 WHERE due_at > 0",
    ).run();
    expect(await second.crate("again")).toEqual(crate);
    expect(await events()).toContain('"deals":2');
  });
});

describe.each(crater.routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  "%s",
  (_name, route) => {
    it("opens to no wrong, revoked or foreign token", async () => {
      const revoked = await newRunner(account.key, "revoked");
      await call(account.key, "DELETE", "/manage/runners/revoked");
      for (const [scheme, status] of [
        ["token", 403],
        ["CraterToken", 401],
      ] as const) {
        for (const token of ["orr_none", `orr_${"0".repeat(40)}`, revoked, account.key]) {
          const response = await ask(route.path, {
            method: route.method,
            headers: { authorization: `${scheme} ${token}` },
            ...(route.takesBody && { body: '"x"' }),
          });
          expect({ token, status: response.status }).toEqual({ token, status });
          const text = await response.text();
          expect(text).toBe(status === 403 ? "403: Unauthorized" : '{"status":"unauthorized"}');
        }
      }
    });
  },
);

describe("a runner's token", () => {
  it("opens nothing of the account, and no other account's work", async () => {
    const token = await newRunner(account.key, "mine");
    expect((await call(token, "GET", "/manage/experiments")).status).toBe(401);
    const other = await newAccount();
    await newExperiment(other.key, { name: "theirs" });
    const runner = currentRunner(token);
    expect(await runner.next()).toBeNull();
    expect((await runner.send("POST", "next-crate", "theirs")).status).toBe(404);
    const result = await runner.progress("theirs", crates(1)[0] ?? {}, "stable", "test-pass");
    expect(result.status).toBe(404);
    expect((await call(account.key, "GET", "/manage/experiments/theirs")).status).toBe(404);
    for (const verb of ["abort", "retry"]) {
      const path = `/manage/experiments/theirs/${verb}`;
      expect((await call(account.key, "POST", path)).status).toBe(404);
    }
    expect((await call(account.key, "DELETE", "/manage/experiments/theirs")).status).toBe(404);
  });
});

describe("the query plan of", () => {
  const db = openDatabase(env.DB);
  const slice = { offset: 100, limit: 100 };
  const deal = { accountId: "acct_1", experiment: "e", runnerId: 1, now: 1, leaseMs: 1 };
  it.each([
    ["runners", () => runnerPage(db, "acct_1", slice), "runners_by_account (account_id=?)"],
    [
      "experiments",
      () => experimentPage(db, "acct_1", slice),
      "experiments_by_account (account_id=?)",
    ],
    [
      "lost runners",
      () => lostRunners(db, { beating: 1, silent: 1 }, 10),
      "runners_at_work (last_seen_at<?)",
    ],
    [
      "dealing",
      () => dealStatement(db, deal),
      "experiment_crates_due (experiment_id=? AND due_at>? AND due_at<?)",
    ],
    [
      "finding crates",
      () => db.all(foundStatement(sql`account_id = 'acct_1' AND name = 'e'`, ["k"])).getQuery(),
      "experiment_crates_by_key (experiment_id=? AND key=?)",
    ],
    ["what ended", () => endedPage(db, 1, 10), "experiments_ended (completed_at<?)"],
    [
      "what streams are owed",
      () => owedAccountStatement(db, "acct_1"),
      "experiment_events USING PRIMARY KEY (account_id>?)",
    ],
    [
      "taking",
      () => db.all(openTo({ accountId: "acct_1", runnerId: 1, now: 1 })).getQuery(),
      "experiments_open (account_id=?)",
    ],
  ])("%s", async (_name, make, index) => {
    const query = make();
    const statement = "toSQL" in query ? query.toSQL() : query;
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${statement.sql}`)
      .bind(...statement.params)
      .all<{ detail: string }>();
    const told = results.map(({ detail }) => detail).join("\n");
    expect(told).toContain(index);
    expect(told).not.toMatch(/SCAN (?!need|wanted|c\b|x\b)|TEMP B-TREE/);
  });
});
