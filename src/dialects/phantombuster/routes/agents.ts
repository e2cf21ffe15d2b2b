import { abortAgent, getAgent, getScript, listEndedLaunches } from "../../../domain/agent/index.ts";
import { route } from "../../kit/index.ts";
import { success } from "../answer.ts";
import { fromAgent, fromLaunch, toId, withoutSuffix } from "../convert.ts";
import { AbortOptions, AgentQuery } from "../wire.ts";
import { assertActs } from "./launch.ts";

const abort = (path: string) => [
  route({
    method: "GET",
    path,
    auth: "key",
    query: AbortOptions,
    handle: async (ctx, { request, params, query }) => {
      assertActs(request);
      await abortAgent(ctx, { agentId: toId(params.id, "Agent"), soft: query.softAbort ?? false });
      return success(null);
    },
  }),
  route({
    method: "POST",
    path,
    auth: "key",
    query: AbortOptions,
    body: AbortOptions,
    bodyOptional: true,
    encoding: "either",
    handle: async (ctx, { params, query, body }) => {
      const soft = body.softAbort ?? query.softAbort ?? false;
      await abortAgent(ctx, { agentId: toId(params.id, "Agent"), soft });
      return success(null);
    },
  }),
];

const containers = (path: string) =>
  route({
    method: "GET",
    path,
    auth: "key",
    handle: async (ctx, { params }) => {
      const launches = await listEndedLaunches(ctx, toId(params.id, "Agent"));
      return success(launches.map(fromLaunch));
    },
  });

export const agents = [
  // With or without `.json`.
  route({
    method: "GET",
    path: "/api/v1/agent/:id",
    auth: "key",
    query: AgentQuery,
    handle: async (ctx, { params, query }) => {
      const agent = await getAgent(ctx, toId(withoutSuffix(params.id), "Agent"));
      const { scriptId } = agent;
      const script = query.withScript && scriptId !== null ? await getScript(ctx, scriptId) : null;
      return success(fromAgent(agent, ctx.actor.accountId, script));
    },
  }),
  ...abort("/api/v1/agent/:id/abort.json"),
  ...abort("/api/v1/agent/:id/abort"),
  containers("/api/v1/agent/:id/containers.json"),
  containers("/api/v1/agent/:id/containers"),
];
