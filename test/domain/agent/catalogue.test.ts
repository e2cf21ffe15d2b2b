import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  abortLaunch,
  attendLaunches,
  clearRemains,
  createAgent,
  createScript,
  deleteAgent,
  deleteScript,
  findScriptByName,
  getAgent,
  getLaunch,
  getUserUsage,
  launchAgent,
  listEndedLaunches,
  readOutput,
  readStoreInfo,
  saveScript,
  saveStoreInfo,
  startNextLaunch,
  sweepLaunches,
  updateScript,
} from "../../../src/domain/agent/index.ts";
import { beginLaunch, takeOn } from "../../../src/domain/agent/claim.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { keepFiles } from "../../../src/objects/launch/files.ts";
import { ctxOf, newAgent, newOwner, type Owner } from "../../support/agents.ts";
import { call } from "../../support/api.ts";
import { countingDatabase } from "../../support/counting-database.ts";
import { type Line, newLine } from "../../support/line.ts";

let owner: Owner;
let stranger: Owner;
beforeAll(async () => {
  [owner, stranger] = [await newOwner(), await newOwner()];
});

const refused = (code: string) => ({ code });

describe("scripts", () => {
  it("are saved by name, again and again, or only once", async () => {
    const { ctx } = owner;
    const first = await saveScript(ctx, { name: "up.js", text: "1", source: "sdk" });
    expect(first).toMatchObject({ created: true, script: { name: "up.js", source: "sdk" } });
    const second = await saveScript(ctx, { name: "up.js", text: "22" });
    expect(second).toMatchObject({ created: false, script: { id: first.script.id, size: 2 } });
    await expect(
      saveScript(ctx, { name: "up.js", text: "3", insertOnly: true }),
    ).rejects.toMatchObject(refused("CONFLICT"));
    const both = await Promise.all(
      ["a", "b"].map((text) => saveScript(ctx, { name: "race.js", text })),
    );
    expect(both.map(({ created }) => created).toSorted()).toEqual([false, true]);
    // Another account's of the same name is another script.
    const theirs = await saveScript(stranger.ctx, { name: "up.js", text: "theirs" });
    expect(theirs.created).toBe(true);
    expect((await findScriptByName(ctx, "up.js")).text).toBe("22");
  });

  it("keep what a store would show of them", async () => {
    const { ctx } = owner;
    await createScript(ctx, { name: "shop.js", text: "" });
    expect(await readStoreInfo(ctx, "shop.js")).toEqual({ infoString: "", markdown: "" });
    await saveStoreInfo(ctx, { name: "shop.js", infoString: "{}", markdown: "# é" });
    await saveStoreInfo(ctx, { name: "shop.js", markdown: "# b" });
    expect(await readStoreInfo(ctx, "shop.js")).toEqual({ infoString: "{}", markdown: "# b" });
    await expect(readStoreInfo(stranger.ctx, "shop.js")).rejects.toMatchObject(
      refused("NOT_FOUND"),
    );
  });

  it("are renamed unless the name is taken, and leave their agents without one", async () => {
    const { ctx } = owner;
    const script = await createScript(ctx, { name: "old.js", text: "" });
    await createScript(ctx, { name: "other.js", text: "" });
    const agent = await createAgent(ctx, { name: "A", script: "old.js" });
    await expect(updateScript(ctx, script.id, { name: "other.js" })).rejects.toMatchObject(
      refused("CONFLICT"),
    );
    await updateScript(ctx, script.id, { name: "new.js" });
    expect((await getAgent(ctx, agent.id)).script).toBe("new.js");
    await deleteScript(ctx, script.id);
    expect(await getAgent(ctx, agent.id)).toMatchObject({ script: null, scriptId: null });
  });

  it("and agents of another account are not there, and a read-only key changes nothing", async () => {
    const { ctx, account } = owner;
    const script = await createScript(ctx, { name: "mine.js", text: "" });
    const agent = await createAgent(ctx, { name: "Mine", script: "mine.js" });
    const { launchId } = await launchAgent(newLine().apart(ctx), { agentId: agent.id });
    const theirs = stranger.ctx;
    for (const work of [
      () => updateScript(theirs, script.id, { text: "x" }),
      () => deleteScript(theirs, script.id),
      () => getAgent(theirs, agent.id),
      () => deleteAgent(theirs, agent.id),
      () => launchAgent(theirs, { agentId: agent.id }),
      () => readOutput(theirs, { agentId: agent.id }),
      () => getLaunch(theirs, launchId),
      () => abortLaunch(theirs, { launchId }),
      () => listEndedLaunches(theirs, agent.id),
    ]) {
      await expect(work()).rejects.toMatchObject(refused("NOT_FOUND"));
    }
    await expect(createAgent(theirs, { name: "X", script: "mine.js" })).rejects.toMatchObject({
      details: { fields: { script: expect.any(String) } },
    });
    const { body } = await call<{ api_key: string }>(account.key, "POST", "/manage/keys", {
      scope: "read",
    });
    const reader = await ctxOf(body.api_key);
    for (const work of [
      () => createScript(reader, { name: "r", text: "" }),
      () => saveScript(reader, { name: "mine.js", text: "r" }),
      () => saveStoreInfo(reader, { name: "mine.js", markdown: "r" }),
      () => launchAgent(reader, { agentId: agent.id }),
      () => abortLaunch(reader, { launchId }),
      () => deleteAgent(reader, agent.id),
    ]) {
      await expect(work()).rejects.toMatchObject(refused("FORBIDDEN"));
    }
    expect((await getLaunch(reader, launchId)).status).toBe("queued");
    await abortLaunch(newLine().apart(ctx), { launchId });
  });
});

