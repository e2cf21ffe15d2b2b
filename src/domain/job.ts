/**
 * What the queues carry. A message is a wake-up: the catalogue holds the truth, so a job that
 * comes twice, late or never does no harm.
 */
export type Job = ChecksJob | NotifyJob | ReportJob | LaunchJob;

/** Makes the checks of some shards that are due in ten seconds of a minute. */
export interface ChecksJob {
  type: "checks";
  /** Minutes since the epoch. */
  minute: number;
  /** Which ten seconds of the minute, 0–5. */
  bucket: number;
  shards: [shard: number, version: number][];
}

/** Sends notifications that are owed. */
export interface NotifyJob {
  type: "notify";
  notificationIds: number[];
}

/** Builds the report of an experiment that has ended. */
export interface ReportJob {
  type: "report";
  experimentId: number;
}

/** Starts the launch whose turn it is, whichever that is. */
export interface LaunchJob {
  type: "launch";
}

export type JobType = Job["type"];

/** Puts jobs on their queues. */
export interface Jobs {
  /** Rejects when the queue does not take them; those taken before are not taken back. */
  send(jobs: { job: Job; delaySeconds?: number }[]): Promise<void>;
}
