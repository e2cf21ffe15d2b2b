import { abortLaunch, getLaunch } from "../../../domain/agent/index.ts";
import { json, route } from "../../kit/index.ts";
import { AbortWish, fromLaunchDetails } from "../agents.ts";
import { idOf } from "../ids.ts";

export const launches = [
  route({
    method: "GET",
    path: "/manage/launches/:id",
    auth: "key",
    handle: async (ctx, { request, params }) => {
      const launch = await getLaunch(ctx, idOf(params.id, "Launch"));
      return json({ launch: fromLaunchDetails(launch, new URL(request.url).origin) });
    },
  }),
  route({
    method: "POST",
    path: "/manage/launches/:id/abort",
    auth: "key",
    body: AbortWish,
    bodyOptional: true,
    handle: async (ctx, { request, params, body }) => {
      const launchId = idOf(params.id, "Launch");
      await abortLaunch(ctx, { launchId, ...body });
      const launch = await getLaunch(ctx, launchId);
      return json({ launch: fromLaunchDetails(launch, new URL(request.url).origin) });
    },
  }),
];
