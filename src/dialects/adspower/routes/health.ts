import { countActive } from "../../../domain/telemetry/index.ts";
import { PRODUCT_VERSION } from "../../../domain/version.ts";
import { json, route } from "../../kit/index.ts";
import { timestamp } from "../times.ts";

export const health = [
  route({
    method: "GET",
    path: "/api/health",
    auth: "welcome",
    handle: async (ctx) =>
      json({
        status: "healthy",
        timestamp: timestamp(ctx.now()),
        active_sessions: await countActive(ctx),
        database_path: "HubObject (Durable Object SQLite)",
        version: PRODUCT_VERSION,
        auth_enabled: true,
        rate_limiting: ctx.settings.rateLimitPerAddress > 0,
      }),
  }),
];
