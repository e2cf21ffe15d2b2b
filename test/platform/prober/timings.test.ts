import { describe, expect, inject, it } from "vitest";
import type { PhaseTimings } from "../../../src/domain/monitor/probe.ts";
import { sumTimings } from "../../../src/platform/prober/timings.ts";
import { page, redirect, scripted, TLS_DELAY_MS } from "../../support/origins.ts";
import { CONNECT_DELAY_MS, connectLate, named, probe, toLoopback } from "./probe.ts";

const origins = inject("origins");
/** Timers may ring, and clocks may tick, a little early. */
const SLACK_S = 0.01;

function expectInOrder(timings: PhaseTimings): void {
  const { namelookup, connect: connected, pretransfer, starttransfer, total } = timings;
  const order = [0, namelookup, connected, pretransfer, starttransfer, total];
  expect(order).toEqual(order.toSorted((left, right) => left - right));
}

/** The longest phase and how long it took. */
function slowest(timings: PhaseTimings): { phase: string; seconds: number } {
  let before = 0;
  let found = { phase: "none", seconds: 0 };
  for (const [phase, end] of Object.entries(timings)) {
    if (end - before > found.seconds) found = { phase, seconds: end - before };
    before = end;
  }
  return found;
}

/** A machine that stands still for longer than a phase was made to last shows another as slowest. */
const PATIENCE = { retry: 2 };

describe("the phases of a probe", PATIENCE, () => {
  it("finds a slow name server in namelookup", async () => {
    const url = named(scripted(origins.plain, page("hello")), "slow.test");
    const result = await probe(url, {}, { connect: toLoopback });
    expect(result).toMatchObject({ passed: true, code: 200, via: "socket" });
    expectInOrder(result.timings);
    expect(slowest(result.timings).phase).toBe("namelookup");
    expect(result.timings.namelookup).toBeGreaterThanOrEqual(0.2 - SLACK_S);
  });

  it("finds a slow connection in connect", async () => {
    const { passed, timings } = await probe(
      scripted(origins.plain, page("hello")),
      {},
      { connect: connectLate },
    );
    expect(passed).toBe(true);
    expectInOrder(timings);
    expect(slowest(timings).phase).toBe("connect");
    expect(timings.connect).toBeGreaterThanOrEqual(CONNECT_DELAY_MS / 1000 - SLACK_S);
  });

  it("finds a slow TLS handshake in pretransfer", async () => {
    const result = await probe(scripted(origins.slowTls, page("hello")));
    expect(result).toMatchObject({ passed: true, error: null });
    expectInOrder(result.timings);
    expect(slowest(result.timings).phase).toBe("pretransfer");
    const handshake = result.timings.pretransfer - result.timings.connect;
    expect(handshake).toBeGreaterThanOrEqual(TLS_DELAY_MS / 1000 - SLACK_S);
  });

  it.each(["plain", "tls"] as const)(
    "finds a slow answer in starttransfer (%s)",
    async (origin) => {
      const { timings } = await probe(scripted(origins[origin], { wait: 200 }, page("hello")));
      expectInOrder(timings);
      expect(slowest(timings).phase).toBe("starttransfer");
      expect(timings.starttransfer - timings.pretransfer).toBeGreaterThanOrEqual(0.2 - SLACK_S);
    },
  );

  it.each(["plain", "tls"] as const)("finds a slow body in total (%s)", async (origin) => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe";
    const url = scripted(origins[origin], { send: head }, { wait: 200 }, { send: "llo" });
    const { timings, passed } = await probe(url);
    expect(passed).toBe(true);
    expectInOrder(timings);
    expect(slowest(timings).phase).toBe("total");
    expect(timings.total - timings.starttransfer).toBeGreaterThanOrEqual(0.2 - SLACK_S);
  });

  it("books no name look-up for an address or localhost", async () => {
    const byAddress = await probe(scripted(origins.plain, page("hello")));
    const byLocalhost = await probe(scripted(origins.tls, page("hello")));
    expect(byAddress.timings.namelookup).toBe(0);
    expect(byLocalhost.timings.namelookup).toBe(0);
  });

  it("neither fails nor books a look-up when the name server is down", async () => {
    const url = named(scripted(origins.plain, page("hello")), "down.test");
    const result = await probe(url, {}, { connect: toLoopback });
    expect(result.passed).toBe(true);
    expect(result.timings.namelookup).toBe(0);
  });

  it("sums over redirects, each hop from its own start, as curl does", async () => {
    const last = scripted(origins.plain, { wait: 100 }, page("there"));
    const first = scripted(origins.plain, { wait: 100 }, redirect(last));
    const { timings, redirect: redirected, code } = await probe(first);
    expect({ redirected, code }).toEqual({ redirected: true, code: 200 });
    expectInOrder(timings);
    expect(timings.starttransfer).toBeGreaterThanOrEqual(0.2 - SLACK_S);
    expect(timings.starttransfer - timings.pretransfer).toBeGreaterThanOrEqual(0.2 - SLACK_S);
  });

  it("takes the first byte of an interim answer for the first byte, as curl does", async () => {
    const hint = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
    const url = scripted(origins.plain, { send: hint }, { wait: 200 }, page("hello"));
    const { timings, code } = await probe(url);
    expect(code).toBe(200);
    expect(slowest(timings).phase).toBe("total");
  });

  it("says 0 for phases that were not reached, and how long it tried", async () => {
    const { timings } = await probe(`${origins.silent}/`, { timeoutMs: 200 });
    expect(timings.connect).toBeGreaterThan(0);
    expect(timings.starttransfer).toBe(0);
    expect(timings.total).toBeGreaterThanOrEqual(0.2 - SLACK_S);
  });
});

describe("the sum of hops", () => {
  it("is nothing for nothing", () => {
    const nothing = { namelookup: 0, connect: 0, pretransfer: 0, starttransfer: 0, total: 0 };
    expect(sumTimings([])).toEqual(nothing);
  });

  it("adds phase by phase, and a phase that was gone through counts", () => {
    const hops = [
      { namelookup: 10, connect: 20, pretransfer: 20, starttransfer: 50, total: 60 },
      { connect: 0, pretransfer: 5, total: 7 },
    ];
    expect(sumTimings(hops)).toEqual({
      namelookup: 0.01,
      connect: 0.020001,
      pretransfer: 0.025,
      starttransfer: 0.05,
      total: 0.067,
    });
  });
});