describe("an agent's own options", () => {
  it("are what a launch takes where it says nothing, and replaced where it says so", async () => {
    const line = newLine();
    const ctx = line.apart(owner.ctx);
    const agentId = await newAgent(ctx, "1", { command: "phantomjs", argument: '{"a":1}' });
    const told = async (id: number) => {
      const { command, argument } = await getLaunch(ctx, id);
      return [command, argument];
    };
    const first = await launchAgent(ctx, { agentId });
    expect(await told(first.launchId)).toEqual(["phantomjs", '{"a":1}']);
    const second = await launchAgent(ctx, { agentId, command: null, argument: "[2]" });
    expect(await told(second.launchId)).toEqual([null, "[2]"]);
    expect(await getAgent(ctx, agentId)).toMatchObject({
      command: "phantomjs",
      argument: '{"a":1}',
    });
    const third = { agentId, command: "casperjs", argument: "3", saveOptions: true };
    expect(await launchAgent(ctx, third)).toMatchObject({ launchNumber: 3 });
    expect(await getAgent(ctx, agentId)).toMatchObject({ command: "casperjs", argument: "3" });
    await expect(launchAgent(ctx, { agentId, argument: "{" })).rejects.toMatchObject({
      details: { fields: { argument: "must be JSON" } },
    });
    await deleteAgent(ctx, agentId);
  });
});

/** One launch from its beginning to its end, with a file of three bytes. */
async function wholeLaunch(line: Line, ctx: Owner["ctx"], agentId: number): Promise<number> {
  const { launchId } = await launchAgent(ctx, { agentId });
  await startNextLaunch(line.system);
  const order = line.started.at(-1);
  const taken = order && (await takeOn(line.system, order, 0));
  if (order?.launchId !== launchId || !taken) throw new Error("Another one was started");
  const startedAt = line.system.now();
  await beginLaunch(line.system, order, { startedAt, endsAt: startedAt + 1000 });
  await ctx.ports.agents.begin(agentId, { ...taken.identity, context: [], at: startedAt });
  const news = { launchId, console: { from: 0, text: `launch ${launchId}` } };
  await ctx.ports.agents.tell(agentId, news);
  const left = [{ path: "a.txt", bytes: new TextEncoder().encode("abc") }];
  const { files } = await keepFiles(line.system, taken.identity, left);
  await line.end(order, { type: "exited", code: 0 }, { files, letters: 2 });
  return launchId;
}

