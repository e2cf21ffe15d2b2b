import type { AccountActor, Ctx } from "../../domain/context.ts";
import { Fault } from "../../domain/errors.ts";
import type { KeptAnswer } from "../../domain/ports.ts";
import type { RawInput, Route } from "./route.ts";

const MAX_KEY_LENGTH = 255;

/** Headers of an answer that a replay repeats; the rest belong to the exchange, not the answer. */
const KEPT_HEADERS = ["content-type", "location", "content-disposition"];

/**
 * Runs the work once per `Idempotency-Key` and account within 24 hours; a repeat gets the first
 * answer again. Answers of 2xx and 400–409 are kept; after any other the key is free again.
 * @throws Fault CONFLICT while the first is at work, for another request under the same key, and
 * for the repeat of an answer that showed a secret.
 */
export async function onlyOnce(
  ctx: Ctx<AccountActor>,
  route: Route,
  input: RawInput,
  work: () => Promise<Response>,
): Promise<Response> {
  const key = input.request.headers.get("idempotency-key");
  if (!route.idempotent || key === null) return work();
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    const reason = `must have 1 to ${MAX_KEY_LENGTH} characters`;
    throw new Fault("BAD_REQUEST", `Idempotency-Key ${reason}.`, {
      fields: { "Idempotency-Key": reason },
    });
  }
  const { meter } = ctx.ports;
  const { accountId } = ctx.actor;
  const reservation = await meter.reserve(accountId, key, await fingerprint(ctx, input));
  switch (reservation.state) {
    case "busy":
      throw new Fault("CONFLICT", "The first request with this Idempotency-Key is still at work.", {
        retryAfter: 1,
      });
    case "mismatch":
      throw new Fault("CONFLICT", "This Idempotency-Key was used for a different request.");
    case "answered":
      return replay(reservation.answer);
    case "reserved":
      break;
    default:
      return reservation satisfies never;
  }
  let response: Response;
  try {
    response = await work();
  } catch (error) {
    await meter.release(accountId, key);
    throw error;
  }
  const { status } = response;
  if (!(status < 300 || (status >= 400 && status <= 409))) {
    await meter.release(accountId, key);
    return response;
  }
  const body = new Uint8Array(await response.arrayBuffer());
  await meter.complete(accountId, key, answerToKeep(route, response, body));
  return new Response(body, response);
}

function answerToKeep(route: Route, response: Response, body: Uint8Array): KeptAnswer {
  if (route.withhold && response.ok) {
    const answer: unknown = JSON.parse(new TextDecoder().decode(body));
    const message = route.withhold(answer);
    if (message !== null) return { kind: "withheld", message };
  }
  const headers: [string, string][] = [];
  for (const name of KEPT_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) headers.push([name, value]);
  }
  return { kind: "response", status: response.status, headers, body };
}

function replay(answer: KeptAnswer): Response {
  if (answer.kind === "withheld") throw new Fault("CONFLICT", answer.message);
  const headers = new Headers(answer.headers);
  headers.set("idempotency-replayed", "true");
  return new Response(answer.body, { status: answer.status, headers });
}

/** Method, path and body; the query may hold the key. */
function fingerprint(ctx: Ctx, input: RawInput): Promise<string> {
  const head = `${input.request.method} ${new URL(input.request.url).pathname}\n`;
  const bytes = new TextEncoder().encode(head);
  const data = new Uint8Array(bytes.byteLength + input.body.byteLength);
  data.set(bytes);
  data.set(input.body, bytes.byteLength);
  return ctx.ports.seal.fingerprint("idempotency", data);
}
