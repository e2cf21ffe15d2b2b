import type * as z from "zod";
import type { AccountActor, Actor, Ctx } from "../../domain/context.ts";
import { Fault } from "../../domain/errors.ts";
import { parse } from "./validate.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Who may knock. `key`: an account key; `runner`: a runner's token; `operator`: the deployment's ADMIN_KEY; `optional`:
 * a credential is read when there is one; `welcome`: the same, and one that opens nothing is as
 * good as none; `open`: none is looked at.
 */
export type Auth = "key" | "runner" | "operator" | "optional" | "welcome" | "open";

interface ActorOf {
  key: AccountActor;
  runner: Extract<Actor, { type: "runner" }>;
  operator: Extract<Actor, { type: "operator" }>;
  optional: Actor;
  welcome: Actor;
  open: Actor;
}

/** The largest body of a route that does not name its own limit, in bytes. */
export const DEFAULT_BODY_LIMIT = 64 * 1024;

/** The request's parts before they are understood. */
export interface RawInput {
  request: Request;
  params: Record<string, string>;
  query: Record<string, string>;
  /** Read and bounded already; empty when the route takes no body. */
  body: Uint8Array;
}

export type Encoding = "json" | "form" | "either" | "ndjson";

/** One line of a vendor's document. Its handler is `parse → verb → convert`, nothing else. */
export interface RouteDefinition<A extends Auth, Q extends z.ZodType, B extends z.ZodType> {
  method: Method;
  /** In Hono's spelling: `/sessions/:session_id`. */
  path: string;
  auth: A;
  query?: Q;
  body?: B;
  /** The body may be left out and is then `{}`. */
  bodyOptional?: boolean;
  bodyLimit?: number;
  /**
   * How the body is written: JSON unless it says otherwise; `form` as browsers send forms;
   * `ndjson`: a JSON value a line, read as an array.
   */
  encoding?: Encoding;
  /** Refuses a body that does not say it is JSON (415). */
  jsonOnly?: boolean;
  /** Honours `Idempotency-Key`. */
  idempotent?: boolean;
  /** Upgrades to a WebSocket: the credential is looked up afresh. */
  upgrade?: boolean;
  /**
   * For answers that show a secret: what a repeat is told instead, from the answer's JSON; null
   * for one that shows none.
   */
  withhold?: (answer: unknown) => string | null;
  handle: (
    ctx: Ctx<ActorOf[A]>,
    input: {
      request: Request;
      params: Record<string, string>;
      query: z.output<Q>;
      body: z.output<B>;
    },
  ) => Response | Promise<Response>;
}

/** A route with its types forgotten, as it is mounted. */
export interface Route {
  method: Method;
  path: string;
  auth: Auth;
  takesBody: boolean;
  bodyLimit: number;
  idempotent: boolean;
  upgrade: boolean;
  withhold?: (answer: unknown) => string | null;
  run: (ctx: Ctx, input: RawInput) => Promise<Response>;
}

/** Declares a route; the schemas' types reach the handler. */
export function route<A extends Auth, Q extends z.ZodType, B extends z.ZodType>(
  definition: RouteDefinition<A, Q, B>,
): Route {
  const { query, body } = definition;
  return {
    method: definition.method,
    path: definition.path,
    auth: definition.auth,
    takesBody: body !== undefined,
    bodyLimit: definition.bodyLimit ?? DEFAULT_BODY_LIMIT,
    idempotent: definition.idempotent ?? false,
    upgrade: definition.upgrade ?? false,
    ...(definition.withhold && { withhold: definition.withhold }),
    run: async (ctx, input) => {
      if (body && definition.jsonOnly) assertJson(input.request);
      return definition.handle(ctx as Ctx<ActorOf[A]>, {
        request: input.request,
        params: input.params,
        query: (query ? parse(query, input.query, "query") : {}) as z.output<Q>,
        body: (body ? parse(body, decode(input, definition), "body") : undefined) as z.output<B>,
      });
    },
  };
}

/** What walks or writes JSON again does so by recursion, which a body must not exhaust. */
const MAX_DEPTH = 100;

function assertJson(request: Request): void {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new Fault("UNSUPPORTED_MEDIA_TYPE", "The body must be sent as application/json.");
  }
}

const FORM = "application/x-www-form-urlencoded";

function decode(input: RawInput, how: { encoding?: Encoding; bodyOptional?: boolean }): unknown {
  const sentAsForm = input.request.headers.get("content-type")?.toLowerCase().startsWith(FORM);
  if (how.encoding === "form" || (how.encoding === "either" && sentAsForm)) {
    return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(input.body)));
  }
  if (how.encoding === "ndjson") return decodeLines(input.body);
  return decodeJson(input.body, how.bodyOptional ?? false);
}

/** Empty lines are passed over. */
function decodeLines(bytes: Uint8Array): unknown[] {
  const values: unknown[] = [];
  for (const [index, line] of utf8(bytes).split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      values.push(JSON.parse(line));
    } catch {
      throw new Fault("BAD_REQUEST", `Line ${index + 1} of the body is not valid JSON.`);
    }
  }
  return values;
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Fault("BAD_REQUEST", "The body is not valid JSON: it is not UTF-8.");
  }
}

function decodeJson(bytes: Uint8Array, optional: boolean): unknown {
  if (bytes.byteLength === 0) {
    if (optional) return {};
    throw new Fault("BAD_REQUEST", "A JSON body is required.");
  }
  if (isNestedBeyond(MAX_DEPTH, bytes)) {
    throw new Fault("BAD_REQUEST", `The body is nested more than ${MAX_DEPTH} levels deep.`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new Fault("BAD_REQUEST", "The body is not valid JSON.");
  }
}

/** Looks at the brackets outside of strings; what is no JSON is for the parser to refuse. */
function isNestedBeyond(most: number, bytes: Uint8Array): boolean {
  const [quote, backslash, openers, closers] = [0x22, 0x5c, [0x5b, 0x7b], [0x5d, 0x7d]] as const;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (inString && byte === backslash) at += 1;
    else if (byte === quote) inString = !inString;
    else if (inString) continue;
    else if (byte === openers[0] || byte === openers[1]) depth += 1;
    else if (byte === closers[0] || byte === closers[1]) depth -= 1;
    if (depth > most) return true;
  }
  return false;
}
