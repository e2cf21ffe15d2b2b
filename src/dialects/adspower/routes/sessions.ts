import {
  endVisit,
  exportVisits,
  getVisit,
  listVisits,
  registerVisit,
} from "../../../domain/telemetry/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromEvent, fromPage, fromVisit, toOutcome, toVisit, toVisitFilter } from "../convert.ts";
import { sessionsFile } from "../csv.ts";
import { EndRequest, RegisterRequest, SessionExport, SessionList } from "../wire.ts";

export const sessions = [
  route({
    method: "GET",
    path: "/api/sessions",
    auth: "key",
    query: SessionList,
    handle: async (ctx, { query }) => {
      const { page, per_page: perPage } = query;
      const found = await listVisits(ctx, toVisitFilter(query), { page, perPage });
      return json({ sessions: found.rows.map(fromVisit), ...fromPage(found, query) });
    },
  }),
  route({
    method: "POST",
    path: "/api/sessions/register",
    auth: "key",
    body: RegisterRequest,
    handle: async (ctx, { body }) => {
      const visit = toVisit(body);
      const active = await registerVisit(ctx, visit);
      return json({ status: "registered", session_id: visit.id, active_count: active });
    },
  }),
  route({
    method: "POST",
    path: "/api/sessions/end",
    auth: "key",
    body: EndRequest,
    handle: async (ctx, { body }) => {
      const active = await endVisit(ctx, body.session_id, toOutcome(body));
      return json({ status: "ended", active_count: active });
    },
  }),
  route({
    method: "GET",
    path: "/api/sessions/export",
    auth: "key",
    query: SessionExport,
    handle: (ctx, { query }) => sessionsFile(exportVisits(ctx, toVisitFilter(query))),
  }),
  route({
    method: "GET",
    path: "/api/sessions/:session_id",
    auth: "key",
    handle: async (ctx, { params }) => {
      const { visit, events, eventCount } = await getVisit(ctx, params.session_id ?? "");
      return json({
        session: fromVisit(visit),
        events: events.map(fromEvent),
        event_count: eventCount,
      });
    },
  }),
];
