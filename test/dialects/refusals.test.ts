import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { DIALECTS } from "../../src/app.ts";
import type { Dialect, Route } from "../../src/dialects/kit/index.ts";
import worker from "../../src/index.ts";
import { type Account, ask, call, newAccount, newSession, ORIGIN } from "../support/api.ts";

/**
 * The refusals that hold everywhere, run for every route of every dialect (habit 12): each must
 * come in the dialect's own envelope, with its own status.
 */

interface Manners {
  /** How a key is sent. */
  knock: (key: string) => Record<string, string>;
  /** The envelope: throws when the answer is not in it; gives the message. */
  messageIn: (response: Response) => Promise<string>;
  missing: number;
  wrong: number;
}

const text = expect.any(String) as unknown as string;

const flybrowserLike: Manners = {
  knock: (key) => ({ authorization: `Bearer ${key}` }),
  messageIn: async (response) => {
    const body = await response.json<{ error: { message: string } }>();
    expect(body).toMatchObject({
      error: { code: text, message: text },
      detail: text,
      request_id: text,
    });
    return body.error.message;
  },
  missing: 401,
  wrong: 401,
};

/** Pages for people. */
const page: Manners = {
  ...flybrowserLike,
  messageIn: async (response) => {
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    return /<h1>.*?<\/h1>\s*<p>(.*?)<\/p>/s.exec(await response.text())?.[1] ?? "";
  },
};

const MANNERS: Record<string, Manners> = {
  flybrowser: flybrowserLike,
  agentslug: {
    ...flybrowserLike,
    messageIn: async (response) => {
      const body = await response.json<{ msg: string }>();
      expect(body).toEqual({ msg: text });
      return body.msg;
    },
  },
  phantombuster: {
    knock: (key) => ({ "x-phantombuster-key-1": key }),
    messageIn: async (response) => {
      const body = await response.json<{ message: string }>();
      expect(body).toEqual({ status: "error", message: text });
      return body.message;
    },
    missing: 401,
    wrong: 401,
  },
  manage: flybrowserLike,
  adspower: {
    knock: (key) => ({ "x-api-key": key }),
    messageIn: async (response) => {
      const body = await response.json<{ detail: string }>();
      expect(body).toEqual({ detail: text });
      return body.detail;
    },
    missing: 401,
    wrong: 403,
  },
  crater: {
    knock: (key) => ({ authorization: `token ${key}` }),
    messageIn: async (response) => {
      expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
      return response.text();
    },
    missing: 403,
    wrong: 403,
  },
  status: page,
  console: page,
};

const cases = DIALECTS.flatMap((dialect) =>
  dialect.routes.map(
    (route) => [`${dialect.name}: ${route.method} ${route.path}`, dialect, route] as const,
  ),
);
const guarded = cases.filter(([, , route]) => route.auth === "key");

/** A path with something in each of its holes. */
function fill(path: string): string {
  return path
    .replace(":session_id", "sess_000000000000000000000000")
    .replace(/:\w+(?:\{[^}]*\})?/g, "1")
    .replace("*", "x");
}

function manners(dialect: Dialect): Manners {
  const known = MANNERS[dialect.name];
  if (!known) throw new Error(`The refusals do not know ${dialect.name} yet`);
  return known;
}

async function refusal(
  dialect: Dialect,
  response: Response,
): Promise<{ status: number; message: string }> {
  expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  const message = await manners(dialect).messageIn(response);
  return { status: response.status, message };
}

function knockAt(route: Route, headers: Record<string, string>, body?: string): Promise<Response> {
  const sent = body ?? (route.takesBody ? "{}" : undefined);
  return ask(fill(route.path), {
    method: route.method,
    headers: { ...headers, ...(sent !== undefined && { "content-type": "application/json" }) },
    ...(sent !== undefined && { body: sent }),
  });
}

let account: Account;
beforeAll(async () => {
  account = await newAccount();
});

