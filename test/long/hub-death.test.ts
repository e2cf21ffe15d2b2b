import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newBots } from "../support/bots.ts";

/** The hub's object dies again and again while bots report to it. */

const BOTS = 8;
const ROUNDS = 400;

/** Ends the object at once: what is under way fails, and only what was committed stays. */
async function kill(stub: DurableObjectStub): Promise<void> {
  await runInDurableObject(stub, (_object, state) => state.abort("killed by the test")).catch(
    () => undefined,
  );
}

/** Asks until the object, which may just have died, answers. */
async function until(ask: () => Promise<{ status: number }>): Promise<void> {
  while ((await ask()).status !== 200);
}

describe("death under load", () => {
  it("loses no accepted event, and totals equal a recount", async () => {
    const bots = await newBots();
    const accepted = new Set<number>();
    const load = { goesOn: true };
    let refused = 0;
    const done = Promise.all(
      Array.from({ length: BOTS }, async (_lane, bot) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const session_id = `bot-${bot}-${round}`;
          const visit = { session_id, profile_id: "p", proxy: `p${bot}:1` };
          await until(() => bots.post("/api/sessions/register", visit));
          const events = Array.from({ length: 5 }, (_, n) => ({
            session_id,
            event_type: "click",
            details: { n },
          }));
          const { status, body } = await bots.post<{ event_ids: number[] }>("/api/events", events);
          if (status === 200) for (const id of body.event_ids) accepted.add(id);
          else refused += 1;
          const end = { session_id, success: round % 4 === 0, duration: 1 };
          if (round % 2 === 0) await until(() => bots.post("/api/sessions/end", end));
        }
      }),
    ).finally(() => {
      load.goesOn = false;
    });
    let deaths = 0;
    while (load.goesOn) {
      await kill(env.HUB.getByName(bots.account.id));
      deaths += 1;
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
    await done;
    expect(deaths).toBeGreaterThan(2);

    // What was refused may have been kept all the same: nobody said so in time.
    const stats = await bots.stats();
    const total = stats.total_events;
    expect(total).toBeGreaterThanOrEqual(accepted.size);
    expect(total).toBeLessThanOrEqual(accepted.size + 5 * refused);
    expect(total % 5).toBe(0);
    const ended = (BOTS * ROUNDS) / 2;
    expect(stats).toMatchObject({
      total_sessions: BOTS * ROUNDS,
      active_sessions: BOTS * ROUNDS - ended,
      successful_sessions: ended / 2,
      failed_sessions: ended / 2,
      total_events: total,
      average_duration: 1,
    });
    const stub = env.HUB.getByName(bots.account.id);
    const kept = await runInDurableObject(stub, (_object, { storage }) =>
      storage.sql
        .exec("SELECT id FROM events")
        .toArray()
        .map(({ id }) => Number(id)),
    );
    expect(kept.filter((id) => accepted.has(id))).toHaveLength(accepted.size);
    const recount = await runInDurableObject(stub, (_object, { storage }) =>
      storage.sql
        .exec(
          `SELECT (SELECT count(*) FROM events) AS events, (SELECT max(id) FROM events) AS last,
             (SELECT count(*) FROM marks) AS marks, count(*) AS visits, sum(status = 0) AS active,
             sum(status = 1) AS completed, (SELECT sum(uses) FROM proxies) AS uses
           FROM visits WHERE no > 0`,
        )
        .one(),
    );
    expect(recount).toEqual({
      events: total,
      last: total,
      marks: BOTS * ROUNDS + ended,
      visits: BOTS * ROUNDS,
      active: BOTS * ROUNDS - ended,
      completed: ended / 2,
      uses: ended,
    });
    for (const proxy of stats.proxy_stats) expect(proxy.uses).toBe(ended / BOTS);
    expect((await bots.events("?event_type=click")).total).toBe(total);
    expect((await bots.sessions("?search=bot-3-")).total).toBe(ROUNDS);

    // The log has no holes either.
    const all = await bots.listen("?since=0&batch=1");
    const last = total + BOTS * ROUNDS + ended;
    await all.hears((heard) =>
      (heard as unknown as { seq?: number }[]).some(({ seq }) => seq === last),
    );
    const seqs = (all.heard as unknown as { seq?: number }[][])
      .filter((heard) => Array.isArray(heard))
      .flatMap((heard) => heard.flatMap(({ seq }) => seq ?? []));
    expect(seqs).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  });
});
