import type { ErrorCode, Fault } from "../../domain/errors.ts";
import { json } from "../kit/index.ts";

/** wire/manage.md, "Errors". */
const WIRE: Record<ErrorCode, { status: number; code: string }> = {
  BAD_REQUEST: { status: 400, code: "BAD_REQUEST" },
  UNAUTHENTICATED: { status: 401, code: "UNAUTHORIZED" },
  INVALID_CREDENTIAL: { status: 401, code: "UNAUTHORIZED" },
  FORBIDDEN: { status: 403, code: "FORBIDDEN" },
  NOT_FOUND: { status: 404, code: "NOT_FOUND" },
  METHOD_NOT_ALLOWED: { status: 405, code: "METHOD_NOT_ALLOWED" },
  TIMEOUT: { status: 408, code: "TIMEOUT" },
  CONFLICT: { status: 409, code: "CONFLICT" },
  PAYLOAD_TOO_LARGE: { status: 413, code: "PAYLOAD_TOO_LARGE" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, code: "UNSUPPORTED_MEDIA_TYPE" },
  RATE_LIMITED: { status: 429, code: "TOO_MANY_REQUESTS" },
  LIMIT_REACHED: { status: 429, code: "TOO_MANY_REQUESTS" },
  UNAVAILABLE: { status: 503, code: "SERVICE_UNAVAILABLE" },
  INTERNAL: { status: 500, code: "INTERNAL_ERROR" },
};

/** `fields` tells which of the request's fields were refused, and why. */
export function renderError(fault: Fault, requestId: string): Response {
  const { status, code } = WIRE[fault.code];
  const { message } = fault;
  const { fields } = fault.details;
  const error = { code, message, ...(fields && { fields }) };
  return json({ error, detail: message, request_id: requestId }, status);
}
