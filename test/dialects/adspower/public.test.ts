import { describe, expect, it } from "vitest";
import { listen } from "../../support/api.ts";
import { newBots } from "../../support/bots.ts";
import { deployment } from "../../support/worker.ts";

const SECRETS = {
  url: "https://user:pa55@example.com/path/?token=pa55#pa55",
  relative: "/callback?code=pa55",
  text: "Failed at https://example.com/a?key=pa55, twice: wss://x.example/?k=pa55",
  list: [{ "https://example.com/?k=pa55": "http://example.com:8080?x=pa55" }],
  plain: "what? nothing",
};

describe("/ws of the public account", () => {
  it.each(["", "?format=nested"])(
    "is open to all, without what addresses hide: /ws%s",
    async (query) => {
      const bots = await newBots();
      const open = deployment({ PUBLIC_EVENTS_ACCOUNT: bots.account.id });
      const stranger = await listen(`/ws${query}`, {}, open.ask);
      const owner = await listen(`/ws${query}`, { "x-api-key": bots.account.key }, open.ask);
      await bots.register("s", {
        target_url: "https://example.com/?session=pa55",
        proxy: "user:pa55@1.2.3.4:8080",
      });
      await bots.log("s", "navigation", SECRETS);
      await bots.end("s", { success: false, error: "GET https://example.com/?t=pa55 failed" });
      for (const socket of [stranger, owner]) await socket.hears(({ seq }) => seq === 3);
      expect(JSON.stringify(owner.heard)).toContain("pa55");
      const seen = JSON.stringify(stranger.heard);
      expect(seen).not.toContain("pa55");
      for (const kept of [
        "https://example.com/path/",
        '"/callback"',
        "Failed at https://example.com/a",
        "wss://x.example/",
        "http://example.com:8080",
        "what? nothing",
        '"1.2.3.4:8080"',
        "GET https://example.com/ failed",
      ]) {
        expect(seen).toContain(kept);
      }
      const replayed = await listen(`/ws${query}${query ? "&" : "?"}since=0`, {}, open.ask);
      await replayed.hears(({ seq }) => seq === 3);
      expect(JSON.stringify(replayed.heard)).not.toContain("pa55");
    },
  );

  it("is closed to a wrong key, and shows a right one its own account", async () => {
    const [shown, other] = [await newBots(), await newBots()];
    const open = deployment({ PUBLIC_EVENTS_ACCOUNT: shown.account.id });
    const headers = { upgrade: "websocket", "x-api-key": "wrong" };
    expect((await open.ask("/ws", { headers })).status).toBe(403);
    const socket = await listen("/ws", { "x-api-key": other.account.key }, open.ask);
    await shown.register("s");
    await other.register("o");
    const first = await socket.hears(({ type }) => type === "session_start");
    expect(first.data).toMatchObject({ session_id: "o" });
  });
});
