import { Fault } from "../../../domain/errors.ts";
import { viewSession, watchSession } from "../../../domain/session/index.ts";
import { route } from "../../kit/index.ts";
import { WatchQuery } from "../wire.ts";

export const live = [
  route({
    method: "GET",
    path: "/ws/sessions/:session_id",
    auth: "key",
    query: WatchQuery,
    upgrade: true,
    handle: async (ctx, { request, params, query }) => {
      const id = params.session_id ?? "";
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        await viewSession(ctx, id);
        throw new Fault("BAD_REQUEST", "This address answers WebSocket upgrades only.");
      }
      return watchSession(ctx, request, {
        id,
        frame: "flybrowser",
        ack: query.ack,
        ...(query.since !== undefined && { since: query.since }),
      });
    },
  }),
];
