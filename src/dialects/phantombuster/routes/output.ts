import { readOutput } from "../../../domain/agent/index.ts";
import { route } from "../../kit/index.ts";
import { success } from "../answer.ts";
import { fromOutput, isOfAnother, toId, toReadOutput } from "../convert.ts";
import { OutputQuery } from "../wire.ts";

const spelled = (path: string, suffix: boolean) =>
  route({
    method: "GET",
    path,
    auth: "key",
    query: OutputQuery,
    handle: async (ctx, { params, query }) => {
      const wanted = toReadOutput(toId(params.id, "Agent"), query, suffix);
      const found = await readOutput(ctx, wanted);
      // A position in one container's console says nothing of the next one's.
      const start = isOfAnother(found, query)
        ? await readOutput(ctx, { ...wanted, fromByte: 0 })
        : found;
      return success(fromOutput(start, query, ctx.now()));
    },
  });

export const output = [
  spelled("/api/v1/agent/:id/output.json", true),
  spelled("/api/v1/agent/:id/output", false),
];
