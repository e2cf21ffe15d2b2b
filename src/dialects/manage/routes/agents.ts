import * as z from "zod";
import {
  createAgent,
  deleteAgent,
  getAgent,
  getLaunch,
  launchAgent,
  listAgents,
  listLaunches,
  MAX_ARGUMENT_BYTES,
  updateAgent,
  watchAgent,
} from "../../../domain/agent/index.ts";
import { Fault } from "../../../domain/errors.ts";
import { integerParameter, json, route } from "../../kit/index.ts";
import {
  AgentCreate,
  AgentPatch,
  fromAgent,
  fromLaunch,
  fromLaunchDetails,
  LaunchCreate,
  toSettings,
} from "../agents.ts";
import { idOf } from "../ids.ts";
import { ListQuery } from "../wire.ts";

/** Room for the largest argument in any notation, bytes. */
const BODY_LIMIT = 4 * MAX_ARGUMENT_BYTES;

const LiveQuery = z.strictObject({
  /** Bytes of the newest launch's console that are known already. */
  since: integerParameter(0, Number.MAX_SAFE_INTEGER).optional(),
});

export const agents = [
  route({
    method: "POST",
    path: "/manage/agents",
    auth: "key",
    body: AgentCreate,
    bodyLimit: BODY_LIMIT,
    idempotent: true,
    handle: async (ctx, { body }) => {
      const made = await createAgent(ctx, { ...toSettings(body), name: body.name });
      return json({ agent: fromAgent(made) }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/manage/agents",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { query }) => {
      const { agents: page, total } = await listAgents(ctx, query);
      return json({ agents: page.map(fromAgent), total, ...query });
    },
  }),
  route({
    method: "GET",
    path: "/manage/agents/:id",
    auth: "key",
    handle: async (ctx, { params }) =>
      json({ agent: fromAgent(await getAgent(ctx, idOf(params.id, "Agent"))) }),
  }),
  route({
    method: "PATCH",
    path: "/manage/agents/:id",
    auth: "key",
    body: AgentPatch,
    bodyLimit: BODY_LIMIT,
    handle: async (ctx, { params, body }) => {
      const id = idOf(params.id, "Agent");
      return json({ agent: fromAgent(await updateAgent(ctx, id, toSettings(body))) });
    },
  }),
  route({
    method: "DELETE",
    path: "/manage/agents/:id",
    auth: "key",
    handle: async (ctx, { params }) => {
      await deleteAgent(ctx, idOf(params.id, "Agent"));
      return json({ status: "deleted" });
    },
  }),
  route({
    method: "GET",
    path: "/manage/agents/:id/launches",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { params, query }) => {
      const agentId = idOf(params.id, "Agent");
      const { launches, total } = await listLaunches(ctx, { agentId, ...query });
      return json({ launches: launches.map(fromLaunch), total, ...query });
    },
  }),
  route({
    method: "POST",
    path: "/manage/agents/:id/launches",
    auth: "key",
    body: LaunchCreate,
    bodyOptional: true,
    bodyLimit: BODY_LIMIT,
    idempotent: true,
    handle: async (ctx, { request, params, body }) => {
      const agentId = idOf(params.id, "Agent");
      const { launchId } = await launchAgent(ctx, { agentId, ...body });
      const { origin } = new URL(request.url);
      return json({ launch: fromLaunchDetails(await getLaunch(ctx, launchId), origin) }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/manage/agents/:id/live",
    auth: "key",
    query: LiveQuery,
    upgrade: true,
    handle: async (ctx, { request, params, query }) => {
      const agentId = idOf(params.id, "Agent");
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        await getAgent(ctx, agentId);
        throw new Fault("BAD_REQUEST", "This address answers WebSocket upgrades only.");
      }
      const { since } = query;
      const how = { agentId, frame: "manage", ...(since !== undefined && { sinceByte: since }) };
      return watchAgent(ctx, request, how);
    },
  }),
];
