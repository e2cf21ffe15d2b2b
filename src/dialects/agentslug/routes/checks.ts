import { listChecks } from "../../../domain/monitor/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromCheck, toRange } from "../monitors.ts";
import { CheckRange } from "../wire.ts";

export const checks = [
  route({
    method: "GET",
    path: "/checks",
    auth: "key",
    query: CheckRange,
    handle: async (ctx, { query }) => {
      const found = await listChecks(ctx, null, toRange(query));
      return json({ Checks: found.map(fromCheck) });
    },
  }),
];
