import type { ErrorCode, Fault } from "../../domain/errors.ts";
import { json } from "../kit/index.ts";
import { isCurrent } from "./scheme.ts";

interface Refusal {
  /** Under `token`, with its words in the plain text that such runners get. */
  status: number;
  words: string;
  /** Under `CraterToken`, with the word that its answers say; null: `internal-error`. */
  current: number;
  word: "unauthorized" | "not-found" | "slow-down" | null;
}

/** wire/crater.md, "Authentication", and what runners of later days were told. */
const WIRE: Record<ErrorCode, Refusal> = {
  BAD_REQUEST: { status: 400, words: "Bad Request", current: 400, word: null },
  UNAUTHENTICATED: { status: 403, words: "Unauthorized", current: 401, word: "unauthorized" },
  INVALID_CREDENTIAL: { status: 403, words: "Unauthorized", current: 401, word: "unauthorized" },
  FORBIDDEN: { status: 403, words: "Unauthorized", current: 401, word: "unauthorized" },
  NOT_FOUND: { status: 404, words: "Not Found", current: 404, word: "not-found" },
  METHOD_NOT_ALLOWED: {
    status: 405,
    words: "Method Not Allowed",
    current: 405,
    word: "not-found",
  },
  TIMEOUT: { status: 408, words: "Request Timeout", current: 408, word: null },
  CONFLICT: { status: 409, words: "Conflict", current: 409, word: null },
  PAYLOAD_TOO_LARGE: { status: 413, words: "Payload Too Large", current: 413, word: null },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    words: "Unsupported Media Type",
    current: 415,
    word: null,
  },
  RATE_LIMITED: { status: 429, words: "Too Many Requests", current: 429, word: "slow-down" },
  LIMIT_REACHED: { status: 429, words: "Too Many Requests", current: 429, word: "slow-down" },
  UNAVAILABLE: { status: 503, words: "Service Unavailable", current: 503, word: null },
  INTERNAL: { status: 500, words: "Internal Server Error", current: 500, word: null },
};

/** Runners of the document's day read the status and plain text; later ones a word in JSON. */
export function renderError(fault: Fault, _requestId: string, request: Request): Response {
  const { status, words, current, word } = WIRE[fault.code];
  if (isCurrent(request)) {
    const body =
      word === null ? { status: "internal-error", error: fault.message } : { status: word };
    return json(body, current);
  }
  const bare = status === 403;
  return new Response(bare ? `403: ${words}` : `${status}: ${words}: ${fault.message}`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
