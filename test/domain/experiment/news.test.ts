import { describe, expect, it } from "vitest";
import { newsOf } from "../../../src/domain/experiment/news.ts";
import type { ExperimentRow } from "../../../src/store/experiment.ts";

const ended = {
  name: "pr-7",
  status: "completed",
  done: 3,
  crates: 4,
  reportHash: "h4sh",
  reportCounts: '{"regressed":1,"same":2,"unknown":1}',
  completedAt: 2000,
} as ExperimentRow;

describe("what an owner is told of an experiment", () => {
  it("counts what was compared, and leads to the report", () => {
    expect(newsOf(ended, "outrider.example")).toEqual({
      title: "Experiment pr-7 is completed",
      text: [
        "The experiment pr-7 is completed: 3 of 4 crates have all their results.",
        "Compared: 1 regressed, 2 same, 1 unknown.",
        "Report: https://outrider.example/console/reports/h4sh",
      ].join("\n\n"),
      mood: "bad",
      at: 2000,
    });
  });

  it("says that no results were sent, and has no link where our name is not known", () => {
    const { text, mood } = newsOf({ ...ended, reportCounts: null }, null);
    expect(text).toContain("No results were sent.");
    expect(text).not.toContain("Report:");
    expect(mood).toBe("neutral");
  });
});
