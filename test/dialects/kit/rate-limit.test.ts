import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import worker from "../../../src/index.ts";
import { call, newAccount, ORIGIN } from "../../support/api.ts";

/** The Worker with a limit of its own. */
function limitedTo(limit: number): (key: string, path: string) => Promise<Response> {
  const limited = { ...env, RATE_LIMIT_PER_MINUTE: String(limit) } as unknown as Env;
  return async (key, path) => {
    const execution = createExecutionContext();
    const request = new Request(`${ORIGIN}${path}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const response = await worker.fetch(request, limited, execution);
    await waitOnExecutionContext(execution);
    return response;
  };
}

const figures = (response: Response) => ({
  limit: Number(response.headers.get("x-ratelimit-limit")),
  remaining: Number(response.headers.get("x-ratelimit-remaining")),
  reset: Number(response.headers.get("x-ratelimit-reset")),
});

describe("the rate limit of a key", () => {
  it("is counted down truthfully, and then is a 429 with Retry-After", async () => {
    const { key } = await newAccount();
    const get = limitedTo(5);
    const remaining: number[] = [];
    for (let request = 0; request < 5; request += 1) {
      const response = await get(key, "/sessions");
      expect(response.status).toBe(200);
      expect(figures(response).limit).toBe(5);
      remaining.push(figures(response).remaining);
    }
    expect(remaining).toEqual([4, 3, 2, 1, 0]);
    const refused = await get(key, "/sessions");
    expect(refused.status).toBe(429);
    expect(figures(refused)).toMatchObject({ limit: 5, remaining: 0 });
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(figures(refused).reset).toBeGreaterThan(Date.now() / 1000 - 1);
    expect(await refused.json()).toMatchObject({ error: { code: "TOO_MANY_REQUESTS" } });
  });

  it("is one key's own", async () => {
    const { key } = await newAccount();
    const other = await call<{ api_key: string }>(key, "POST", "/manage/keys", {});
    const get = limitedTo(3);
    for (let request = 0; request < 4; request += 1) await get(key, "/sessions");
    expect((await get(key, "/sessions")).status).toBe(429);
    expect((await get(other.body.api_key, "/sessions")).status).toBe(200);
  });

  it("holds for a crowd at one instant", async () => {
    const { key } = await newAccount();
    const get = limitedTo(40);
    const answers = await Promise.all(Array.from({ length: 60 }, () => get(key, "/sessions")));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });
});

describe("GET /manage/usage", () => {
  it("counts what was really asked", async () => {
    const { key } = await newAccount();
    for (let request = 0; request < 7; request += 1) await call(key, "GET", "/sessions");
    const { body } = await call<{ usage: { day: number; month: number } }>(
      key,
      "GET",
      "/manage/usage",
    );
    expect(body.usage.day).toBe(8);
    expect(body.usage.month).toBe(8);
  });
});
