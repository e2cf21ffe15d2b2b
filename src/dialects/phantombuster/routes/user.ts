import { getUserUsage } from "../../../domain/agent/index.ts";
import { route } from "../../kit/index.ts";
import { success } from "../answer.ts";
import { fromUsage } from "../convert.ts";

const spelled = (path: string) =>
  route({
    method: "GET",
    path,
    auth: "key",
    handle: async (ctx) => success(fromUsage(await getUserUsage(ctx))),
  });

export const user = [spelled("/api/v1/user.json"), spelled("/api/v1/user")];
