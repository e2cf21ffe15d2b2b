import type { Job, Jobs, JobType } from "../domain/ports.ts";

/** Messages that the platform takes at once. */
const MAX_BATCH = 100;

/** Puts each kind of job on its own queue. */
export function createJobs(queues: Record<JobType, Pick<Queue<Job>, "sendBatch">>): Jobs {
  return {
    send: async (jobs) => {
      const byType = Map.groupBy(jobs, ({ job }) => job.type);
      for (const [type, own] of byType) {
        const messages = own.map(({ job, delaySeconds }) => ({
          body: job,
          ...(delaySeconds !== undefined && { delaySeconds }),
        }));
        for (let at = 0; at < messages.length; at += MAX_BATCH) {
          await queues[type].sendBatch(messages.slice(at, at + MAX_BATCH));
        }
      }
    },
  };
}
