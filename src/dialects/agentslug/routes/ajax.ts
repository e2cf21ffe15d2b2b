import { listPublicChecks } from "../../../domain/monitor/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromPublicCheck, toTestId } from "../monitors.ts";
import { PublicChecks } from "../wire.ts";

/** wire/notes.md: what the published widget reads, with the public hash alone. */
export const ajax = [
  route({
    method: "GET",
    path: "/ajax/getLastChecks/:testID/:hash",
    auth: "open",
    query: PublicChecks,
    handle: async (ctx, { params, query }) => {
      const { testID, hash = "" } = params;
      const checks = await listPublicChecks(ctx, { hash, id: toTestId(testID), ...query });
      const answer = json({ Checks: checks.map(fromPublicCheck) });
      answer.headers.set("cache-control", "no-store");
      return answer;
    },
  }),
];
