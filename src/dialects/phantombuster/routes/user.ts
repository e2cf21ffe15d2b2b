import { type AgentOutput, getUserUsage, readOutput } from "../../../domain/agent/index.ts";
import { route } from "../../kit/index.ts";
import { success } from "../answer.ts";
import { fromUsage } from "../convert.ts";

const spelled = (path: string) =>
  route({
    method: "GET",
    path,
    auth: "key",
    handle: async (ctx) => {
      const usage = await getUserUsage(ctx);
      // No more than an account may run at once.
      const running = usage.agents.filter((agent) => agent.running > 0);
      const outputs = await Promise.all(
        running.map(({ id }): Promise<[number, AgentOutput]> =>
          readOutput(ctx, { agentId: id }).then((found) => [id, found]),
        ),
      );
      return success(fromUsage(usage, new Map(outputs), ctx.now()));
    },
  });

export const user = [spelled("/api/v1/user.json"), spelled("/api/v1/user")];
