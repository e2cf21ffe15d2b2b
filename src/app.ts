import { Hono } from "hono";
import { cors } from "hono/cors";
import { pages } from "./console/index.ts";
import { status } from "./console/status/index.ts";
import { adspower } from "./dialects/adspower/index.ts";
import { agentslug } from "./dialects/agentslug/index.ts";
import { crater } from "./dialects/crater/index.ts";
import { flybrowser } from "./dialects/flybrowser/index.ts";
import { type App, type Dialect, mount, type Services } from "./dialects/kit/index.ts";
import { manage } from "./dialects/manage/index.ts";
import { phantombuster } from "./dialects/phantombuster/index.ts";
import { Fault } from "./domain/errors.ts";
import { contextFor, identify } from "./runtime/context.ts";
import { createLog } from "./runtime/log.ts";

/** In the order in which paths are looked up; the first speaks for the root. */
export const DIALECTS: readonly [Dialect, ...Dialect[]] = [
  flybrowser,
  adspower,
  agentslug,
  phantombuster,
  crater,
  manage,
  status,
  pages,
];

/** Headers that scripts on other origins may read. */
const EXPOSED_HEADERS = [
  "x-request-id",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "retry-after",
  "idempotency-replayed",
  "content-disposition",
];

/** The Worker's HTTP side: request id, log line, CORS, then the dialects. */
export function buildApp(): App<Env> {
  const app: App<Env> = new Hono();
  const [root] = DIALECTS;

  app.use(async (c, next) => {
    const started = Date.now();
    const requestId = crypto.randomUUID();
    c.set("requestId", requestId);
    await next();
    if (!c.res.webSocket) {
      c.res.headers.set("x-request-id", requestId);
      c.res.headers.set("x-content-type-options", "nosniff");
    }
    createLog({ request_id: requestId }).info("request", {
      dialect: c.get("dialect"),
      // The pattern, never the path or the query: those hold ids and keys.
      route: `${c.req.method} ${c.get("route") ?? "(none)"}`,
      status: c.res.status,
      ms: Date.now() - started,
    });
  });

  const allowOrigins = cors({
    origin: "*",
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 86_400,
  });
  // A 101 has no headers of ours to set.
  app.use((c, next) => (c.req.header("upgrade") ? next() : allowOrigins(c, next)));

  const services: Services<Env> = { context: contextFor, identify };
  for (const dialect of DIALECTS) mount(app, dialect, services);

  app.notFound((c) => {
    c.set("dialect", root.name);
    return root.renderError(
      new Fault("NOT_FOUND", "There is nothing here."),
      c.get("requestId"),
      c.req.raw,
    );
  });
  app.onError((error, c) => {
    const requestId = c.get("requestId");
    createLog({ request_id: requestId }).error("fault", error);
    return root.renderError(
      new Fault("INTERNAL", "Something went wrong on our side."),
      requestId,
      c.req.raw,
    );
  });
  return app;
}
