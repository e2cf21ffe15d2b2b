import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  launched,
  newAgent,
  newOwner,
  nothingRuns,
  outputOf,
  type Owner,
} from "../../support/agents.ts";

let owner: Owner;
beforeAll(async () => {
  owner = await newOwner();
});
afterAll(nothingRuns);

describe("a launch in the sandbox", () => {
  it("runs a CasperJS script over a real page, and keeps what it leaves", async () => {
    const { ctx } = owner;
    const agentId = await newAgent(
      ctx,
      `'phantombuster command: casperjs';
      var casper = require("casper").create();
      var fs = require("fs");
      casper.start("${inject("site")}/login.html", function () {
        this.echo("Title: " + this.getTitle() + " é");
        fs.write("title.txt", this.getTitle(), "w");
        this.capture("page.png");
      });
      casper.run(function () { this.exit(0); });`,
    );
    const launch = await launched(ctx, agentId);
    const output = await outputOf(ctx, agentId);
    expect(output.console.text).toMatch(/Title: .+ é\n/);
    expect(launch).toMatchObject({ endMessage: "Agent finished (success)", exitCode: 0 });
    expect(launch.files.map(({ name }) => name)).toEqual(["page.png", "title.txt"]);
  });

  it("ends with exit code 1 where an error reaches the top", async () => {
    const { ctx } = owner;
    const agentId = await newAgent(ctx, `console.log("before"); nowhere.to.be.found();`, {
      command: "phantomjs",
    });
    const launch = await launched(ctx, agentId);
    const { console } = await outputOf(ctx, agentId);
    expect(console.text).toMatch(/before\n[\s\S]*ReferenceError/);
    expect(launch).toMatchObject({
      endStatus: "error",
      endMessage: "Agent finished with exit code 1",
      exitCode: 1,
    });
  });
});
