import { listChannels } from "../../store/channel.ts";
import type { SystemCtx } from "../context.ts";
import { MAX_CHANNELS } from "./rules.ts";
import { send } from "./send.ts";
import type { Story } from "./story.ts";

/** News of an account's that is about no monitor. */
export type News = Pick<Story, "id" | "event" | "at" | "title" | "text" | "mood">;

/**
 * Tells news to those of an account's channels that hear of everything, each once: what a channel
 * does not take now it does not get.
 * @returns How many channels there were to tell.
 */
export async function announce(ctx: SystemCtx, accountId: string, news: News): Promise<number> {
  const { rows } = await listChannels(ctx.db, accountId, { offset: 0, limit: MAX_CHANNELS });
  const wanted = rows.filter(({ monitors }) => monitors === null);
  for (const row of wanted) {
    const story: Story = {
      ...news,
      channel: { id: row.id, name: row.name },
      monitor: null,
      downtime: null,
      certificateEndsAt: null,
      reminder: null,
    };
    const { outcome } = await send(ctx, row, story);
    ctx.log.info("news_told", { channel_type: row.type, outcome });
  }
  return wanted.length;
}
