import type { ExperimentRow } from "../../store/experiment.ts";
import { CATEGORIES, type Counts, countsOf } from "./compare.ts";

/** What an owner is told of an experiment that has ended. */
export interface ExperimentNews {
  /** One line. */
  title: string;
  text: string;
  mood: "bad" | "neutral";
  /** Milliseconds since the epoch. */
  at: number;
}

/** @param publicHost Null where the deployment was not told its own name: then no link is told. */
export function newsOf(experiment: ExperimentRow, publicHost: string | null): ExperimentNews {
  const { name, status, done, crates, reportHash } = experiment;
  const counts = countsOf(experiment);
  const report = `https://${publicHost}/console/reports/${reportHash}`;
  const paragraphs = [
    `The experiment ${name} is ${status}: ${done} of ${crates} crates have all their results.`,
    compared(counts),
    ...(publicHost === null ? [] : [`Report: ${report}`]),
  ];
  return {
    title: `Experiment ${name} is ${status}`,
    text: paragraphs.join("\n\n"),
    mood: counts.regressed > 0 ? "bad" : "neutral",
    at: experiment.completedAt ?? experiment.createdAt,
  };
}

function compared(counts: Counts): string {
  const told = CATEGORIES.filter((category) => counts[category] > 0).map(
    (category) => `${counts[category]} ${category}`,
  );
  return told.length === 0 ? "No results were sent." : `Compared: ${told.join(", ")}.`;
}
