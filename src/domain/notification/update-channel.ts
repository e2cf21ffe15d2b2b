import { changeChannel, type ChannelChanges, resetReminders } from "../../store/channel.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { type Channel, channelOf, masked, sealedSecret, sealedTarget } from "./channel.ts";
import { assertOwnMonitors, assertReachable } from "./create-channel.ts";
import { newSecret } from "./messages/webhook.ts";
import { channelInAccount, noChannel } from "./read-channels.ts";
import { assertSettable, type ChannelSettings, refuse } from "./rules.ts";

/**
 * Changes a channel. Reminders of downtimes that are open now follow a change of its options.
 * @throws Fault NOT_FOUND, and as `createChannel` does.
 */
export async function updateChannel(
  ctx: Ctx,
  channelId: number,
  input: Partial<ChannelSettings>,
): Promise<Channel> {
  const { accountId } = assertCanAct(ctx);
  const { type } = await channelInAccount(ctx, accountId, channelId);
  const { target: wanted, monitors, ...plain } = input;
  const target = wanted?.trim();
  assertSettable(type, { ...input, ...(target !== undefined && { target }) });
  if (target !== undefined) await assertReachable(ctx, type, target);
  if (monitors !== undefined) await assertOwnMonitors(ctx, accountId, monitors);
  const changes: ChannelChanges = {
    ...plain,
    ...(monitors !== undefined && { monitors: monitors && JSON.stringify(monitors) }),
    ...(target !== undefined && {
      target: await ctx.ports.seal.seal(sealedTarget(accountId), target),
      targetMasked: masked(type, target),
    }),
  };
  if (Object.keys(changes).length === 0) {
    return channelOf(await channelInAccount(ctx, accountId, channelId));
  }
  const row = await changeChannel(ctx.db, accountId, channelId, changes);
  if (!row) throw noChannel();
  const { reminderMinutes, quietUntilRecovery } = input;
  if (reminderMinutes !== undefined || quietUntilRecovery !== undefined || monitors !== undefined) {
    await resetReminders(ctx.db, row, ctx.now());
  }
  return channelOf(row);
}

/**
 * Gives a webhook a new key to sign with, shown once; the one before ends.
 * @throws Fault NOT_FOUND, BAD_REQUEST for a channel that signs nothing, FORBIDDEN.
 */
export async function renewSecret(
  ctx: Ctx,
  channelId: number,
): Promise<{ channel: Channel; secret: string }> {
  const { accountId } = assertCanAct(ctx);
  const { type } = await channelInAccount(ctx, accountId, channelId);
  if (type !== "webhook") refuse({ type: "only a webhook's messages are signed" });
  const secret = newSecret();
  const sealed = await ctx.ports.seal.seal(sealedSecret(accountId), secret);
  const row = await changeChannel(ctx.db, accountId, channelId, { secret: sealed });
  if (!row) throw noChannel();
  return { channel: channelOf(row), secret };
}
