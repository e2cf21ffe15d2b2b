import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Fault } from "../../../src/domain/errors.ts";
import { launchInTurn } from "../../../src/domain/session/browser-line.ts";
import { leaveLine, sweepLine } from "../../../src/store/browser-line.ts";
import { insertSession } from "../../../src/store/session.ts";
import { openDatabase } from "../../../src/store/database.ts";

const db = openDatabase(env.DB);
const rules = { maxBrowsers: 2, patienceMs: 15_000 };

/** A clock that only sleepers move, each of them by what it sleeps. */
function clock() {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: async (ms: number) => {
      // Let the others look too before time goes on.
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      now += ms;
    },
  };
}

const holders = async () =>
  (
    await env.DB.prepare("SELECT holder, held_at FROM browser_holders ORDER BY holder").all<{
      holder: string;
      held_at: number | null;
    }>()
  ).results;

beforeEach(async () => {
  await env.DB.prepare("DELETE FROM browser_holders").run();
});

describe("launchInTurn", () => {
  it("launches at once while browsers are free", async () => {
    const deps = { db, ...clock() };
    expect(await launchInTurn(deps, rules, "a", async () => "browser a")).toBe("browser a");
    expect(await launchInTurn(deps, rules, "b", async () => "browser b")).toBe("browser b");
    expect((await holders()).map((row) => row.holder)).toEqual(["a", "b"]);
  });

  it("takes the place of the same holder again, not one more", async () => {
    const deps = { db, ...clock() };
    for (let again = 0; again < 4; again += 1) await launchInTurn(deps, rules, "a", async () => 1);
    expect(await holders()).toHaveLength(1);
  });

  it("serves those who wait in the order in which they came", async () => {
    const time = clock();
    const deps = { db, ...time };
    await launchInTurn(deps, rules, "a", async () => 1);
    await launchInTurn(deps, rules, "b", async () => 1);
    const served: string[] = [];
    const waiting: Promise<unknown>[] = [];
    for (const name of ["e", "d", "c"]) {
      waiting.push(launchInTurn(deps, rules, name, async () => served.push(name)));
      await time.sleep(1);
    }
    expect(served).toEqual([]);
    for (const leaver of ["a", "b", "e"]) {
      await leaveLine(db, leaver);
      await time.sleep(300);
      await time.sleep(300);
    }
    await Promise.all(waiting);
    expect(served).toEqual(["e", "d", "c"]);
  });

  it("gives up after its patience with 503 and leaves the line", async () => {
    const deps = { db, ...clock() };
    await launchInTurn(deps, rules, "a", async () => 1);
    await launchInTurn(deps, rules, "b", async () => 1);
    const refused = launchInTurn(deps, rules, "c", async () => 1);
    await expect(refused).rejects.toMatchObject({
      code: "UNAVAILABLE",
      details: { retryAfter: expect.any(Number) },
    });
    expect((await holders()).map((row) => row.holder)).toEqual(["a", "b"]);
  });

  it("keeps its turn when the platform refuses for now", async () => {
    const deps = { db, ...clock() };
    let refusals = 2;
    const launched = await launchInTurn(deps, rules, "a", async () => {
      refusals -= 1;
      if (refusals >= 0) throw new Fault("LIMIT_REACHED", "one a second", { retryAfter: 1 });
      return "browser";
    });
    expect(launched).toBe("browser");
    expect(await holders()).toHaveLength(1);
  });

  it("gives the turn back when the launch fails for good", async () => {
    const deps = { db, ...clock() };
    const failed = launchInTurn(deps, rules, "a", async () => {
      throw new Fault("UNAVAILABLE", "broken");
    });
    await expect(failed).rejects.toThrow("broken");
    expect(await holders()).toEqual([]);
  });

  it("is not held up by one who died in line", async () => {
    const time = clock();
    const deps = { db, ...time };
    await env.DB.prepare("INSERT INTO browser_holders VALUES ('ghost', ?, NULL)")
      .bind(time.now() - 60_000)
      .run();
    expect(await launchInTurn(deps, rules, "a", async () => 1)).toBe(1);
    await sweepLine(db, time.now() - 30_000);
    expect((await holders()).map((row) => row.holder)).toEqual(["a"]);
  });

  it("takes back the turns of sessions that are no more, and of no others", async () => {
    const time = clock();
    for (const name of ["living", "dead"]) {
      await launchInTurn({ db, ...time }, rules, name, async () => 1);
    }
    await insertSession(db, { id: "living", accountId: "x", region: "enam", createdAt: 1 }, 10);
    await sweepLine(db, time.now() - 30_000);
    expect(await holders()).toHaveLength(2);
    await sweepLine(db, time.now() + 30_000);
    expect((await holders()).map((row) => row.holder)).toEqual(["living"]);
  });
});
