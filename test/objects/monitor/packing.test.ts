import { describe, expect, it } from "vitest";
import { checkIdOf } from "../../../src/domain/monitor/check-id.ts";
import { MINUTE_MS, minuteOf } from "../../../src/domain/monitor/due.ts";
import type { Check } from "../../../src/domain/monitor/monitor.ts";
import { PROBE_ERRORS } from "../../../src/domain/monitor/probe.ts";
import { countChecks, packChecks, unpackChecks } from "../../../src/objects/monitor/packing.ts";
import { PASSED, REFUSED, START } from "../../support/shard-world.ts";

const MINUTE = minuteOf(START);

function checkOf(monitorId: number, changes: Partial<Check> = {}): Check {
  const id = checkIdOf({ minute: MINUTE, monitorId, turn: 1 });
  const { certificateExpires: _, ...found } = PASSED;
  return { id, monitorId, at: START + 1234, checker: "enam", word: "", ...found, ...changes };
}

describe("packed checks", () => {
  it("come back as they were", () => {
    const checks = [
      checkOf(1),
      checkOf(2 ** 24 - 1, {
        at: START + 3 * MINUTE_MS,
        word: "welcome, 世界",
        redirect: true,
        via: "fetch",
        documentLength: 2 ** 31,
        timings: {
          namelookup: 0.000_001,
          connect: 1,
          pretransfer: 2.5,
          starttransfer: 29,
          total: 30,
        },
      }),
      ...PROBE_ERRORS.map((kind, index) =>
        checkOf(10 + index, {
          passed: false,
          code: 0,
          checker: "weur",
          error: { kind, message: `why: ${kind}` },
        }),
      ),
      checkOf(77, { checker: "push", via: "signal", error: { kind: "overdue", message: "late" } }),
    ];
    expect(unpackChecks(packChecks(checks, MINUTE - 3))).toEqual(checks);
    expect(unpackChecks(packChecks([], MINUTE))).toEqual([]);
  });

  it("of one monitor are read, or counted, without the others", () => {
    const checks = [1, 2, 1, 3].map((id, turn) =>
      checkOf(id, { id: checkIdOf({ minute: MINUTE, monitorId: id, turn }) }),
    );
    const bytes = packChecks(checks, MINUTE);
    expect(unpackChecks(bytes, 1)).toEqual([checks[0], checks[2]]);
    expect(unpackChecks(bytes, 9)).toEqual([]);
    expect(countChecks(bytes, (id) => id !== 2)).toBe(3);
  });

  it("take about 30 bytes each, and a failed one what it says", () => {
    const many = Array.from({ length: 500 }, (_, index) => checkOf(index + 1));
    expect(packChecks(many, MINUTE).byteLength / 500).toBeLessThan(35);
    const { error } = REFUSED;
    const failed = many.map((check) => ({ ...check, passed: false, error }));
    expect(packChecks(failed, MINUTE).byteLength / 500).toBeLessThan(60);
  });

  it("keep no endless message", () => {
    const error = { kind: "protocol" as const, message: "x".repeat(100_000) };
    const [check] = unpackChecks(packChecks([checkOf(1, { error })], MINUTE));
    expect(check?.error?.message.length).toBe(300);
  });

  it("of another version are not misread", () => {
    const bytes = packChecks([checkOf(1)], MINUTE);
    bytes[0] = 9;
    expect(() => unpackChecks(bytes)).toThrow("version 9");
  });
});
