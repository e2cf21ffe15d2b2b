import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  createAgent,
  getAgent,
  launchDueAgents,
  listLaunches,
  updateAgent,
} from "../../../src/domain/agent/index.ts";
import { nextLaunch } from "../../../src/domain/agent/schedule.ts";
import { newOwner } from "../../support/agents.ts";
import { newLine } from "../../support/line.ts";

/** The next `count` times, in the zone's own clock with its offset from UTC in hours. */
function times(cron: string, tz: string, from: string, count: number): string[] {
  const told: string[] = [];
  let at = Date.parse(from);
  for (let n = 0; n < count; n += 1) {
    const next = nextLaunch({ cron, tz }, at);
    if (next === null) break;
    told.push(new Date(next).toISOString().slice(0, 16));
    at = next;
  }
  return told;
}

describe("a schedule", () => {
  it("follows the clocks of its zone", () => {
    expect(times("0 9 * * 1-5", "America/New_York", "2026-03-06T00:00:00Z", 2)).toEqual([
      "2026-03-06T14:00",
      "2026-03-09T13:00",
    ]);
    expect(times("30 4 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1)).toEqual(["2028-02-29T04:30"]);
  });

  it("launches once on the day on which its time does not exist", () => {
    // Clocks go from 2:00 to 3:00 on 29 March.
    expect(times("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 3)).toEqual([
      "2026-03-29T01:00",
      "2026-03-30T00:30",
      "2026-03-31T00:30",
    ]);
    expect(times("0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2)).toEqual([
      "2026-03-29T01:00",
      "2026-03-30T00:00",
    ]);
  });

  it("launches once on the day on which its time comes twice", () => {
    // Clocks go from 3:00 back to 2:00 on 25 October.
    expect(times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
    expect(times("0,30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 4)).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T00:30",
      "2026-10-26T01:00",
      "2026-10-26T01:30",
    ]);
    expect(times("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T10:00:00Z", 2)).toEqual([
      "2026-04-04T14:45",
      "2026-04-05T15:15",
    ]);
  });

  it("goes on by the hour where it is for every hour", () => {
    expect(times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 3)).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T01:00",
      "2026-10-25T02:00",
    ]);
    expect(times("*/30 */1 * * *", "Europe/Berlin", "2026-03-29T00:10:00Z", 3)).toEqual([
      "2026-03-29T00:30",
      "2026-03-29T01:00",
      "2026-03-29T01:30",
    ]);
  });

  it("queues its launch when the time comes, once for minutes that were missed, once for two clocks", async () => {
    let now = Date.parse("2027-06-01T12:00:30Z");
    const line = newLine({ now: () => now });
    const { ctx } = await newOwner();
    const apart = line.apart(ctx);
    const schedule = { cron: "*/5 * * * *", tz: "UTC" };
    const { id: agentId } = await createAgent(apart, { name: "Often", schedule });
    const due = async () => (await getAgent(apart, agentId)).nextLaunchAt;
    const types = async () =>
      (await listLaunches(apart, { agentId, offset: 0, limit: 100 })).launches.map(
        ({ type, launchNumber }) => `${type} ${launchNumber}`,
      );
    expect(await due()).toBe(Date.parse("2027-06-01T12:05:00Z"));
    await launchDueAgents(line.system);
    expect(await types()).toEqual([]);
    now = Date.parse("2027-06-01T12:05:01Z");
    await Promise.all([launchDueAgents(line.system), launchDueAgents(line.system)]);
    expect(await types()).toEqual(["automatic 1"]);
    expect(await due()).toBe(Date.parse("2027-06-01T12:10:00Z"));
    // Nobody came for an hour.
    now = Date.parse("2027-06-01T13:06:00Z");
    await launchDueAgents(line.system);
    await launchDueAgents(line.system);
    expect(await types()).toEqual(["automatic 2", "automatic 1"]);
    expect(await due()).toBe(Date.parse("2027-06-01T13:10:00Z"));
    await updateAgent(apart, agentId, { schedule: null });
    now = Date.parse("2027-06-01T14:00:00Z");
    await launchDueAgents(line.system);
    expect(await types()).toHaveLength(2);
    expect(line.woken()).toBe(2);
    await env.DB.prepare("DELETE FROM launches WHERE agent_id = ?").bind(agentId).run();
  });
});
