import { describe, expect, it } from "vitest";
import { type HostResult, sickCheckers } from "../../../src/domain/monitor/sick-checker.ts";

/** What a checker found of hosts 0 to `count - 1`: the first `failed` of them at the network. */
function found(checker: string, count: number, failed: number): HostResult[] {
  return Array.from({ length: count }, (_, host) => ({
    checker,
    host: `host-${host}.test`,
    networkFailure: host < failed,
  }));
}

describe("a checker is set aside", () => {
  it("when over half of five hosts failed that another region reached", () => {
    expect(sickCheckers([...found("enam", 5, 3), ...found("weur", 5, 0)])).toEqual(["enam"]);
  });

  it.each([
    ["for under five hosts", [...found("enam", 4, 4), ...found("weur", 4, 0)]],
    ["for half of them", [...found("enam", 6, 3), ...found("weur", 6, 0)]],
    ["when nobody else asked", found("enam", 9, 9)],
    [
      "when the others could not reach them either",
      [...found("enam", 9, 9), ...found("weur", 9, 9)],
    ],
    [
      "for a host that it reached as well",
      [...found("enam", 5, 5), ...found("enam", 5, 0), ...found("weur", 5, 0)],
    ],
  ])("not %s", (_, results) => {
    expect(sickCheckers(results)).toEqual([]);
  });
});
