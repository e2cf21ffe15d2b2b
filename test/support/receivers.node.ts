import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Behaviour, Received } from "./receivers.ts";

/** One box: what came in, and how the next ones are met. */
interface Box {
  received: Received[];
  behaviours: Behaviour[];
}

interface Reply {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

/**
 * Services that take messages: `POST /<service>/<box>` speaks as the service does, `PUT /<box>`
 * says how its next requests are met, `GET /<box>` tells what it got.
 */
export async function serveReceivers(): Promise<{ origin: string; close: () => Promise<void> }> {
  const boxes = new Map<string, Box>();
  const server = createServer((request, response) => {
    answer(boxes, request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  boxes: Map<string, Box>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const path = url.pathname.slice(1).split("/");
  const name = path.at(-1) ?? "";
  const box = boxes.get(name) ?? { received: [], behaviours: [] };
  boxes.set(name, box);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  if (request.method === "PUT") {
    box.behaviours = JSON.parse(body) as Behaviour[];
    response.end();
    return;
  }
  if (request.method === "GET" && path.length === 1) {
    response.end(JSON.stringify(box.received));
    return;
  }
  const behaviour = box.behaviours.shift() ?? {};
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([key, value]) => [key, String(value)]),
  );
  const reply = replyOf(path[0] ?? "", url, body, behaviour);
  const taken = reply.status < 300 && !behaviour.reset && !behaviour.hang;
  box.received.push({ query: url.search, headers, body, taken });
  if (behaviour.hang) return;
  if (behaviour.reset) {
    request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(reply.status, reply.headers);
  if (behaviour.endless) {
    const more = setInterval(() => response.write("x".repeat(1024)), 5);
    response.once("close", () => clearInterval(more));
    return;
  }
  response.end(reply.body);
}

function replyOf(service: string, url: URL, body: string, behaviour: Behaviour): Reply {
  const { status, retryAfter, location } = behaviour;
  if (status !== undefined) {
    return {
      status,
      body: behaviour.says ?? limitBody(service, retryAfter),
      headers: {
        ...(retryAfter !== undefined && { "retry-after": retryAfter }),
        ...(location !== undefined && { location }),
      },
    };
  }
  switch (service) {
    case "slack":
      return slack(body);
    case "discord":
      return discord(url, body);
    case "teams":
      return teams(body);
    default:
      return { status: 204 };
  }
}

/** Discord tells it in the body too. */
function limitBody(service: string, retryAfter: string | undefined): string {
  if (service !== "discord" || retryAfter === undefined) return "not now";
  const seconds = Number(retryAfter);
  return JSON.stringify({
    message: "You are being rate limited.",
    retry_after: seconds,
    global: false,
  });
}

interface SlackText {
  type: string;
  text: string;
}

/** docs.slack.dev, "Sending messages using incoming webhooks" and "Blocks". */
function slack(body: string): Reply {
  const message = parsed<{
    text?: string;
    blocks?: { type: string; text?: SlackText; elements?: SlackText[] }[];
  }>(body);
  if (!message) return { status: 400, body: "invalid_payload" };
  if (!message.text && !message.blocks) return { status: 400, body: "no_text" };
  const fits = (text: SlackText | undefined): boolean =>
    text?.type === "mrkdwn" && text.text.length > 0 && text.text.length <= 3000;
  const good = (message.blocks ?? []).every(({ type, text, elements = [] }) => {
    if (type === "section") return fits(text);
    return type === "context" && elements.length <= 10 && elements.every(fits);
  });
  return good ? { status: 200, body: "ok" } : { status: 400, body: "invalid_blocks" };
}

/** discord.com/developers, "Execute Webhook" and "Embed Limits". */
function discord(url: URL, body: string): Reply {
  const message = parsed<{
    embeds?: {
      title: string;
      description: string;
      color: number;
      timestamp: string;
      fields: { name: string; value: string }[];
    }[];
  }>(body);
  const good = message?.embeds?.every(
    ({ title, description, color, timestamp, fields }) =>
      title.length <= 256 &&
      description.length <= 4096 &&
      Number.isInteger(color) &&
      !Number.isNaN(Date.parse(timestamp)) &&
      fields.length <= 25 &&
      fields.every(
        ({ name, value }) =>
          name.length > 0 && name.length <= 256 && value.length > 0 && value.length <= 1024,
      ) &&
      fields.reduce(
        (total, { name, value }) => total + name.length + value.length,
        title.length + description.length,
      ) <= 6000,
  );
  if (!good) {
    return { status: 400, body: JSON.stringify({ message: "Invalid Form Body", code: 50035 }) };
  }
  if (url.searchParams.get("wait") !== "true") return { status: 204 };
  return { status: 200, body: JSON.stringify({ id: "1178", type: 0, content: "" }) };
}

/** learn.microsoft.com, "Create incoming webhooks with Workflows": Adaptive Cards alone. */
function teams(body: string): Reply {
  const message = parsed<{
    type: string;
    attachments: { contentType: string; content: { type: string; version: string; body: [] } }[];
  }>(body);
  const card = message?.type === "message" ? message.attachments[0] : undefined;
  const good =
    card?.contentType === "application/vnd.microsoft.card.adaptive" &&
    card.content.type === "AdaptiveCard" &&
    Number(card.content.version) <= 1.5 &&
    card.content.body.length > 0 &&
    body.length < 28_000;
  if (good) return { status: 202 };
  return { status: 400, body: JSON.stringify({ error: { code: "InvalidRequestContent" } }) };
}

function parsed<T>(body: string): T | null {
  try {
    return JSON.parse(body) as T;
  } catch {
    return null;
  }
}
