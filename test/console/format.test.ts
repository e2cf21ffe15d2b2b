import { describe, expect, it } from "vitest";
import { phasesOf } from "../../src/console/status/chart.ts";
import { duration, momentOf, percent, seconds } from "../../src/console/status/format.ts";

describe("figures for people", () => {
  it.each([
    [0, "0 s"],
    [1499, "1 s"],
    [61_000, "1 min 1 s"],
    [3_600_000, "1 h"],
    [3_605_000, "1 h"],
    [9_300_000, "2 h 35 min"],
    [200_000_000, "2 d 7 h"],
  ])("%i ms are %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [null, "–"],
    [1, "100 %"],
    // Never better than it was.
    [0.99999, "99.99 %"],
    [0.5, "50.00 %"],
    [0, "0.00 %"],
  ])("%s is %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });

  it.each([
    [0, "0 ms"],
    [0.0042, "4.2 ms"],
    [0.1234, "123 ms"],
    [1.234, "1.23 s"],
    [30.02, "30.0 s"],
  ])("%f seconds are %s", (value, text) => {
    expect(seconds(value)).toBe(text);
  });

  it("writes moments in UTC", () => {
    expect(momentOf(Date.UTC(2026, 10, 21, 18, 4))).toBe("21 Nov 2026, 18:04 UTC");
  });
});

describe("the phases of a response", () => {
  it("are the steps between curl's cumulative times", () => {
    const timings = {
      namelookup: 0.01,
      connect: 0.03,
      pretransfer: 0.06,
      starttransfer: 0.1,
      total: 0.15,
    };
    const { dns, connect, tls, wait, transfer } = phasesOf(timings);
    const close = (value: number) => Number(value.toFixed(6));
    expect([dns, connect, tls, wait, transfer].map(close)).toEqual([0.01, 0.02, 0.03, 0.04, 0.05]);
  });

  it("are never negative where a phase was not reached", () => {
    const cut = { namelookup: 0.01, connect: 0, pretransfer: 0, starttransfer: 0, total: 0.5 };
    const phases = phasesOf(cut);
    expect(phases).toMatchObject({ dns: 0.01, connect: 0, tls: 0, wait: 0, transfer: 0.49 });
  });
});
