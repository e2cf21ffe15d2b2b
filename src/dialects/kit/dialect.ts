import type { Context, Hono } from "hono";
import type { AccountActor, Actor, Ctx } from "../../domain/context.ts";
import { Fault } from "../../domain/errors.ts";
import type { Admission } from "../../domain/ports.ts";
import { assertAddressAdmitted } from "./address.ts";
import { readBody } from "./body.ts";
import type { CredentialReader } from "./credential.ts";
import { onlyOnce } from "./idempotency.ts";
import type { RawInput, Route } from "./route.ts";

type RunnerActor = Extract<Actor, { type: "runner" }>;

/** One vendor's wire: how to knock, what is there, and how a refusal looks. */
export interface Dialect {
  name: string;
  /** Path prefixes below which an unknown path is this dialect's 404, without a trailing slash. */
  prefixes: string[];
  credential: CredentialReader;
  /** Its paths are limited per client address too, whoever knocks. */
  limitsAddresses?: boolean;
  /** What to say when the credential is missing. */
  missingCredential: string;
  /** The request tells how its sender wants to be answered. */
  renderError: (fault: Fault, requestId: string, request: Request) => Response | Promise<Response>;
  routes: Route[];
}

/** What the composition root gives the kit. */
export interface Services<E extends object> {
  /** A context whose actor is anonymous, for one request. */
  context: (env: E, execution: ExecutionContext, request: Request, requestId: string) => Ctx;
  /** The actor that a credential opens; null when it opens nothing. */
  identify: (env: E, ctx: Ctx, credential: string, fresh: boolean) => Promise<Actor | null>;
}

/** Set on Hono's context for the log line. */
export interface RequestVariables {
  requestId: string;
  dialect: string;
  route: string;
}

export type App<E extends object> = Hono<{ Bindings: E; Variables: RequestVariables }>;

/** Puts a dialect's routes on the app, its own 404 and 405 behind them. */
export function mount<E extends object>(
  app: App<E>,
  dialect: Dialect,
  services: Services<E>,
): void {
  type C = Context<{ Bindings: E; Variables: RequestVariables }>;
  const allowed = new Map<string, string[]>();
  const refuse = (c: C, pattern: string, fault: Fault) => {
    c.set("dialect", dialect.name);
    c.set("route", pattern);
    return rendered(dialect, fault, c.get("requestId"), c.req.raw);
  };
  for (const route of dialect.routes) {
    const methods = allowed.get(route.path) ?? [];
    allowed.set(route.path, [
      ...methods,
      route.method,
      ...(route.method === "GET" ? ["HEAD"] : []),
    ]);
    app.on(route.method, route.path, (c) => {
      c.set("dialect", dialect.name);
      c.set("route", route.path);
      return serve(dialect, route, services, c as C);
    });
  }
  for (const [path, methods] of allowed) {
    app.all(path, (c) =>
      refuse(
        c as C,
        path,
        new Fault("METHOD_NOT_ALLOWED", `${c.req.method} is not allowed here.`, { allow: methods }),
      ),
    );
  }
  for (const prefix of dialect.prefixes) {
    for (const path of [prefix, `${prefix}/*`]) {
      app.all(path, (c) => refuse(c as C, path, new Fault("NOT_FOUND", "There is nothing here.")));
    }
  }
}

async function serve<E extends object>(
  dialect: Dialect,
  route: Route,
  services: Services<E>,
  c: Context<{ Bindings: E; Variables: RequestVariables }>,
): Promise<Response> {
  const requestId = c.get("requestId");
  let admission: Admission | null = null;
  let ctx: Ctx | null = null;
  try {
    ctx = services.context(c.env, c.executionCtx as ExecutionContext, c.req.raw, requestId);
    if (dialect.limitsAddresses) await assertAddressAdmitted(ctx);
    const actor = await identify(dialect, route, services, ctx, c);
    ctx = { ...ctx, actor };
    if (actor.type === "account" || actor.type === "runner") {
      admission = await admit(ctx, actor);
      assertAdmitted(admission, ctx.now());
    }
    const input: RawInput = {
      request: c.req.raw,
      params: c.req.param() as Record<string, string>,
      query: c.req.query(),
      body: route.takesBody ? await readBody(c.req.raw, route.bodyLimit) : new Uint8Array(),
    };
    const response = await answer(dialect, route, ctx, input, requestId);
    return finish(response, actor, admission);
  } catch (error) {
    const fault = error instanceof Fault ? error : unexpected(ctx, error, route);
    const actor = ctx?.actor ?? null;
    return finish(await rendered(dialect, fault, requestId, c.req.raw), actor, admission);
  }
}

