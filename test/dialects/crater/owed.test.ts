import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { buildReport } from "../../../src/domain/experiment/index.ts";
import { systemContext } from "../../../src/runtime/context.ts";
import { type Account, ask, call, newAccount } from "../../support/api.ts";
import { newBox } from "../../support/receivers.ts";
import {
  crates,
  currentRunner,
  type Json,
  legacyRunner,
  minutePasses,
  newExperiment,
  newRunner,
} from "../../support/runners.ts";
import { deployment } from "../../support/worker.ts";

/** What experiments owe to their accounts' streams and owners, when the telling of it fails. */

const fails = () => Promise.reject(new Error("not now"));
/** As deployed, but the account's stream is out of reach. */
const mute = deployment({ HUB: { getByName: () => ({ report: fails }) } });

let account: Account;
beforeEach(async () => {
  account = await newAccount();
});

/** What the stream was told, oldest first. */
async function told(): Promise<string[]> {
  const { body } = await call<{ events: Json[] }>(null, "GET", "/api/events", undefined, {
    "x-api-key": account.key,
  });
  return body.events.map(({ original_type }) => String(original_type)).toReversed();
}

function owed() {
  return env.DB.prepare("SELECT * FROM experiment_events WHERE account_id = ? ORDER BY id")
    .bind(account.id)
    .all<Record<string, string | number>>();
}

describe("an event of an experiment", () => {
  it("that could not be told keeps no work back, and is told later, in order and once", async () => {
    await newExperiment(account.key, { name: "late", crates: crates(1), toolchains: ["stable"] });
    const runner = currentRunner(await newRunner(account.key, "one"), mute.ask);
    expect(await runner.next()).toMatchObject({ name: "late" });
    const crate = (await runner.crate("late")) ?? {};
    expect((await runner.progress("late", crate, "stable", "test-pass")).status).toBe(200);
    expect(await told()).toEqual(["experiment_queued"]);
    const rows = (await owed()).results;
    expect(rows.map(({ kind }) => kind).slice(0, 2)).toEqual([
      "experiment_started",
      "experiment_completed",
    ]);
    const all = ["experiment_queued", "experiment_started", "experiment_completed", "report_ready"];
    await vi.waitFor(
      async () => {
        await minutePasses();
        expect(await told()).toEqual(all);
      },
      { timeout: 20_000 },
    );
    expect((await owed()).results).toEqual([]);
    // Whoever told it died before it was noted.
    const [row = {}] = rows;
    await env.DB.prepare("INSERT INTO experiment_events VALUES (?, ?, ?, ?, ?, ?)")
      .bind(...Object.values(row))
      .run();
    await minutePasses();
    expect(await told()).toEqual(all);
    expect((await owed()).results).toEqual([]);
  });

  it("is owed only of what came to pass", async () => {
    await newExperiment(account.key, { name: "once", crates: crates(1) });
    const [one, two] = [await newRunner(account.key, "one"), await newRunner(account.key, "two")];
    await Promise.all([one, one, two].map((token) => legacyRunner(token).next()));
    const abort = () => call(account.key, "POST", "/manage/experiments/once/abort");
    const statuses = (await Promise.all([abort(), abort()])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 409]);
    await call(account.key, "DELETE", "/manage/experiments/once");
    expect((await told()).filter((kind) => kind !== "report_ready")).toEqual([
      "experiment_queued",
      "experiment_started",
      "experiment_aborted",
      "experiment_deleted",
    ]);
  });

  it("keeps no other account's back", async () => {
    const other = await newAccount();
    for (const { key } of [account, other]) {
      const wish = { name: "e", crates: crates(1), toolchains: ["stable"] };
      await mute.call(key, "POST", "/manage/experiments", wish);
    }
    const hub = {
      getByName: (name: string) => {
        const stub = env.HUB.getByName(name);
        return name === other.id ? { report: fails } : stub;
      },
    };
    await minutePasses({ HUB: hub });
    expect(await told()).toEqual(["experiment_queued"]);
  });
});

