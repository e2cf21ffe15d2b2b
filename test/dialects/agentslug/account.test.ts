import { describe, expect, it } from "vitest";
import { call, newAccount } from "../../support/api.ts";
import { expectLikeGolden, golden } from "../../support/golden.ts";
import { deployment } from "../../support/worker.ts";

describe("GET /account", () => {
  it("tells who one is, and when the password was last given", async () => {
    const { key, email } = await newAccount();
    const before = await call<{ User: { logged: string } }>(key, "GET", "/account");
    expect(before.status).toBe(200);
    expectLikeGolden(before.body, "agentslug/account");
    expect(before.body).toMatchObject({ User: { email, tz: "UTC" } });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const login = { login: email, password: "a password for tests" };
    expect((await call(null, "POST", "/auth/tokens", login)).status).toBe(201);
    const after = await call<{ User: { logged: string } }>(key, "GET", "/account");
    expect(after.body.User.logged > before.body.User.logged).toBe(true);
    expect(Math.abs(Date.parse(`${after.body.User.logged}Z`) - Date.now())).toBeLessThan(5000);
  });
});

describe("GET /account/apiUsage", () => {
  it("counts every request of the day and month", async () => {
    const { key } = await newAccount();
    await call(key, "GET", "/account");
    const { status, body } = await call(key, "GET", "/account/apiUsage");
    expect(status).toBe(200);
    expectLikeGolden(body, "agentslug/api-usage");
    expect(body).toEqual({
      apiUsage: { dailyUsage: 2, dailyLimit: 1e6, monthlyUsage: 2, monthlyLimit: 1e7 },
    });
  });

  it.each([
    ["DAILY_LIMIT", "day"],
    ["MONTHLY_LIMIT", "month"],
  ])("answers 429 over %s, on every dialect, with the time to come back", async (name, period) => {
    const { key } = await newAccount();
    const worker = deployment({ [name]: "6" });
    const statuses: number[] = [];
    for (let request = 0; request < 8; request += 1) {
      statuses.push((await worker.call(key, "GET", "/account")).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    const refused = await worker.call(key, "GET", "/manage/account");
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      error: { message: `Rate limit exceeded: 6 requests per ${period}.` },
    });
    const now = new Date();
    const end =
      period === "day"
        ? Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)
        : Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
    expect(Number(refused.headers.get("x-ratelimit-reset"))).toBe(end / 1000);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(
      Math.ceil((end - now.getTime()) / 1000),
    );
  });
});

describe("/account/invoiceInfo", () => {
  it("is empty texts at first, then what was put, whole", async () => {
    const { key } = await newAccount();
    const first = await call<{ InvoiceInfo: Record<string, string> }>(
      key,
      "GET",
      "/account/invoiceInfo",
    );
    expect(first.status).toBe(200);
    expectLikeGolden(first.body, "agentslug/invoice-info");
    expect(new Set(Object.values(first.body.InvoiceInfo))).toEqual(new Set([""]));
    const { InvoiceInfo } = golden("agentslug/invoice-info") as { InvoiceInfo: object };
    const put = await call(key, "PUT", "/account/invoiceInfo", { ...InvoiceInfo, unknown: 1 });
    expect([put.status, put.body]).toEqual([200, golden("agentslug/invoice-info-updated")]);
    const kept = await call(key, "GET", "/account/invoiceInfo");
    expect(kept.body).toEqual({ InvoiceInfo });
    await call(key, "PUT", "/account/invoiceInfo", { name: "BarCorp", vat: null });
    const replaced = await call(key, "GET", "/account/invoiceInfo");
    expect(replaced.body).toEqual({ InvoiceInfo: { ...first.body.InvoiceInfo, name: "BarCorp" } });
  });

  it("refuses what is no text, or too much of it", async () => {
    const { key } = await newAccount();
    const put = (body: unknown) => call(key, "PUT", "/account/invoiceInfo", body);
    expect(await put({ vat: 5 })).toMatchObject({
      status: 400,
      body: { msg: "vat not valid text" },
    });
    expect(await put({ city: "x".repeat(201) })).toMatchObject({
      status: 400,
      body: { msg: expect.stringContaining("city") },
    });
  });
});
