import { launchAgent, readOutput } from "../../../src/domain/agent/index.ts";
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

  it("shows each byte of a chatty run once to who polls it", async () => {
    const { ctx } = owner;
    const agentId = await newAgent(
      ctx,
      `var n = 0;
      (function more() {
        for (var i = 0; i < 7; i += 1) console.log(n++ + " é漢\u{1F389}");
        if (n < 700) setTimeout(more, 5);
        else phantom.exit(0);
      })();`,
      { command: "phantomjs" },
    );
    const { launchId } = await launchAgent(ctx, { agentId });
    let heard = "";
    let polls = 0;
    for (let at = 0, over = false; !over; polls += 1) {
      const { console, launch } = await readOutput(ctx, { agentId, launchId, fromByte: at });
      expect(console.from).toBe(at);
      heard += console.text;
      at = console.to;
      expect(new TextEncoder().encode(heard).byteLength).toBe(at);
      over = launch?.status === "ended";
      await scheduler.wait(10);
    }
    const lines = Array.from({ length: 700 }, (_, n) => `${n} é漢🎉`);
    expect(heard.split("\n").slice(1, -1)).toEqual(lines);
    expect(polls).toBeGreaterThan(3);
  });
});
