import { describe, expect, inject, it } from "vitest";
import type { ProbeRequest } from "../../../src/domain/monitor/probe.ts";
import { createGuard } from "../../../src/platform/guard.ts";
import type { Connect } from "../../../src/platform/prober/dial.ts";
import { createProber } from "../../../src/platform/prober/index.ts";
import { MAX_CONNECTIONS, Slots } from "../../../src/platform/prober/slots.ts";
import { page, redirect, scripted } from "../../support/origins.ts";
import { defaults, named, probe, requestFor, toLoopback } from "./probe.ts";

const origins = inject("origins");

/** As the edge has it: no socket to the platform's own addresses, said in its own words. */
const refusing: Connect = () => {
  const refused = Promise.reject(
    new Error("proxy request failed, cannot connect to the specified address"),
  );
  refused.catch(() => undefined);
  return {
    opened: refused,
    closed: refused,
    close: async () => undefined,
  } as unknown as Socket;
};

describe("where the platform refuses a socket", () => {
  it("asks by fetch, and says so", async () => {
    const url = scripted(origins.plain, { wait: 200 }, page("the word", "X-Field: 1"));
    const result = await probe(url, { word: "the word" }, { connect: refusing });
    expect(result).toMatchObject({ passed: true, code: 200, via: "fetch", error: null });
    expect(result.timings.starttransfer).toBeGreaterThanOrEqual(0.19);
    expect(result.timings.total).toBeGreaterThanOrEqual(result.timings.starttransfer);
    expect(result.documentLength).toBeGreaterThan("the word".length);
  });

  it("keeps the rules: redirects, words, statuses, limits", async () => {
    const options = { connect: refusing };
    const moved = scripted(origins.plain, redirect(scripted(origins.plain, page("there"))));
    expect(await probe(moved, { word: "there" }, options)).toMatchObject({
      passed: true,
      redirect: true,
      via: "fetch",
    });
    expect(await probe(moved, { followRedirects: false }, options)).toMatchObject({
      code: 302,
      error: { kind: "redirect_forbidden" },
    });
    const send = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    expect(await probe(scripted(origins.plain, { send }), {}, options)).toMatchObject({
      code: 500,
      error: { kind: "status" },
    });
    const large = scripted(
      origins.plain,
      { send: "HTTP/1.1 200 OK\r\n\r\n" },
      { zeros: 6, packed: "not" },
    );
    expect(await probe(large, {}, options)).toMatchObject({ error: { kind: "too_large" } });
    const slow = await probe(`${origins.silent}/`, { timeoutMs: 300 }, options);
    expect(slow.error?.message).toBe("timed out after 0.3 s while waiting for the first byte");
  });

  it("sends the same request", async () => {
    const wish: Partial<ProbeRequest> = {
      method: "POST",
      body: "a=b",
      headers: [["X-Field", "1"]],
    };
    for (const word of ["POST /path?query HTTP/1.1", "X-Field: 1", "\r\n\r\na=b"]) {
      const url = `${origins.plain}/path?query`;
      const result = await probe(url, { ...wish, word }, { connect: refusing });
      expect(result).toMatchObject({ passed: true, via: "fetch" });
    }
  });

  it("finds the word in what fetch has unpacked", async () => {
    const fetched = async () =>
      new Response("the word", { headers: { "content-encoding": "identity" } });
    const result = await probe(
      "http://public.test/",
      { word: "the word" },
      { connect: refusing, fetch: byName(fetched) },
    );
    expect(result).toMatchObject({ passed: true, via: "fetch" });
  });

  it("is refused when fetch does not get there either", async () => {
    const result = await probe(`${origins.refused}/`, {}, { connect: refusing });
    expect(result).toMatchObject({ code: 0, via: "socket", error: { kind: "refused" } });
    expect(result.timings.connect).toBe(0);
  });

  it.each([
    [521, "refused"],
    [522, "timeout"],
    [523, "unreachable"],
    [526, "tls"],
  ])("knows %i for the platform's word that it is %s", async (status, kind) => {
    const fetched = async () => new Response("", { status, headers: { server: "cloudflare" } });
    const result = await probe(
      "http://public.test/",
      {},
      { connect: refusing, fetch: byName(fetched) },
    );
    expect(result).toMatchObject({ passed: false, code: 0, error: { kind } });
  });

  it("lets a name that does not exist be a name that does not exist", async () => {
    const result = await probe("http://missing.test/", {}, { connect: refusing });
    expect(result).toMatchObject({
      code: 0,
      error: { kind: "dns", message: "the name missing.test cannot be resolved" },
    });
  });
});

/** Answers for targets; the name server is asked as ever. */
function byName(answer: () => Promise<Response>): (request: Request) => Promise<Response> {
  return (request) => (request.url.startsWith(origins.doh) ? fetch(request) : answer());
}

describe("a name", () => {
  it("that only the platform knows is reached all the same", async () => {
    const url = named(scripted(origins.plain, page("hello")), "hosts-file.test");
    expect(await probe(url, {}, { connect: toLoopback })).toMatchObject({ passed: true });
  });

  it("that does not exist is said not to", async () => {
    const result = await probe("http://no-such-host.invalid/", {}, {});
    expect(result).toMatchObject({ passed: false, code: 0, error: { kind: "dns" } });
  });
});

