import { currentTerm, nearestRegion } from "../../../domain/session/index.ts";
import { PRODUCT_VERSION } from "../../../domain/version.ts";
import { json, route } from "../../kit/index.ts";

export const VERSION = PRODUCT_VERSION;

export const health = [
  route({
    method: "GET",
    path: "/health",
    auth: "open",
    handle: async (ctx, { request }) => {
      const { regions } = ctx.settings;
      const region = nearestRegion(request.cf?.continent as string | undefined, regions);
      // Reads the catalogue: without it, or before its migrations, nothing can be served.
      const term = await currentTerm(ctx);
      const role = region === regions[0] ? "leader" : "follower";
      return json({
        status: "healthy",
        version: VERSION,
        cluster: { node_id: region, role, term },
      });
    },
  }),
];
