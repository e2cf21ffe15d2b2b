import type { ErrorCode, Fault } from "../../domain/errors.ts";
import { json } from "../kit/index.ts";

/** wire/adspower.md, "Error Handling", and the statuses that Outrider adds in its style. */
const STATUS: Record<ErrorCode, number> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  INVALID_CREDENTIAL: 403,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TIMEOUT: 408,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  LIMIT_REACHED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** `{"detail"}`, but 429 says `{"error"}`: `Rate limit exceeded: 100 per 1 minute`. */
export function renderError(fault: Fault): Response {
  const { code, message, details } = fault;
  const status = STATUS[code];
  if (status !== 429) return json({ detail: message }, status);
  const { limit } = details;
  const error = limit === undefined ? message : `Rate limit exceeded: ${limit} per 1 minute`;
  return json({ error }, status);
}