describe("what launches leave", () => {
  it("is counted, kept for its time, and gone after it", async () => {
    let now = Date.now();
    const line = newLine({ now: () => now });
    const mine = await newOwner();
    const ctx = line.apart(mine.ctx);
    const agentId = await newAgent(ctx, "1");
    const old = await wholeLaunch(line, ctx, agentId);
    now += 5 * 86_400_000;
    const young = await wholeLaunch(line, ctx, agentId);
    expect((await listEndedLaunches(ctx, agentId)).map(({ id }) => id)).toEqual([young, old]);
    expect(await getAgent(ctx, agentId)).toMatchObject({ fileBytes: 6 });
    now += 3 * 86_400_000;
    expect((await listEndedLaunches(ctx, agentId)).map(({ id }) => id)).toEqual([young]);
    await sweepLaunches(line.system);
    await expect(getLaunch(ctx, old)).rejects.toMatchObject(refused("NOT_FOUND"));
    const files = (number: number) =>
      ctx.ports.files.has(mine.account.id, `agents/${agentId}/launches/${number}/a.txt`);
    expect([await files(1), await files(2)]).toEqual([false, true]);
    expect(await getAgent(ctx, agentId)).toMatchObject({ fileBytes: 3, launchNumber: 2 });
    expect((await readOutput(ctx, { agentId })).console.text).toBe(`launch ${young}`);
    // A number that is gone: what is kept stands for it.
    expect(await readOutput(ctx, { agentId, launchNumber: 1 })).toMatchObject({
      launch: { launchNumber: 2 },
      console: { text: `launch ${young}` },
    });
    const usage = await getUserUsage(ctx);
    expect(usage.storage.limit - usage.storage.left).toBe(3);

    const last = await launchAgent(ctx, { agentId });
    await startNextLaunch(line.system);
    await deleteAgent(ctx, agentId);
    await clearRemains(line.system);
    expect(await files(2)).toBe(false);
    // One that somebody has is waited for, and let go of once it is overdue.
    expect(line.aborted).toEqual([[last.launchId, "hard"]]);
    now += 60_000;
    await attendLaunches(line.system);
    await clearRemains(line.system);
    const rows = await env.DB.prepare("SELECT 1 FROM launches WHERE agent_id = ?")
      .bind(agentId)
      .all();
    expect(rows.results).toEqual([]);
    const remains = await env.DB.prepare("SELECT 1 FROM agent_remains").all();
    expect(remains.results).toEqual([]);
    const gone = await ctx.ports.agents.read(agentId, {
      launch: "newest",
      fromByte: 0,
      messages: { last: 5 },
    });
    expect(gone).toMatchObject({ launch: null, messages: [] });
  });

  it("is counted for the month, of which so much is left", async () => {
    const line = newLine();
    const mine = await newOwner();
    const ctx = line.apart(mine.ctx);
    const agentId = await newAgent(ctx, "1");
    await wholeLaunch(line, ctx, agentId);
    const { letters, executionTime } = await getUserUsage(ctx);
    expect(letters.limit - letters.left).toBe(2);
    expect(executionTime.limit - executionTime.left).toBeLessThan(60);
    expect(executionTime.limit % 864_000).toBe(0);
  });

  it("costs few written rows", async () => {
    const { binding, rowsWritten } = countingDatabase(env.DB);
    const line = newLine();
    const db = openDatabase(binding);
    const counted = { ...line, system: { ...line.system, db } };
    const ctx = { ...line.apart(owner.ctx), db };
    const agentId = await newAgent(ctx, "1");
    const before = rowsWritten();
    await wholeLaunch(counted, ctx, agentId);
    const rows = rowsWritten() - before;
    // oxlint-disable-next-line no-console -- the figure is what it is for
    console.log(`A launch writes ${rows} rows in the catalogue, without its key and its browser`);
    expect(rows).toBeGreaterThan(5);
    expect(rows).toBeLessThanOrEqual(12);
  });
});
