import { Fault } from "../../../domain/errors.ts";
import { watchTelemetry } from "../../../domain/telemetry/index.ts";
import { route } from "../../kit/index.ts";
import { toEventFilter } from "../convert.ts";
import { WatchQuery } from "../wire.ts";

export const live = [
  route({
    method: "GET",
    path: "/ws",
    auth: "optional",
    query: WatchQuery,
    upgrade: true,
    handle: (ctx, { request, query }) => {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        throw new Fault("BAD_REQUEST", "This address answers WebSocket upgrades only.");
      }
      const nested = query.format === "nested" ? "_nested" : "";
      return watchTelemetry(ctx, request, {
        frame: `adspower${nested}`,
        publicFrame: `adspower_public${nested}`,
        ack: query.ack,
        batch: query.batch,
        filter: toEventFilter(query),
        ...(query.since !== undefined && { since: query.since }),
      });
    },
  }),
];
