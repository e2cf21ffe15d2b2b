import { insertChannel, unknownMonitors } from "../../store/channel.ts";
import { CHANNEL_TYPES, type ChannelType } from "../../store/schema/notification.ts";
import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Channel, channelOf, masked, sealedSecret, sealedTarget } from "./channel.ts";
import { newSecret } from "./messages/webhook.ts";
import { assertSettable, type ChannelSettings, MAX_CHANNELS, refuse } from "./rules.ts";

export type CreateChannelInput = Pick<ChannelSettings, "name" | "target"> &
  Partial<ChannelSettings> & { type: ChannelType };

/**
 * Makes a channel. A webhook gets a key to sign with, which is in the result and nowhere else.
 * @throws Fault BAD_REQUEST that names the fields, LIMIT_REACHED at 100 channels, FORBIDDEN for a
 * read-only key, UNAVAILABLE for e-mail where this deployment sends none.
 */
export async function createChannel(
  ctx: Ctx,
  input: CreateChannelInput,
): Promise<{ channel: Channel; secret: string | null }> {
  const { accountId } = assertCanAct(ctx);
  const { type, name, monitors = null, reminderMinutes = null } = input;
  const target = input.target.trim();
  if (!CHANNEL_TYPES.includes(type)) {
    refuse({ type: `must be one of ${CHANNEL_TYPES.join(", ")}` });
  }
  assertSettable(type, { name, target, monitors, reminderMinutes });
  await assertReachable(ctx, type, target);
  await assertOwnMonitors(ctx, accountId, monitors);
  const { seal } = ctx.ports;
  const secret = type === "webhook" ? newSecret() : null;
  const row = await insertChannel(
    ctx.db,
    {
      accountId,
      type,
      name,
      reminderMinutes,
      target: await seal.seal(sealedTarget(accountId), target),
      targetMasked: masked(type, target),
      secret: secret && (await seal.seal(sealedSecret(accountId), secret)),
      monitors: monitors && JSON.stringify(monitors),
      quietUntilRecovery: input.quietUntilRecovery ?? false,
      createdAt: ctx.now(),
    },
    MAX_CHANNELS,
  );
  if (!row) {
    const reason = `This account has ${MAX_CHANNELS} channels: delete one first.`;
    throw new Fault("LIMIT_REACHED", reason);
  }
  return { channel: channelOf(row), secret };
}

/**
 * Whether this deployment could send to a target at all.
 * @throws Fault BAD_REQUEST naming the target, UNAVAILABLE.
 */
export async function assertReachable(ctx: Ctx, type: ChannelType, target: string): Promise<void> {
  if (type === "email") return ctx.ports.mail.assertReady();
  try {
    await ctx.ports.guard.assertAllowed(target);
  } catch (error) {
    if (error instanceof Fault && error.code === "BAD_REQUEST") refuse({ target: error.message });
    throw error;
  }
}

/** @throws Fault BAD_REQUEST for monitors that the account does not have. */
export async function assertOwnMonitors(
  ctx: Ctx,
  accountId: string,
  monitors: number[] | null,
): Promise<void> {
  if (monitors === null || monitors.length === 0) return;
  const unknown = await unknownMonitors(ctx.db, accountId, monitors);
  if (unknown.length > 0) refuse({ monitors: `there is no monitor ${unknown.join(", ")}` });
}
