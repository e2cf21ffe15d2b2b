import type { ChannelRow } from "../../store/channel.ts";
import type { SystemCtx } from "../context.ts";
import { Fault } from "../errors.ts";
import type { PostOutcome } from "../ports.ts";
import { sealedSecret, sealedTarget } from "./channel.ts";
import { discordAddress, discordBody } from "./messages/discord.ts";
import { letterOf } from "./messages/email.ts";
import { slackBody } from "./messages/slack.ts";
import { teamsBody } from "./messages/teams.ts";
import { webhookPost } from "./messages/webhook.ts";
import type { Story } from "./story.ts";

/** A provider of mail that has not answered by then has not taken it, as far as we know. */
const MAIL_WITHIN_MS = 20_000;
/** Letters of one account in an hour, to whomever it says; more than these wait. */
export const LETTERS_PER_HOUR = 300;
const LETTERS_WITHIN_S = 3600;

/**
 * Counts one letter against an account's limit of an hour.
 * @throws Fault RATE_LIMITED
 */
export function assertMayWrite(ctx: Pick<SystemCtx, "ports">, accountId: string): Promise<void> {
  const bucket = `letters:of:${accountId}`;
  return ctx.ports.meter.attempt(bucket, LETTERS_PER_HOUR, LETTERS_WITHIN_S);
}

/** Tells a channel a story, once. Never rejects for what lies outside this deployment. */
export async function send(
  ctx: Pick<SystemCtx, "ports" | "now">,
  channel: ChannelRow,
  story: Story,
): Promise<PostOutcome> {
  const { seal } = ctx.ports;
  const target = await seal.open(sealedTarget(channel.accountId), channel.target);
  if (target === null) return unreadable();
  switch (channel.type) {
    case "email":
      return mailed(async () => {
        await assertMayWrite(ctx, channel.accountId);
        await ctx.ports.mail.send(letterOf(target, story));
      });
    case "slack":
      return post(ctx, target, keyOf(story), slackBody(story));
    case "discord":
      return post(ctx, discordAddress(target), keyOf(story), discordBody(story));
    case "teams":
      return post(ctx, target, keyOf(story), teamsBody(story));
    case "webhook": {
      const secret =
        channel.secret && (await seal.open(sealedSecret(channel.accountId), channel.secret));
      if (!secret) return unreadable();
      const { headers, body } = await webhookPost(story, secret, ctx.now());
      return post(ctx, target, headers, body);
    }
    default:
      return channel.type satisfies never;
  }
}

/** For receivers in front of these services, and those that speak their language. */
function keyOf(story: Story): Record<string, string> {
  return { "idempotency-key": story.id };
}

/** Names may lead elsewhere since the channel was made, so the guard is asked each time. */
async function post(
  ctx: Pick<SystemCtx, "ports">,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<PostOutcome> {
  const { guard, webhooks } = ctx.ports;
  try {
    await guard.assertAllowed(url);
  } catch (error) {
    // A name that does not resolve today may do so tomorrow.
    return { outcome: "busy", reason: reasonOf(error) };
  }
  return webhooks.post(url, headers, body);
}

async function mailed(deliver: () => Promise<void>): Promise<PostOutcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<PostOutcome>((resolve) => {
    const reason = `mail was not taken within ${MAIL_WITHIN_MS / 1000} seconds`;
    timer = setTimeout(() => resolve({ outcome: "busy", reason }), MAIL_WITHIN_MS);
  });
  try {
    return await Promise.race([deliver().then((): PostOutcome => ({ outcome: "taken" })), late]);
  } catch (error) {
    const wait = error instanceof Fault ? error.details.retryAfter : undefined;
    const reason = reasonOf(error);
    return { outcome: "busy", reason, ...(wait !== undefined && { retryAfterMs: wait * 1000 }) };
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Fault) return error.message;
  throw error;
}

function unreadable(): PostOutcome {
  const reason = "what it was sealed with has changed: set its target anew";
  return { outcome: "busy", reason };
}
