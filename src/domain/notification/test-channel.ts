import { assertCanAct } from "../account/index.ts";
import type { Ctx } from "../context.ts";
import { Fault } from "../errors.ts";
import { type Channel, channelOf } from "./channel.ts";
import { channelInAccount } from "./read-channels.ts";
import { send } from "./send.ts";
import { testStory } from "./story.ts";

/** Test messages of one account in an hour: they go wherever a tenant says. */
const TESTS = 30;
const TESTS_WITHIN_S = 3600;

/**
 * Sends a test message, and waits for its taking.
 * @throws Fault UNAVAILABLE with the channel's reason when it does not take it, NOT_FOUND,
 * RATE_LIMITED, FORBIDDEN for a read-only key.
 */
export async function testChannel(ctx: Ctx, channelId: number): Promise<Channel> {
  const { accountId } = assertCanAct(ctx);
  const row = await channelInAccount(ctx, accountId, channelId);
  await ctx.ports.meter.attempt(`channel_test:of:${accountId}`, TESTS, TESTS_WITHIN_S);
  const story = testStory({ id: row.id, name: row.name }, `test-${crypto.randomUUID()}`, ctx.now());
  const outcome = await send(ctx, row, story);
  if (outcome.outcome !== "taken") {
    throw new Fault("UNAVAILABLE", `The channel did not take the message: ${outcome.reason}`);
  }
  return channelOf(row);
}
