import { claimShards, type DueCursor, type DueShard, dueShards } from "../../store/shard.ts";
import type { SystemCtx } from "../context.ts";
import type { ChecksJob } from "../job.ts";
import { BUCKET_SECONDS, bucketsOf, MINUTE_MS, nextMinuteOf, type Rhythm } from "./due.ts";

/** Shards read and claimed at a time. */
const PAGE = 500;
/** Shards of an account without points are looked at this much later; adding points brings them. */
const HALTED_MINUTES = 60;
/** Monitors and shards of one job: what one consumer can do within the minute. */
const MONITORS_PER_JOB = 500;
const SHARDS_PER_JOB = 100;

/**
 * The clock's minute: claims every shard that is due and puts its work on the queue, packed. Two
 * clocks at once share the shards between them; a minute that never came is noticed by the
 * shard's object when the next one comes.
 * @param minute Minutes since the epoch.
 */
export async function claimDueShards(
  ctx: Pick<SystemCtx, "db" | "ports" | "now">,
  minute: number,
): Promise<{ shards: number; jobs: number }> {
  const totals = { shards: 0, jobs: 0 };
  let after: DueCursor = { nextMinute: -1, id: 0 };
  for (;;) {
    const due = await dueShards(ctx.db, minute, after, PAGE);
    const last = due.at(-1);
    if (!last) return totals;
    const rhythms = new Map(due.map((shard) => [shard.id, rhythmsOf(shard)]));
    const claimed = await claimShards(
      ctx.db,
      due.map(({ id, nextMinute, halted }) => ({
        id,
        from: nextMinute,
        to: halted ? minute + HALTED_MINUTES : nextMinuteOf(rhythms.get(id) ?? null, minute),
      })),
    );
    const jobs = pack(
      due.filter(({ id, halted }) => claimed.has(id) && !halted),
      rhythms,
      minute,
    );
    if (jobs.length > 0) {
      await ctx.ports.jobs.send(
        jobs.map((job) => ({ job, delaySeconds: delayOf(job.bucket, minute, ctx.now()) })),
      );
    }
    totals.shards += claimed.size;
    totals.jobs += jobs.length;
    if (due.length < PAGE) return totals;
    after = { nextMinute: last.nextMinute, id: last.id };
  }
}

function rhythmsOf({ rhythm }: DueShard): Rhythm[] | null {
  if (rhythm === null) return null;
  const pairs = JSON.parse(rhythm) as [interval: number, phase: number][];
  return pairs.map(([interval, phase]) => ({ interval, phase }));
}

/** Jobs of the minute's six groups, each with as many shards as one consumer can do. */
function pack(due: DueShard[], rhythms: Map<number, Rhythm[] | null>, minute: number): ChecksJob[] {
  const jobs: ChecksJob[] = [];
  const open = new Map<number, { job: ChecksJob; monitors: number }>();
  for (const { id, version, size, nextMinute } of due) {
    const buckets = bucketsOf(rhythms.get(id) ?? null, minute);
    // Nothing now, but something before that nobody came for: its object is to notice.
    if (buckets.length === 0 && nextMinute < minute) buckets.push(0);
    for (const bucket of buckets) {
      const last = open.get(bucket);
      const fits =
        last && last.monitors + size <= MONITORS_PER_JOB && last.job.shards.length < SHARDS_PER_JOB;
      if (fits) {
        last.job.shards.push([id, version]);
        last.monitors += size;
      } else {
        const job: ChecksJob = { type: "checks", minute, bucket, shards: [[id, version]] };
        jobs.push(job);
        open.set(bucket, { job, monitors: size });
      }
    }
  }
  return jobs;
}

/** Whole seconds until a group's seconds begin. */
function delayOf(bucket: number, minute: number, now: number): number {
  const start = minute * MINUTE_MS + bucket * BUCKET_SECONDS * 1000;
  return Math.max(0, Math.ceil((start - now) / 1000));
}