/** A refusal is an answer too, and may be kept under an Idempotency-Key. */
async function answer(
  dialect: Dialect,
  route: Route,
  ctx: Ctx,
  input: RawInput,
  requestId: string,
): Promise<Response> {
  if (ctx.actor.type !== "account") return route.run(ctx, input);
  return onlyOnce(ctx as Ctx<AccountActor>, route, input, async () => {
    try {
      return await route.run(ctx, input);
    } catch (error) {
      if (error instanceof Fault) return rendered(dialect, error, requestId, input.request);
      throw error;
    }
  });
}

async function identify<E extends object>(
  dialect: Dialect,
  route: Route,
  services: Services<E>,
  ctx: Ctx,
  c: Context<{ Bindings: E; Variables: RequestVariables }>,
): Promise<Actor> {
  if (route.auth === "open") return ctx.actor;
  const credential = dialect.credential(c.req.raw);
  if (credential === null) {
    if (route.auth === "optional" || route.auth === "welcome") return ctx.actor;
    throw new Fault("UNAUTHENTICATED", dialect.missingCredential);
  }
  const found = await services.identify(c.env, ctx, credential, route.upgrade);
  // A runner's token opens what runners do, and nothing else does.
  const actor = (found?.type === "runner") === (route.auth === "runner") ? found : null;
  if (!actor && route.auth === "welcome") return ctx.actor;
  if (!actor) throw new Fault("INVALID_CREDENTIAL", "Invalid API key");
  if (route.auth === "key" && actor.type !== "account") {
    throw new Fault("FORBIDDEN", "This needs an account's key.");
  }
  if (route.auth === "operator" && actor.type !== "operator") {
    throw new Fault("FORBIDDEN", "This needs the operator's key.");
  }
  if (actor.type === "account" && ctx.actor.type === "anonymous") {
    return { ...actor, address: ctx.actor.address };
  }
  return actor;
}

function admit(ctx: Ctx, actor: AccountActor | RunnerActor): Promise<Admission> {
  if (actor.type === "runner") {
    const { accountId, runnerId } = actor;
    return ctx.ports.meter.admit(accountId, `runner:${runnerId}`, ctx.settings.runnerRateLimit);
  }
  const { rateLimitPerMinute, dailyLimit, monthlyLimit } = ctx.settings;
  const quota = { day: dailyLimit, month: monthlyLimit };
  return ctx.ports.meter.admit(actor.accountId, actor.keyId, rateLimitPerMinute, quota);
}

function assertAdmitted(admission: Admission, now: number): void {
  if (admission.admitted) return;
  const { limit, period = "minute" } = admission;
  throw new Fault("RATE_LIMITED", `Rate limit exceeded: ${limit} requests per ${period}.`, {
    retryAfter: Math.max(1, admission.reset - Math.floor(now / 1000)),
  });
}

function unexpected(ctx: Ctx | null, error: unknown, route: Route): Fault {
  ctx?.log.error("fault", error, { route: `${route.method} ${route.path}` });
  return new Fault("INTERNAL", "Something went wrong on our side.");
}

async function rendered(
  dialect: Dialect,
  fault: Fault,
  requestId: string,
  request: Request,
): Promise<Response> {
  const response = await dialect.renderError(fault, requestId, request);
  const { retryAfter, allow } = fault.details;
  if (retryAfter !== undefined) response.headers.set("retry-after", String(retryAfter));
  if (allow) response.headers.set("allow", allow.join(", "));
  return response;
}

function finish(response: Response, actor: Actor | null, admission: Admission | null): Response {
  if (response.webSocket) return response;
  const finished = new Response(response.body, response);
  if (actor && actor.type !== "anonymous" && !finished.headers.has("cache-control")) {
    finished.headers.set("cache-control", "no-store");
  }
  if (admission) {
    finished.headers.set("x-ratelimit-limit", String(admission.limit));
    finished.headers.set("x-ratelimit-remaining", String(admission.remaining));
    finished.headers.set("x-ratelimit-reset", String(admission.reset));
  }
  return finished;
}

/** A JSON answer. */
export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}
