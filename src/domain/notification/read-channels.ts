import { type ChannelRow, findChannel, listChannels as readChannels } from "../../store/channel.ts";
import { assertAccount } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Channel, channelOf } from "./channel.ts";

/** @throws Fault NOT_FOUND */
export async function getChannel(ctx: Ctx, channelId: number): Promise<Channel> {
  return channelOf(await channelInAccount(ctx, assertAccount(ctx).accountId, channelId));
}

/** The account's channels, newest first. */
export async function listChannels(
  ctx: Ctx,
  slice: { offset: number; limit: number },
): Promise<{ channels: Channel[]; total: number }> {
  const { accountId } = assertAccount(ctx);
  const { rows, total } = await readChannels(ctx.db, accountId, slice);
  return { channels: rows.map(channelOf), total };
}

/** @throws Fault NOT_FOUND */
export async function channelInAccount(
  ctx: Ctx,
  accountId: string,
  channelId: number,
): Promise<ChannelRow> {
  const row = await findChannel(ctx.db, accountId, channelId);
  if (!row) throw noChannel();
  return row;
}

export function noChannel(): Fault {
  return new Fault("NOT_FOUND", "Channel not found");
}
