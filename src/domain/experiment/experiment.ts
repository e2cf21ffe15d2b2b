import type { ExperimentRow, ListedExperiment } from "../../store/experiment.ts";
import type { ExperimentStatus } from "../../store/schema/experiment.ts";

/** Whatever JSON a client sent: kept and handed on as it came. */
export type Json = unknown;

/** Work for runners, as its owner sees it. Times in milliseconds since the epoch. */
export interface Experiment {
  id: number;
  name: string;
  mode: string;
  capLints: string;
  toolchains: Json[];
  requirements: string[];
  assignee: string | null;
  shared: boolean;
  priority: number;
  status: ExperimentStatus;
  /** Name of the runner that took it last. */
  assignedTo: string | null;
  progress: { done: number; total: number };
  reportHash: string;
  /** Null while the report is not there. */
  reportedAt: number | null;
  createdAt: number;
  startedAt: number | null;
  completedAt: number | null;
}

export function experimentOf(row: ExperimentRow, runner: string | null): Experiment {
  return {
    id: row.id,
    name: row.name,
    mode: row.mode,
    capLints: row.capLints,
    toolchains: JSON.parse(row.toolchains) as Json[],
    requirements: JSON.parse(row.requirements) as string[],
    assignee: row.assignee,
    shared: row.shared,
    priority: row.priority,
    status: row.status,
    assignedTo: runner,
    progress: { done: row.done, total: row.crates },
    reportHash: row.reportHash,
    reportedAt: row.reportedAt,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    completedAt: row.completedAt,
  };
}

export function listedExperiment({ experiment, runner }: ListedExperiment): Experiment {
  return experimentOf(experiment, runner);
}
