import { forgetNews } from "../../store/news.ts";
import { forgetNotifications, type OwedCursor, owedPage } from "../../store/outbox.ts";
import type { SystemCtx } from "../context.ts";

/** What has been due for less is on its way: a message on the queue was sent for it. */
const GRACE_MS = 15_000;
const PAGE = 500;
const MAX_PAGES = 10;
/** Ids in one message. */
const IDS_AT_ONCE = 20;
const KEPT_MS = 90 * 86_400_000;
const FORGOTTEN_AT_ONCE = 200;

/**
 * Wakes what is owed and at rest: its message was lost, or whoever held it died. Woken twice it
 * is sent once.
 * @returns How many were woken.
 */
export async function wakeNotifications(ctx: SystemCtx): Promise<number> {
  const now = ctx.now();
  let after: OwedCursor = { dueAt: 0, id: 0 };
  let woken = 0;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const rows = await owedPage(ctx.db, { dueBy: now - GRACE_MS, now, after, limit: PAGE });
    const last = rows.at(-1);
    if (!last) break;
    const jobs = [];
    for (let at = 0; at < rows.length; at += IDS_AT_ONCE) {
      const notificationIds = rows.slice(at, at + IDS_AT_ONCE).map(({ id }) => id);
      jobs.push({ job: { type: "notify" as const, notificationIds } });
    }
    await ctx.ports.jobs.send(jobs);
    woken += rows.length;
    if (rows.length < PAGE) break;
    after = last;
  }
  return woken;
}

/** Forgets notifications that ended 90 days ago, and what they told. */
export async function sweepNotifications(ctx: Pick<SystemCtx, "db" | "now">): Promise<void> {
  const before = ctx.now() - KEPT_MS;
  await forgetNotifications(ctx.db, before, FORGOTTEN_AT_ONCE);
  await forgetNews(ctx.db, before, FORGOTTEN_AT_ONCE);
}
