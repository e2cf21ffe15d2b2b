import { getUsage } from "../../../domain/account/index.ts";
import { json, route } from "../../kit/index.ts";
import { fromUsage } from "../convert.ts";

export const usage = [
  route({
    method: "GET",
    path: "/manage/usage",
    auth: "key",
    handle: async (ctx) => json({ usage: fromUsage(await getUsage(ctx)) }),
  }),
];
