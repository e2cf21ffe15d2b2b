import { exportEvents, listEvents, logEvents } from "../../../domain/telemetry/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromEvent, fromPage, toEvent, toEventFilter } from "../convert.ts";
import { eventsFile } from "../csv.ts";
import { EventExport, EventList, EventRequest, EVENTS_BODY_LIMIT } from "../wire.ts";

export const events = [
  route({
    method: "GET",
    path: "/api/events",
    auth: "key",
    query: EventList,
    handle: async (ctx, { query }) => {
      const { page, per_page: perPage } = query;
      const found = await listEvents(ctx, toEventFilter(query), { page, perPage });
      return json({ events: found.rows.map(fromEvent), ...fromPage(found, query) });
    },
  }),
  route({
    method: "POST",
    path: "/api/events",
    auth: "key",
    body: EventRequest,
    bodyLimit: EVENTS_BODY_LIMIT,
    handle: async (ctx, { body }) => {
      if (!Array.isArray(body)) {
        const [id] = await logEvents(ctx, [toEvent(body)]);
        return json({ status: "logged", event_id: id });
      }
      const ids = await logEvents(ctx, body.map(toEvent));
      return json({ status: "logged", event_ids: ids, count: ids.length });
    },
  }),
  route({
    method: "GET",
    path: "/api/events/export",
    auth: "key",
    query: EventExport,
    handle: (ctx, { query }) => eventsFile(exportEvents(ctx, toEventFilter(query))),
  }),
];
