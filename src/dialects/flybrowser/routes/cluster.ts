import { currentTerm, listNodes, listSessions } from "../../../domain/session/index.ts";
import { json, route } from "../../kit/index.ts";
import { clusterHealth, fromNode } from "../convert.ts";
import { SessionList } from "../wire.ts";

/**
 * The document's cluster, told truly of ours: a node is a region, the leader the first of them,
 * a term a deployment. `is_leader` and `leader_id` are what FlyBrowser's client reads.
 */
export const cluster = [
  route({
    method: "GET",
    path: "/cluster/status",
    auth: "key",
    handle: async (ctx, { request }) => {
      const { host } = new URL(request.url);
      const [nodes, term] = await Promise.all([listNodes(ctx), currentTerm(ctx)]);
      const leader = nodes[0]?.region;
      return json({
        leader,
        leader_id: leader,
        is_leader: true,
        term,
        nodes: nodes.map((node) => {
          const { node_id, role, address, status } = fromNode(node, host);
          return { node_id, role, address, status };
        }),
        health: clusterHealth(nodes),
      });
    },
  }),
  route({
    method: "GET",
    path: "/cluster/nodes",
    auth: "key",
    query: SessionList,
    handle: async (ctx, { request, query }) => {
      const { host } = new URL(request.url);
      const nodes = await listNodes(ctx);
      const page = nodes.slice(query.offset, query.offset + query.limit);
      return json({ nodes: page.map((node) => fromNode(node, host)), total: nodes.length });
    },
  }),
  route({
    method: "GET",
    path: "/cluster/sessions",
    auth: "key",
    query: SessionList,
    handle: async (ctx, { query }) => {
      const { rows, total } = await listSessions(ctx, query);
      return json({
        sessions: rows.map((row) => ({
          session_id: row.id,
          node_id: row.region,
          status: "active",
        })),
        total,
      });
    },
  }),
];
