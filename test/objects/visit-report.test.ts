import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { SessionEvent } from "../../src/domain/event.ts";
import { visitEventOf, visitOf } from "../../src/domain/session/visit.ts";
import { EventLog } from "../../src/objects/event-log.ts";
import { VisitReport } from "../../src/objects/visit-report.ts";

const session = { accountId: "acc", visit: visitOf("sess_1"), startedAt: 1000 };

interface Stage {
  log: EventLog<SessionEvent>;
  report: VisitReport<SessionEvent>;
  /** The report as an object finds it that was evicted meanwhile. */
  reopened: () => VisitReport<SessionEvent>;
  owed: () => VisitReport<SessionEvent> | null;
  navigate: (count: number) => void;
}

function withReport<T>(work: (stage: Stage) => T): Promise<T> {
  const stub = env.SESSION.get(env.SESSION.newUniqueId());
  return runInDurableObject(stub, (_object, { storage: { kv, sql } }) => {
    const log = new EventLog<SessionEvent>(sql);
    const source = () => ({ kv, log: new EventLog<SessionEvent>(sql), spell: visitEventOf });
    return work({
      log,
      report: VisitReport.open({ ...source(), log }, session),
      reopened: () => VisitReport.open(source(), session),
      owed: () => VisitReport.owed(source()),
      navigate: (count) => {
        for (let n = 1; n <= count; n += 1) log.append({ type: "navigation", url: `x${n}` }, n);
      },
    });
  });
}

describe("VisitReport", () => {
  it("tells the beginning, the events and the end, each once", async () => {
    const [first, second, third, none] = await withReport(({ report, navigate }) => {
      navigate(1);
      const batches = [report.next()];
      report.sent();
      navigate(1);
      batches.push(report.next());
      report.sent();
      report.end({ success: true, error: null }, 16_000);
      batches.push(report.next());
      report.sent();
      return [...batches, report.next()];
    });
    expect(first?.items).toEqual([
      { type: "start", visit: expect.objectContaining({ id: "sess_1" }), at: 1000 },
      { type: "event", visitId: "sess_1", kind: "navigation", details: '{"url":"x1"}', at: 1 },
    ]);
    expect(second?.items.map(({ type }) => type)).toEqual(["event"]);
    expect(third?.items).toEqual([
      {
        type: "end",
        visit: expect.objectContaining({ profileId: "outrider", device: "desktop" }),
        startedAt: 1000,
        outcome: { success: true, duration: 15, error: null },
        at: 16_000,
      },
    ]);
    expect(none).toBeNull();
  });

  it("gives the same batch again until it was sent, also after an eviction", async () => {
    const [first, again, evicted, next] = await withReport(({ report, reopened, navigate }) => {
      navigate(3);
      const batch = report.next();
      navigate(2);
      const repeated = report.next();
      const other = reopened();
      const found = other.next();
      other.sent();
      return [batch, repeated, found, reopened().next()];
    });
    expect(again).toEqual(first);
    expect(evicted).toEqual(first);
    expect(first?.items).toHaveLength(4);
    expect(next?.items).toHaveLength(2);
    expect(next?.id).not.toBe(first?.id);
  });

  it("counts what left the log before it could be told", async () => {
    const [told, dropped] = await withReport(({ report, navigate }) => {
      navigate(1);
      report.next();
      navigate(1500);
      let [items, missing] = [0, 0];
      for (let batch = report.next(); batch; batch = report.next()) {
        items += batch.items.filter(({ type }) => type === "event").length;
        missing += batch.dropped;
        report.sent();
      }
      return [items, missing];
    });
    expect([told, dropped]).toEqual([1000, 501]);
  });

  it("owes the end until it was told, and tells everything before it", async () => {
    const seen = await withReport(({ report, owed, navigate }) => {
      const before = owed();
      navigate(450);
      report.end({ success: false, error: "The page crashed." }, 2000);
      const types: string[] = [];
      const left = owed();
      for (let batch = left?.next(); batch; batch = left?.next()) {
        types.push(...batch.items.map(({ type }) => type));
        left?.sent();
      }
      return { before, types, after: owed() };
    });
    expect(seen.before).toBeNull();
    expect(seen.types.filter((type) => type === "event")).toHaveLength(450);
    expect([seen.types[0], seen.types.at(-1)]).toEqual(["start", "end"]);
    expect(seen.after).toBeNull();
  });

  it("says nothing of a session that came to nothing", async () => {
    const [heard, next, owed] = await withReport(({ report, owed: left }) => {
      const known = report.heard;
      report.discard();
      return [known, report.next(), left()];
    });
    expect([heard, next, owed]).toEqual([false, null, null]);
  });
});