describe("the owner of an experiment that has ended", () => {
  /** Its report is owed, and nobody is at it. */
  async function ended(): Promise<{ type: "report"; experimentId: number }> {
    const { id } = await newExperiment(account.key, { name: "ended", crates: crates(1) });
    await env.DB.prepare(
      "UPDATE experiments SET status = 'completed', open = 0, report_due_at = 1 WHERE id = ?",
    )
      .bind(id)
      .run();
    return { type: "report", experimentId: Number(id) };
  }

  it("is told through channels though the message on the queue was lost", async () => {
    const box = newBox("webhook");
    const wish = { type: "webhook", name: "hook", target: box.target };
    expect((await call(account.key, "POST", "/manage/channels", wish)).status).toBe(201);
    const ours = deployment({ NOTIFICATIONS: { sendBatch: fails } });
    const job = await ended();
    await expect(buildReport(systemContext(ours.env, {}), job)).rejects.toThrow("not now");
    await buildReport(systemContext(env, {}), job);
    expect(await box.taken()).toEqual([]);
    await env.DB.prepare("UPDATE notifications SET due_at = due_at - 60000 WHERE account_id = ?")
      .bind(account.id)
      .run();
    await minutePasses();
    await minutePasses();
    const list = async () =>
      (await call<{ notifications: Json[] }>(account.key, "GET", "/manage/notifications")).body
        .notifications;
    await vi.waitFor(async () => expect(await list()).toMatchObject([{ state: "sent" }]), {
      timeout: 20_000,
    });
    expect(await list()).toMatchObject([
      { occasion: "experiment", experiment_id: job.experimentId, monitor_id: null },
    ]);
    expect(await box.taken()).toHaveLength(1);
  });

  it("is not told of what was begun again since", async () => {
    const box = newBox("webhook");
    const wish = { type: "webhook", name: "hook", target: box.target };
    await call(account.key, "POST", "/manage/channels", wish);
    const ours = deployment({ NOTIFICATIONS: { sendBatch: fails } });
    await expect(buildReport(systemContext(ours.env, {}), await ended())).rejects.toThrow(
      "not now",
    );
    expect((await call(account.key, "POST", "/manage/experiments/ended/retry")).status).toBe(200);
    await env.DB.prepare("UPDATE notifications SET due_at = due_at - 60000 WHERE account_id = ?")
      .bind(account.id)
      .run();
    await minutePasses();
    const list = () => call<{ notifications: Json[] }>(account.key, "GET", "/manage/notifications");
    await vi.waitFor(async () => expect((await list()).body.notifications).toEqual([]), {
      timeout: 20_000,
    });
    expect(await box.received()).toEqual([]);
  });

  it("gets the letter that was not taken at first", async () => {
    const ours = deployment();
    const without = deployment({ EMAIL: { send: fails } });
    const job = await ended();
    await buildReport(systemContext(without.env, {}), job);
    const again = () =>
      env.DB.prepare("UPDATE experiments SET report_due_at = 1 WHERE id = ? AND report_due_at > 1")
        .bind(job.experimentId)
        .run();
    await again();
    await buildReport(systemContext(ours.env, {}), job);
    await again();
    await buildReport(systemContext(ours.env, {}), job);
    expect(ours.lettersTo(account.email)).toHaveLength(1);
    expect((await told()).filter((kind) => kind === "report_ready")).toHaveLength(1);
  });
});

describe("an experiment that has ended", () => {
  const DAY = 86_400_000;

  it("goes with all it left after EXPERIMENT_RETENTION_DAYS, and none sooner", async () => {
    const runner = currentRunner(await newRunner(account.key, "one"));
    for (const [name, days] of [
      ["kept", 29],
      ["expired", 31],
    ] as const) {
      await newExperiment(account.key, { name, crates: crates(1), toolchains: ["stable"] });
      await runner.next();
      await runner.progress(name, (await runner.crate(name)) ?? {}, "stable", "test-pass");
      await env.DB.prepare(
        "UPDATE experiments SET completed_at = ? WHERE name = ? AND account_id = ?",
      )
        .bind(Date.now() - days * DAY, name, account.id)
        .run();
    }
    const files = async () =>
      (await env.FILES.list({ prefix: `${account.id}/experiments/` })).objects.length;
    await vi.waitFor(async () => expect(await files()).toBe(4), { timeout: 20_000 });
    await minutePasses({ EXPERIMENT_RETENTION_DAYS: "30" });
    expect((await call(account.key, "GET", "/manage/experiments/kept")).status).toBe(200);
    expect((await call(account.key, "GET", "/manage/experiments/expired")).status).toBe(404);
    expect(await files()).toBe(2);
    expect((await told()).at(-1)).toBe("experiment_deleted");
  });

  it("is swept page by page, and gone on with where it stopped", async () => {
    const { id } = await newExperiment(account.key, { name: "large", crates: [] });
    const crateCount = 20_500;
    await env.DB.batch([
      env.DB.prepare(`INSERT INTO experiment_crates (experiment_id, position, key, crate)
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${crateCount - 1})
        SELECT ${Number(id)}, i, 'k' || i, '"c"' FROM n`),
      env.DB.prepare(`INSERT INTO experiment_results
        SELECT experiment_id, position, 0, 'test-pass', 1, 0, 0 FROM experiment_crates
        WHERE experiment_id = ${Number(id)}`),
    ]);
    const left = () =>
      env.DB.prepare(
        `SELECT (SELECT count(*) FROM experiment_crates WHERE experiment_id = ?1) AS crates,
          (SELECT count(*) FROM experiment_results WHERE experiment_id = ?1) AS results,
          (SELECT count(*) FROM experiment_remains WHERE experiment_id = ?1) AS remains`,
      )
        .bind(id)
        .first();
    await call(account.key, "DELETE", "/manage/experiments/large");
    await minutePasses();
    expect(await left()).toEqual({ crates: 500, results: 500, remains: 1 });
    await minutePasses();
    expect(await left()).toEqual({ crates: 0, results: 0, remains: 0 });
  });
});

describe("an experiment with a crate that is none", () => {
  it("is refused as a whole", async () => {
    const wish = { name: "bad", toolchains: ["stable"], crates: [{ x: "y".repeat(5000) }] };
    const refused = await call(account.key, "POST", "/manage/experiments", wish);
    expect(refused).toMatchObject({ status: 400, body: { error: { fields: { "crates.0": {} } } } });
    expect((await call(account.key, "GET", "/manage/experiments/bad")).status).toBe(404);
    expect((await ask("/health")).status).toBe(200);
  });
});
