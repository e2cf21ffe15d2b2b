import type { SystemCtx } from "../domain/context.ts";
import type { Job, JobType } from "../domain/job.ts";
import { startNextLaunch } from "../domain/agent/index.ts";
import { buildReport } from "../domain/experiment/index.ts";
import { runChecks } from "../domain/monitor/index.ts";
import { deliverNotifications } from "../domain/notification/index.ts";
import { systemContext } from "./context.ts";

type Handlers = {
  [T in JobType]: (ctx: SystemCtx, job: Extract<Job, { type: T }>) => Promise<void>;
};

/** Who does what. Every one of them reads the truth again, and may be asked twice. */
const HANDLERS: Handlers = {
  checks: runChecks,
  notify: deliverNotifications,
  report: buildReport,
  launch: async (ctx) => {
    await startNextLaunch(ctx);
  },
};

/**
 * A batch of any queue. Each message ends in exactly one acknowledgement or retry; one that was
 * tried often enough goes to its queue's dead letters, which `wrangler.toml` names.
 */
export async function queue(batch: MessageBatch, env: Env): Promise<void> {
  await Promise.all(batch.messages.map((message) => handle(message, batch.queue, env)));
}

async function handle(message: Message, name: string, env: Env): Promise<void> {
  const { id, attempts, body } = message;
  const ctx = systemContext(env, { queue: name, message: id, attempts });
  try {
    await run(ctx, body);
  } catch (error) {
    ctx.log.error("job_failed", error);
    message.retry();
    return;
  }
  message.ack();
}

async function run(ctx: SystemCtx, body: unknown): Promise<void> {
  if (!isJob(body)) throw new Error("A message that is no job");
  const handler = HANDLERS[body.type] as (ctx: SystemCtx, job: Job) => Promise<void>;
  await handler(ctx, body);
}

function isJob(body: unknown): body is Job {
  return (
    typeof body === "object" &&
    body !== null &&
    "type" in body &&
    Object.hasOwn(HANDLERS, String(body.type))
  );
}
