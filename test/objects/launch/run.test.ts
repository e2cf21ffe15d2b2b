import { beforeAll, describe, expect, it } from "vitest";
import { launched, newAgent, newOwner, outputOf, type Owner } from "../../support/agents.ts";
import { stage, useStage } from "../../support/sandbox.ts";

useStage();

let owner: Owner;
beforeAll(async () => {
  owner = await newOwner();
});

describe("a launch", () => {
  it("runs its script and tells how it went", async () => {
    const { ctx } = owner;
    const text = stage(async ({ print, services }) => {
      print("Hello\n");
      print("wörld\n");
      await services.setProgress({ ratio: 0.5, label: "half" });
      await services.setResult('{"found":1}');
      return { type: "exited", code: 0 };
    });
    const agentId = await newAgent(ctx, text);
    const launch = await launched(ctx, agentId);
    expect(launch).toMatchObject({
      launchNumber: 1,
      status: "ended",
      exitCode: 0,
      endStatus: "success",
      endMessage: "Agent finished (success)",
      resultObject: '{"found":1}',
    });
    const output = await outputOf(ctx, agentId);
    expect(output.console.text).toMatch(
      /^\* Container [0-9a-f]{12} started in directory \/home\/phantom\/agent\nHello\nwörld\n$/,
    );
    expect(output).toMatchObject({
      status: "idle",
      launch: { launchNumber: 1, status: "ended" },
      progress: { ratio: 0.5, label: "half" },
      messages: [
        {
          id: 1,
          type: "normal",
          text: "Agent started",
          context: ["Launch type: manual", "Execution time limit: 300s"],
        },
        { id: 2, type: "normal", text: "Agent finished (success)" },
      ],
    });
  });
});
