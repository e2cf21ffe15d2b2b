import { oweNews } from "../../store/news.ts";
import type { SystemCtx } from "../context.ts";
import type { NewsEvent, Story } from "./story.ts";

/** News of an account's that is about no monitor. */
export interface News extends Pick<Story, "at" | "title" | "text" | "mood"> {
  event: NewsEvent;
  /** What it is of: the same is told once. */
  key: string;
}

/** Owes news to those of an account's channels that hear of everything. Safe to repeat. */
export async function announce(
  ctx: Pick<SystemCtx, "db" | "ports" | "log">,
  accountId: string,
  news: News,
): Promise<void> {
  const notificationIds = await oweNews(ctx.db, { accountId, ...news });
  if (notificationIds.length === 0) return;
  try {
    await ctx.ports.jobs.send([{ job: { type: "notify", notificationIds } }]);
  } catch (error) {
    // What is owed is woken by the clock.
    ctx.log.error("wake_news", error);
  }
}