describe("what the edge does not tell", () => {
  it("is a TLS failure in plain words, not the platform's", async () => {
    const result = await probe(scripted(origins.expired, page("")));
    expect(result.error?.message).not.toMatch(/internal error|reference/);
  });

  it("may be an address that cannot be connected to at all", async () => {
    const throwing: Connect = () => {
      throw new TypeError("Specified address could not be parsed.");
    };
    const unfetched = async () => Promise.reject(new TypeError("no"));
    const result = await probe("http://127.0.0.1:1/", {}, { connect: throwing, fetch: unfetched });
    expect(result).toMatchObject({ passed: false, error: { kind: "refused" } });
  });

  it("may be a bug: the probe answers even then", async () => {
    const guard = { assertAllowed: async () => Promise.reject(new Error("boom")) };
    const result = await probe(`${origins.plain}/`, {}, { guard });
    expect(result).toMatchObject({ passed: false, code: 0, error: { kind: "protocol" } });
    expect(result.error?.message).not.toContain("boom");
  });
});

describe("five connections at once", () => {
  /** Counts what is open. */
  function counting() {
    const count = { now: 0, most: 0 };
    const counted: Connect = (address, options) => {
      count.now += 1;
      count.most = Math.max(count.most, count.now);
      const socket = toLoopback(address, options);
      const gone = () => {
        count.now -= 1;
      };
      socket.closed.then(gone).catch(gone);
      return socket;
    };
    return { count, counted };
  }

  it("are never more, and waiting is not booked", async () => {
    const { count, counted } = counting();
    const prober = createProber({ ...defaults(), connect: counted });
    const url = scripted(origins.plain, { wait: 400 }, page("hello"));
    const begun = performance.now();
    // Three rounds go by, which together take longer than each has.
    const results = await Promise.all(
      Array.from({ length: 15 }, () => prober.probe(requestFor(url, { timeoutMs: 1100 }))),
    );
    const seconds = (performance.now() - begun) / 1000;
    expect(results.every(({ passed }) => passed)).toBe(true);
    expect(count.most).toBeLessThanOrEqual(MAX_CONNECTIONS);
    const booked = results.reduce((sum, { timings }) => sum + timings.total, 0);
    expect(booked).toBeLessThanOrEqual(MAX_CONNECTIONS * seconds);
  });

  it("count look-ups too", async () => {
    const { count, counted } = counting();
    const most = { now: 0, value: 0 };
    const asked = async (request: Request) => {
      most.now += 1;
      most.value = Math.max(most.value, most.now + count.now);
      try {
        return await fetch(request);
      } finally {
        most.now -= 1;
      }
    };
    const prober = createProber({ ...defaults(), connect: counted, fetch: asked });
    const url = named(scripted(origins.plain, page("hello")), "slow.test");
    const begun = performance.now();
    const results = await Promise.all(
      Array.from({ length: 6 }, () => prober.probe(requestFor(url))),
    );
    const seconds = (performance.now() - begun) / 1000;
    expect(results.every(({ passed }) => passed)).toBe(true);
    expect(most.value).toBeLessThanOrEqual(MAX_CONNECTIONS);
    // A look-up is two: of IPv4 and of IPv6 addresses.
    const booked = results.reduce((sum, { timings }) => sum + 2 * timings.namelookup, 0);
    expect(booked).toBeLessThanOrEqual(MAX_CONNECTIONS * seconds);
  });

  it("are handed out in order, several at once where they are needed", async () => {
    const slots = new Slots(2);
    const order: string[] = [];
    const first = await slots.acquire(2);
    const waiting = [
      slots.acquire(2).then((lease) => {
        order.push("two");
        lease.release();
        lease.release();
      }),
      slots.acquire(1).then((lease) => {
        order.push("one");
        lease.release();
      }),
    ];
    first.shrink(1);
    await Promise.resolve();
    expect(order).toEqual([]);
    first.release();
    await Promise.all(waiting);
    expect(order).toEqual(["two", "one"]);
    await slots.acquire(2);
  });
});

describe("the guard", () => {
  const strict = () => createGuard({ allowPrivate: false, ownHosts: [], dohUrl: origins.doh });

  it("keeps every hop from places that nobody may ask for", async () => {
    const opened: string[] = [];
    const watched: Connect = (address, options) => {
      opened.push(typeof address === "string" ? address : address.hostname);
      return toLoopback(address, options);
    };
    const guard = strict();
    const options = { guard, connect: watched };
    const inside = "http://169.254.169.254/latest/meta-data/";
    expect(await probe(inside, {}, options)).toMatchObject({
      code: 0,
      error: {
        kind: "blocked",
        message: "169.254.169.254 is not allowed: it is a link-local address.",
      },
    });
    expect(await probe("http://inside.test/", {}, options)).toMatchObject({
      error: {
        kind: "blocked",
        message: "inside.test is not allowed: it resolves to a private address.",
      },
    });
    expect(await probe("http://localhost/", {}, options)).toMatchObject({
      error: { kind: "blocked" },
    });
    expect(await probe("http://missing.test/", {}, options)).toMatchObject({
      error: { kind: "dns" },
    });
    expect(opened).toEqual([]);

    const start = named(scripted(origins.plain, redirect(inside)), "public.test");
    expect(await probe(start, {}, options)).toMatchObject({
      redirect: true,
      code: 0,
      error: { kind: "blocked" },
    });
    expect(opened).toEqual(["public.test"]);
  });

  it("is not fooled by credentials, which the address may have here", async () => {
    const url = new URL(named(`${origins.plain}/x`, "public.test"));
    url.username = "me";
    url.password = "secret";
    const guard = strict();
    const word = `Authorization: Basic ${btoa("me:secret")}`;
    const result = await probe(url.href, { word }, { guard, connect: toLoopback });
    expect(result).toMatchObject({ passed: true });
  });

  it("fails no check when its resolver is down", async () => {
    const guard = strict();
    const url = named(scripted(origins.plain, page("hello")), "down.test");
    expect(await probe(url, {}, { guard, connect: toLoopback })).toMatchObject({ passed: true });
  });
});
