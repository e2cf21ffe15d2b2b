import { deleteChannel as removeChannel } from "../../store/channel.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { noChannel } from "./read-channels.ts";

/**
 * Deletes a channel with its notifications; what it is still owed is not sent.
 * @throws Fault NOT_FOUND, FORBIDDEN for a read-only key.
 */
export async function deleteChannel(ctx: Ctx, channelId: number): Promise<void> {
  const { accountId } = assertCanAct(ctx);
  if (!(await removeChannel(ctx.db, accountId, channelId))) throw noChannel();
}
