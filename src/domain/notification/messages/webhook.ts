import { Buffer } from "node:buffer";
import type { Story, StoryDowntime } from "../story.ts";

/** A request's two parts, as its receiver gets them. */
export interface Post {
  headers: Record<string, string>;
  body: string;
}

const SECRET_PREFIX = "whsec_";
const SECRET_BYTES = 32;

/** A new key to sign with, as Standard Webhooks writes one: `whsec_` and base64. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return SECRET_PREFIX + Buffer.from(bytes).toString("base64");
}

/**
 * JSON, signed as Standard Webhooks 1.0 has it: `webhook-signature` is `v1,` and the base64 of
 * HMAC-SHA-256 over `<webhook-id>.<webhook-timestamp>.<body>`, by the bytes that the secret's
 * base64 stands for. `Idempotency-Key` and `webhook-id` are the notification's id, at each try.
 * @param now When it is sent, milliseconds since the epoch.
 */
export async function webhookPost(story: Story, secret: string, now: number): Promise<Post> {
  const body = JSON.stringify({
    type: story.event,
    timestamp: time(story.at),
    data: {
      id: story.id,
      title: story.title,
      text: story.text,
      channel: story.channel,
      monitor: story.monitor,
      downtime: story.downtime && fromDowntime(story.downtime),
      certificate:
        story.certificateEndsAt === null ? null : { expires_at: time(story.certificateEndsAt) },
      reminder: story.reminder,
    },
  });
  const timestamp = String(Math.floor(now / 1000));
  return {
    headers: {
      "idempotency-key": story.id,
      "webhook-id": story.id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${await sign(secret, `${story.id}.${timestamp}.${body}`)}`,
    },
    body,
  };
}

async function sign(secret: string, content: string): Promise<string> {
  const bytes = Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(content));
  return Buffer.from(signature).toString("base64");
}

function fromDowntime(downtime: StoryDowntime) {
  const { id, from, to, end, reason, region, closingRegion } = downtime;
  return {
    id,
    started_at: time(from),
    ended_at: to === null ? null : time(to),
    seconds: to === null ? null : Math.round((to - from) / 1000),
    end,
    reason,
    region,
    closing_region: closingRegion,
  };
}

function time(at: number): string {
  return new Date(at).toISOString();
}
