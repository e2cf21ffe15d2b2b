import { describe, expect, it } from "vitest";
import { Budget } from "../../src/objects/budget.ts";

describe("Budget", () => {
  it("fills up with time, to a second's worth", () => {
    let now = 0;
    const budget = new Budget(1000, () => now);
    expect(budget.left).toBe(1000);
    budget.spend(900);
    expect(budget.left).toBe(100);
    now += 50;
    expect(budget.left).toBe(150);
    now += 60_000;
    expect(budget.left).toBe(1000);
    budget.spend(5000);
    expect(budget.left).toBe(0);
  });

  it("says how long to wait, and never more than for a second's worth", () => {
    let now = 0;
    const budget = new Budget(1000, () => now);
    expect(budget.waitFor(1000)).toBe(0);
    budget.spend(1000);
    expect(budget.waitFor(250)).toBe(250);
    expect(budget.waitFor(5000)).toBe(1000);
    now += 250;
    expect(budget.waitFor(250)).toBe(0);
  });
});
