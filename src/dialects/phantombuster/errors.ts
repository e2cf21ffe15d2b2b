import type { ErrorCode, Fault } from "../../domain/errors.ts";
import { json } from "../kit/index.ts";

/** wire/phantombuster.rst, "Errors", and what HTTP has for the rest. */
const STATUS: Record<ErrorCode, number> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  INVALID_CREDENTIAL: 401,
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

/** JSend's error. */
export function renderError({ code, message }: Fault): Response {
  return json({ status: "error", message }, STATUS[code]);
}
