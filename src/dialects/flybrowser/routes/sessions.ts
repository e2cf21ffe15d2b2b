import { getCreateStatus } from "../../../domain/account/index.ts";
import {
  closeSession,
  createSession,
  listSessions,
  nearestRegion,
  viewSession,
} from "../../../domain/session/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromSession, fromSessionRow, toModelSettings } from "../convert.ts";
import { SessionCreateRequest, SessionList } from "../wire.ts";

const DEFAULT_IDLE_SECONDS = 600;

export const sessions = [
  route({
    method: "POST",
    path: "/sessions",
    auth: "key",
    body: SessionCreateRequest,
    bodyOptional: true,
    idempotent: true,
    handle: async (ctx, { request, body }) => {
      const [session, status] = await Promise.all([
        createSession(ctx, {
          model: toModelSettings(body),
          ...(body.region != null && { region: body.region }),
          nearestRegion: nearestRegion(
            request.cf?.continent as string | undefined,
            ctx.settings.regions,
          ),
          idleTimeout: body.timeout ?? DEFAULT_IDLE_SECONDS,
          host: new URL(request.url).hostname,
        }),
        getCreateStatus(ctx),
      ]);
      return json({ session_id: session.id, status: "created" }, status);
    },
  }),
  route({
    method: "GET",
    path: "/sessions",
    auth: "key",
    query: SessionList,
    handle: async (ctx, { query }) => {
      const { rows, total } = await listSessions(ctx, query);
      return json({ sessions: rows.map(fromSessionRow), total });
    },
  }),
  route({
    method: "GET",
    path: "/sessions/:session_id",
    auth: "key",
    handle: async (ctx, { params }) => {
      const id = params.session_id ?? "";
      return json(fromSession(id, await viewSession(ctx, id)));
    },
  }),
  route({
    method: "DELETE",
    path: "/sessions/:session_id",
    auth: "key",
    handle: async (ctx, { params }) => {
      const id = params.session_id ?? "";
      await closeSession(ctx, id);
      return json({ status: "closed", session_id: id });
    },
  }),
];
