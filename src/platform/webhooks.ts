import type { PostOutcome, Webhooks } from "../domain/ports.ts";

export interface WebhooksOptions {
  fetch?: (request: Request) => Promise<Response>;
  /** From the connection to the end of the answer, milliseconds. */
  withinMs?: number;
}

const WITHIN_MS = 10_000;
/** As much of a refusal as is read, bytes, and told, characters. */
const MAX_ANSWER_BYTES = 2048;
const MAX_TOLD_LENGTH = 200;
/** Answers that are not about the message: come again. */
const BUSY_STATUSES = new Set([408, 425, 429]);
/** An answer may ask for no longer a wait than this. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;
const USER_AGENT = "Outrider/1.0 (notification)";

/** Posts over the platform's `fetch`. An answer is read as far as its reason goes, no further. */
export function createWebhooks(options: WebhooksOptions = {}): Webhooks {
  const { fetch: send = (request) => fetch(request), withinMs = WITHIN_MS } = options;
  return {
    async post(url, headers, body) {
      const signal = AbortSignal.timeout(withinMs);
      try {
        const response = await send(
          new Request(url, {
            method: "POST",
            headers: { "content-type": "application/json", "user-agent": USER_AGENT, ...headers },
            body,
            redirect: "manual",
            signal,
          }),
        );
        if (response.ok) {
          // Taken: what else it says, or how its connection ends, does not matter.
          response.body?.cancel().catch(() => undefined);
          return { outcome: "taken" };
        }
        return judge(response, await beginningOf(response));
      } catch (error) {
        // An error's own text may hold the address, which may be a secret.
        const late = signal.aborted || (error instanceof Error && error.name === "TimeoutError");
        return {
          outcome: "busy",
          reason: late ? `no answer within ${withinMs / 1000} seconds` : "could not be reached",
        };
      }
    },
  };
}

function judge(response: Response, said: string): PostOutcome {
  const { status } = response;
  const reason = `answered ${status}${said === "" ? "" : `: ${said}`}`;
  if (status < 500 && !BUSY_STATUSES.has(status)) {
    const redirect = status >= 300 && status < 400;
    return {
      outcome: "refused",
      reason: redirect ? `answered ${status}; redirects are not followed` : reason,
    };
  }
  const retryAfterMs = retryAfter(response.headers.get("retry-after"));
  return { outcome: "busy", reason, ...(retryAfterMs !== null && { retryAfterMs }) };
}

/** RFC 9110: seconds, which Discord sends with a fraction, or a date. */
function retryAfter(value: string | null): number | null {
  if (value === null || value.trim() === "") return null;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isNaN(wait) ? null : Math.min(Math.max(Math.ceil(wait), 0), MAX_RETRY_AFTER_MS);
}

/** The first printable characters of an answer, on one line; what breaks off is told so far. */
async function beginningOf(response: Response): Promise<string> {
  if (!response.body) return "";
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  try {
    while (size < MAX_ANSWER_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      text += decoder.decode(value.subarray(0, MAX_ANSWER_BYTES), { stream: true });
    }
    await reader.cancel();
  } catch {
    // The status is known all the same.
  }
  return text
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_TOLD_LENGTH);
}
