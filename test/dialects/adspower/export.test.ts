import { parse } from "csv-parse/browser/esm/sync";
import { describe, expect, it } from "vitest";
import { ask } from "../../support/api.ts";
import { newBots } from "../../support/bots.ts";

/** Read back by a library that did not write it. */
const rows = (text: string): Record<string, string>[] =>
  parse(text, { columns: true, skip_empty_lines: false });

describe("GET /api/sessions/export", () => {
  it("has the documented columns, newest first", async () => {
    const bots = await newBots();
    await bots.register("a", { proxy: "1.2.3.4:1", country: "US" });
    await bots.register("b", { device: "mobile" });
    await bots.register("c", { country: "DE" });
    await bots.end("a", { duration: 15.25 });
    await bots.end("b", { success: false });
    const text = await bots.csv("/api/sessions/export");
    expect(text.split("\n")[0]).toBe(
      "session_id,profile_id,device,start_time,proxy,country,status,duration,success",
    );
    const [start] = (await bots.sessions()).sessions.map((session) => session.start_time);
    expect(rows(text)).toEqual([
      {
        session_id: "c",
        profile_id: "p1",
        device: "desktop",
        start_time: start,
        proxy: "",
        country: "DE",
        status: "active",
        duration: "",
        success: "",
      },
      expect.objectContaining({
        session_id: "b",
        device: "mobile",
        status: "failed",
        duration: "0",
      }),
      expect.objectContaining({ session_id: "a", duration: "15.25", success: "true" }),
    ]);
    for (const [query, found] of [
      ["status=completed", ["a"]],
      ["status=failed&country=US", []],
      ["country=DE", ["c"]],
      ["status=", ["c", "b", "a"]],
    ] as const) {
      const filtered = rows(await bots.csv(`/api/sessions/export?${query}`));
      expect(filtered.map((row) => row.session_id)).toEqual(found);
    }
    expect((await bots.get("/api/sessions/export?status=done")).status).toBe(400);
  });

  it("is a download, and has its header line when it is empty", async () => {
    const { account } = await newBots();
    for (const name of ["sessions", "events"]) {
      const response = await ask(`/api/${name}/export`, { headers: { "x-api-key": account.key } });
      expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
      const disposition = response.headers.get("content-disposition");
      expect(disposition).toBe(`attachment; filename="${name}.csv"`);
      expect((await response.text()).split("\n")).toHaveLength(2);
    }
  });

  it("defuses what a spreadsheet would run, and changes nothing else", async () => {
    const bots = await newBots();
    const formulas = [
      '=HYPERLINK("http://evil.example","x")',
      "+1+1",
      "-2+3",
      "@SUM(1)",
      "\t=1",
      "\r=1",
      "\n=1",
      " =1",
      "＝1+1",
      "\u200b=1",
    ];
    for (const [n, formula] of formulas.entries()) {
      await bots.register(`s${n}`, { profile_id: formula, country: formula });
    }
    const plain = ["a=b", 'quo"te', "comma, semi;", "line\nbreak", "1.2.3.4:1", "'x", "🦊 é"];
    for (const [n, text] of plain.entries()) await bots.register(`t${n}`, { profile_id: text });
    await bots.register("=cmd|'/C calc'!A0");
    const found = rows(await bots.csv("/api/sessions/export")).toReversed();
    expect(found.slice(0, formulas.length).map((row) => row.profile_id)).toEqual(
      formulas.map((formula) => `'${formula}`),
    );
    expect(found.slice(0, formulas.length).map((row) => row.country)).toEqual(
      formulas.map((formula) => `'${formula}`),
    );
    const others = found.slice(formulas.length, formulas.length + plain.length);
    expect(others.map((row) => row.profile_id)).toEqual(plain);
    expect(found.at(-1)?.session_id).toBe("'=cmd|'/C calc'!A0");
  });

  it("streams more than one portion, every row once", async () => {
    const bots = await newBots();
    // Long texts end a portion before its number of rows does.
    const target_url = `https://example.com/${"x".repeat(8000)}`;
    for (let from = 0; from < 700; from += 50) {
      const names = Array.from({ length: 50 }, (_, n) => `s${from + n}`);
      await Promise.all(names.map((name) => bots.register(name, { target_url })));
    }
    const found = rows(await bots.csv("/api/sessions/export")).map((row) => row.session_id);
    expect(found).toHaveLength(700);
    expect(new Set(found).size).toBe(700);
  });
});

describe("GET /api/events/export", () => {
  it("has the running service's columns, with filters", async () => {
    const bots = await newBots();
    await bots.register("a");
    await bots.register("b");
    await bots.log("a", "navigation", { url: 'https://example.com/?q="x",y' });
    await bots.log("b", "captcha", { n: 2 });
    const text = await bots.csv("/api/events/export");
    expect(text.split("\n")[0]).toBe("id,session_id,event_type,timestamp,data");
    const [captcha, navigation] = rows(text);
    expect(captcha).toEqual({
      id: "2",
      session_id: "b",
      event_type: "custom",
      timestamp: (await bots.events()).events[0]?.timestamp,
      data: '{"n":2}',
    });
    expect(JSON.parse(navigation?.data ?? "")).toEqual({ url: 'https://example.com/?q="x",y' });
    for (const [query, found] of [
      ["event_type=navigation", ["1"]],
      ["event_type=captcha", ["2"]],
      ["session_id=b", ["2"]],
      ["session_id=b&event_type=navigation", []],
      ["session_id=nobody", []],
    ] as const) {
      const filtered = rows(await bots.csv(`/api/events/export?${query}`));
      expect(filtered.map((row) => row.id)).toEqual(found);
    }
    expect((await bots.get(`/api/events/export?event_type=${"x".repeat(101)}`)).status).toBe(400);
  });

  it("streams more than one portion of every list, every row once", async () => {
    const bots = await newBots();
    await bots.register("a");
    await bots.register("b");
    const text = "x".repeat(2000);
    for (let from = 0; from < 4000; from += 500) {
      const batch = Array.from({ length: 500 }, (_, n) => ({
        session_id: (from + n) % 4 === 0 ? "b" : "a",
        event_type: ["click", "captcha"][n % 2],
        details: { text },
      }));
      expect((await bots.post("/api/events", batch)).status).toBe(200);
    }
    for (const [query, total] of [
      ["", 4000],
      ["?event_type=click", 2000],
      ["?event_type=captcha", 2000],
      ["?session_id=a", 3000],
      ["?session_id=a&event_type=click", 1000],
    ] as const) {
      const found = rows(await bots.csv(`/api/events/export${query}`)).map((row) => Number(row.id));
      expect(found).toHaveLength(total);
      expect(found).toEqual([...new Set(found)].toSorted((one, other) => other - one));
    }
  });
});
