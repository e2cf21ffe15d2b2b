import * as z from "zod";
import { type Dialect, route } from "../../dialects/kit/index.ts";
import { Fault } from "../../domain/errors.ts";
import {
  readPublicMonitor,
  readPublicState,
  watchPublicMonitor,
} from "../../domain/monitor/index.ts";
import { renderError as renderFault } from "../errors.ts";
import { badge } from "./badge.ts";
import { statusPage } from "./page.ts";

const Watch = z.object({
  since: z
    .string()
    .regex(/^\d{1,15}$/, "must be a number")
    .transform(Number)
    .optional(),
});

/** Whoever follows an old link is told what became of it. */
function renderError(fault: Fault, requestId: string): Promise<Response> {
  const gone = new Fault("NOT_FOUND", "This page is not shared, or not any more.");
  return renderFault(fault.code === "NOT_FOUND" ? gone : fault, requestId);
}

/** What is shared of a monitor, for whoever has its hash. */
export const status: Dialect = {
  name: "status",
  prefixes: ["/status", "/public"],
  credential: () => null,
  missingCredential: "Sign in first.",
  limitsAddresses: true,
  renderError,
  routes: [
    route({
      method: "GET",
      path: "/status/:hash",
      auth: "open",
      handle: async (ctx, { request, params: { hash = "" } }) => {
        const url = new URL(request.url);
        return statusPage(await readPublicMonitor(ctx, hash), { hash, framed: false, url });
      },
    }),
    // wire/notes.md: where the published widget looks for the page.
    route({
      method: "GET",
      path: "/public/realtime/:hash/:testID",
      auth: "open",
      handle: async (ctx, { request, params: { hash = "", testID } }) => {
        const monitor = await readPublicMonitor(ctx, hash);
        if (String(monitor.id) !== testID) throw new Fault("NOT_FOUND", "Monitor not found");
        return statusPage(monitor, { hash, framed: true, url: new URL(request.url) });
      },
    }),
    route({
      method: "GET",
      path: "/status/:hash/live",
      auth: "open",
      query: Watch,
      upgrade: true,
      handle: async (ctx, { request, params: { hash = "" }, query }) => {
        if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
          await readPublicState(ctx, hash);
          throw new Fault("BAD_REQUEST", "This address answers WebSocket upgrades only.");
        }
        const { since } = query;
        return watchPublicMonitor(ctx, request, {
          hash,
          frame: "status",
          ...(since !== undefined && { since }),
        });
      },
    }),
    route({
      method: "GET",
      path: "/status/:hash/badge.svg",
      auth: "open",
      handle: async (ctx, { params: { hash = "" } }) => {
        const monitor = await readPublicState(ctx, hash).catch((error: unknown) => {
          if (error instanceof Fault && error.code === "NOT_FOUND") return null;
          throw error;
        });
        return badge(monitor);
      },
    }),
  ],
};