describe.each(guarded)("%s", (_name, dialect, route) => {
  it("refuses a caller without a key", async () => {
    const response = await knockAt(route, {});
    expect((await refusal(dialect, response)).status).toBe(manners(dialect).missing);
  });

  it("refuses a key that is none", async () => {
    const { knock, wrong } = manners(dialect);
    const response = await knockAt(route, knock("ork_0000000000000000000000000000000000000000"));
    expect((await refusal(dialect, response)).status).toBe(wrong);
  });

  it("refuses a revoked key", async () => {
    const { knock, wrong } = manners(dialect);
    const made = await call<{ key: { id: string }; api_key: string }>(
      account.key,
      "POST",
      "/manage/keys",
      { name: "to be revoked" },
    );
    await call(account.key, "DELETE", `/manage/keys/${made.body.key.id}`);
    const response = await knockAt(route, knock(made.body.api_key));
    expect((await refusal(dialect, response)).status).toBe(wrong);
  });

  it("refuses a key that has expired", async () => {
    const { knock, wrong } = manners(dialect);
    const made = await call<{ key: { id: string }; api_key: string }>(
      account.key,
      "POST",
      "/manage/keys",
      { name: "to expire", expires_at: new Date(Date.now() + 60_000).toISOString() },
    );
    await env.DB.prepare("UPDATE keys SET expires_at = ? WHERE id = ?")
      .bind(Date.now() - 1000, made.body.key.id)
      .run();
    const response = await knockAt(route, knock(made.body.api_key));
    expect((await refusal(dialect, response)).status).toBe(wrong);
  });

  it("sends what it shows of an account with no-store and truthful rate-limit headers", async () => {
    const response = await knockAt(route, manners(dialect).knock(account.key));
    await response.body?.cancel();
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-ratelimit-limit")).toMatch(/^\d+$/);
    expect(response.headers.get("x-ratelimit-remaining")).toMatch(/^\d+$/);
    expect(Number(response.headers.get("x-ratelimit-reset"))).toBeGreaterThan(
      Date.now() / 1000 - 1,
    );
  });

  it("turns a fault into an opaque 500", async () => {
    const { knock } = manners(dialect);
    // A key never seen before has no tokens in hand: the meter is asked, and is not there.
    const made = await call<{ api_key: string }>(account.key, "POST", "/manage/keys", {});
    const broken = { ...env, METER: undefined } as unknown as Env;
    const execution = createExecutionContext();
    const response = await worker.fetch(
      new Request(`${ORIGIN}${fill(route.path)}`, {
        method: route.method,
        headers: knock(made.body.api_key),
        ...(route.takesBody && { body: "{}" }),
      }),
      broken,
      execution,
    );
    await waitOnExecutionContext(execution);
    const { status, message } = await refusal(dialect, response);
    expect(status).toBe(500);
    expect(message).toBe("Something went wrong on our side.");
  });
});

describe.each(guarded.filter(([, , route]) => route.takesBody))(
  "the body of %s",
  (_name, dialect, route) => {
    it("refuses a body that is not JSON", async () => {
      const response = await knockAt(route, manners(dialect).knock(account.key), "{not json");
      const { status, message } = await refusal(dialect, response);
      expect(status).toBe(400);
      expect(message).toMatch(/JSON/);
    });

    it("refuses a body of the wrong shape", async () => {
      const response = await knockAt(route, manners(dialect).knock(account.key), "[1,2]");
      expect((await refusal(dialect, response)).status).toBe(400);
    });

    it("refuses a body over its limit", async () => {
      const body = JSON.stringify({ padding: "x".repeat(route.bodyLimit) });
      const response = await knockAt(route, manners(dialect).knock(account.key), body);
      expect((await refusal(dialect, response)).status).toBe(413);
    });
  },
);

describe.each(cases)("%s", (_name, dialect, route) => {
  it("answers a method it does not know with 405 and Allow", async () => {
    const siblings = dialect.routes.filter(({ path }) => path === route.path);
    const response = await ask(fill(route.path), { method: "PROPFIND" });
    expect((await refusal(dialect, response)).status).toBe(405);
    const allow = response.headers.get("allow")?.split(", ");
    for (const { method } of siblings) expect(allow).toContain(method);
  });

  it("lets scripts of any origin ask", async () => {
    const response = await ask(fill(route.path), {
      method: "OPTIONS",
      headers: {
        origin: "https://elsewhere.example",
        "access-control-request-method": route.method,
        "access-control-request-headers": "authorization, content-type, idempotency-key",
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-methods")).toContain(route.method);
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
  });
});

describe("unknown paths", () => {
  it.each(
    DIALECTS.flatMap((dialect) =>
      dialect.prefixes.length > 0 ? [[dialect.name, dialect] as const] : [],
    ),
  )("below %s are its own 404", async (_name, dialect) => {
    for (const prefix of dialect.prefixes) {
      const response = await ask(`${prefix}/nowhere/at/all`);
      expect((await refusal(dialect, response)).status).toBe(404);
    }
  });

  it("at the root are FlyBrowser's 404", async () => {
    const response = await ask("/nowhere");
    expect((await refusal(DIALECTS[0], response)).status).toBe(404);
  });
});

describe("another account's session", () => {
  const sessionRoutes = guarded.filter(([, , route]) => route.path.includes(":session_id"));

  it.each(sessionRoutes)("is not there for %s", async (_name, dialect, route) => {
    const [owner, stranger] = [await newAccount(), account];
    const id = await newSession(owner.key);
    const bodies: Record<string, object> = {
      navigate: { url: "http://example.com" },
      extract: { query: "title" },
      action: { command: "click OK" },
      workflow: { workflow: { name: "w", steps: [{ action: "extract", query: "title" }] } },
      monitor: { condition: "page contains x" },
      cookies: { cookies: [] },
    };
    const response = await ask(
      route.path.replace(":session_id", id).replace(":screenshot_id", "shot_0000000000000000.png"),
      {
        method: route.method,
        headers: {
          ...manners(dialect).knock(stranger.key),
          ...(route.upgrade && { upgrade: "websocket" }),
        },
        ...(route.takesBody && {
          body: JSON.stringify(bodies[route.path.split("/").at(-1) ?? ""] ?? {}),
        }),
      },
    );
    expect(response.status).toBe(404);
    await call(owner.key, "DELETE", `/sessions/${id}`);
  });
});
