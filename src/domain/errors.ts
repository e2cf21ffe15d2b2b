/**
 * Every way in which the system says no. Dialects map each code to their own status and
 * envelope by a total `Record<ErrorCode, …>`, so a new code here breaks their compile until
 * they have decided what it looks like on their wire.
 */
export const ERROR_CODES = [
  "BAD_REQUEST",
  /** No credential was sent. */
  "UNAUTHENTICATED",
  /** A credential was sent and is unknown, revoked or expired. */
  "INVALID_CREDENTIAL",
  "FORBIDDEN",
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "TIMEOUT",
  "CONFLICT",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  /** Too many requests in a window of time. */
  "RATE_LIMITED",
  /** Too many things at once, or a quota is used up. */
  "LIMIT_REACHED",
  "UNAVAILABLE",
  "INTERNAL",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a refusal may carry beside its code and message. */
export interface FaultDetails {
  /** Field name → why its value was refused. */
  fields?: Record<string, string>;
  /** Whole seconds after which trying again makes sense. */
  retryAfter?: number;
  /** Methods that the path does answer, for METHOD_NOT_ALLOWED. */
  allow?: string[];
  /** Requests that a window of time allows, for RATE_LIMITED. */
  limit?: number;
}

/** An expected refusal. Its message is meant for the caller and holds no secret. */
export class Fault extends Error {
  readonly code: ErrorCode;
  readonly details: FaultDetails;

  constructor(code: ErrorCode, message: string, details: FaultDetails = {}) {
    super(message);
    this.name = "Fault";
    this.code = code;
    this.details = details;
  }
}

/**
 * The answer of a call into an object. Errors lose their class on the way out of a Durable
 * Object, so expected refusals travel as values.
 */
export type Outcome<T> =
  | { ok: true; value: T }
  | { ok: false; code: ErrorCode; message: string; details: FaultDetails };

/** Runs `work` and turns a {@link Fault} into a value; anything else is rethrown. */
export async function settle<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof Fault) {
      return { ok: false, code: error.code, message: error.message, details: error.details };
    }
    throw error;
  }
}

/** The inverse of {@link settle}: gives the value, or throws the {@link Fault} again. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Fault(outcome.code, outcome.message, outcome.details);
}
