import { html } from "hono/html";
import type { ErrorCode, Fault } from "../domain/errors.ts";
import { page } from "./page.ts";

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

/** A refusal as a person should meet it. */
export function renderError(fault: Fault, requestId: string): Promise<Response> {
  return page(
    "Outrider",
    html`<h1>That did not work</h1>
      <p>${fault.message}</p>
      <p><small>Request ${requestId}</small></p>`,
    STATUS[fault.code],
  );
}
