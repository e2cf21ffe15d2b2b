import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  freePort,
  killRuntime,
  makeFolder,
  type Outrider,
  removeFolder,
  startOutrider,
} from "../../process/outrider.ts";

/** The whole runtime is killed while bots report to it, and started again. */

const BOTS = 6;
const KILLS = 3;
const LOAD_MS = 3000;

let dir: string;
let port: number;
let outrider: Outrider;

beforeAll(async () => {
  [dir, port] = [await makeFolder(), await freePort()];
});
afterAll(async () => {
  await outrider.stop();
  await removeFolder(dir);
});

async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`${outrider.url}${path}`, {
    method: body ? "POST" : "GET",
    headers: { "x-api-key": outrider.key, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${answer}`);
  return JSON.parse(answer) as T;
}

describe("a restart under load", () => {
  it("loses no accepted event, and totals equal a recount", async () => {
    outrider = await startOutrider({ port, dir });
    const accepted = new Map<number, string>();
    let made = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const load = { goesOn: true };
      const lanes = Array.from({ length: BOTS }, async () => {
        while (load.goesOn) {
          made += 1;
          const id = `bot-${made}`;
          try {
            await call("/api/sessions/register", { session_id: id, profile_id: "p" });
            const events = [1, 2, 3].map((n) => ({
              session_id: id,
              event_type: "click",
              details: { n },
            }));
            const logged = await call<{ event_ids: number[] }>("/api/events", events);
            for (const event of logged.event_ids) {
              // An id that was given out is never given out again.
              expect(accepted.has(event)).toBe(false);
              accepted.set(event, id);
            }
            await call("/api/sessions/end", { session_id: id, duration: 1 });
          } catch {
            // Not accepted, as far as the bot knows.
          }
        }
      });
      await new Promise((resolve) => {
        setTimeout(resolve, LOAD_MS);
      });
      await killRuntime(dir);
      load.goesOn = false;
      await Promise.all(lanes);
      await outrider.stop("SIGKILL");
      outrider = await startOutrider({ port, dir });
    }
    expect(accepted.size).toBeGreaterThan(100);

    const kept = new Map<number, string>();
    let page = 1;
    for (;;) {
      const list = await call<{
        events: { id: number; session_id: string }[];
        total: number;
        total_pages: number;
      }>(`/api/events?per_page=200&page=${page}`);
      for (const { id, session_id } of list.events) kept.set(id, session_id);
      if (page >= list.total_pages) break;
      page += 1;
    }
    for (const [id, session] of accepted) expect(kept.get(id)).toBe(session);

    const counts = { active: 0, completed: 0, failed: 0 };
    for (const status of ["active", "completed", "failed"] as const) {
      counts[status] = (await call<{ total: number }>(`/api/sessions?status=${status}`)).total;
    }
    expect(await call("/api/stats")).toMatchObject({
      total_events: kept.size,
      total_sessions: counts.active + counts.completed + counts.failed,
      active_sessions: counts.active,
      successful_sessions: counts.completed,
      failed_sessions: counts.failed,
    });
    expect(counts.failed).toBe(0);
    // Events are logged three at a time: all or nothing.
    expect(kept.size % 3).toBe(0);
  });
});
