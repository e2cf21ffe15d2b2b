import { readStats } from "../../../domain/telemetry/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromProxies, fromStats } from "../convert.ts";

export const stats = [
  route({
    method: "GET",
    path: "/api/stats",
    auth: "key",
    handle: async (ctx) => json(fromStats(await readStats(ctx), ctx.now())),
  }),
  route({
    method: "GET",
    path: "/api/ip/status",
    auth: "key",
    handle: async (ctx) => json(fromProxies((await readStats(ctx)).proxies, ctx.now())),
  }),
];
