import { describe, expect, inject, it } from "vitest";
import type { Hop } from "../../../src/platform/prober/request.ts";
import { Trail } from "../../../src/platform/prober/redirects.ts";
import { page, redirect, scripted } from "../../support/origins.ts";
import { probe } from "./probe.ts";

const origins = inject("origins");

function hop(url: string, wish: Partial<Hop> = {}): Hop {
  return { url: new URL(url), method: "GET", headers: [], body: null, ...wish };
}

function follow(from: Hop, location: string, code = 302): Hop {
  return new Trail(from).follow(from, { code, location });
}

describe("redirects", () => {
  it("are followed along a chain, across ports and relative addresses", async () => {
    const end = scripted(origins.tls, page("here is the word"));
    const relative = new URL(scripted(origins.plain, redirect(end, "308 Permanent Redirect")));
    const start = scripted(origins.plain, redirect(relative.pathname, "301 Moved Permanently"));
    const result = await probe(start, { word: "the word" });
    expect(result).toMatchObject({ passed: true, code: 200, redirect: true, error: null });
  });

  it("fail the check where they are forbidden", async () => {
    const url = scripted(origins.plain, redirect(scripted(origins.plain, page("there"))));
    const result = await probe(url, { followRedirects: false });
    expect(result).toMatchObject({
      passed: false,
      code: 302,
      redirect: true,
      error: { kind: "redirect_forbidden", message: "answered with a redirect (302)" },
    });
  });

  it("are found out when they go in a circle", async () => {
    const result = await probe(scripted(origins.plain, redirect("")));
    expect(result).toMatchObject({
      passed: false,
      code: 302,
      redirect: true,
      error: { kind: "redirect_loop" },
    });
  });

  it("end after ten", () => {
    let current = hop("http://a.example/0");
    const trail = new Trail(current);
    for (let step = 1; step <= 10; step += 1) {
      current = trail.follow(current, { code: 302, location: `/${step}` });
    }
    expect(current.url.pathname).toBe("/10");
    expect(() => trail.follow(current, { code: 302, location: "/11" })).toThrow(
      "redirected more than 10 times",
    );
  });

  it.each([
    ["ftp://elsewhere.example/", "redirected to an address of ftp:"],
    ["http://", "redirected to an address that is not valid"],
  ])("to %s lead nowhere", async (location, message) => {
    const result = await probe(scripted(origins.plain, redirect(location)));
    expect(result).toMatchObject({ passed: false, error: { kind: "redirect_invalid", message } });
  });

  it("count from their own answer: no code when the last hop gives none", async () => {
    const result = await probe(scripted(origins.plain, redirect(`${origins.refused}/`)));
    expect(result).toMatchObject({
      code: 0,
      documentLength: 0,
      redirect: true,
      error: { kind: "refused" },
    });
  });

  it("do not wait for a body that nobody reads", async () => {
    const end = scripted(origins.plain, page("here"));
    const head = `HTTP/1.1 302 Found\r\nLocation: ${end}\r\nContent-Length: 1000\r\n\r\n`;
    const result = await probe(scripted(origins.plain, { send: head }, { hold: true }));
    expect(result).toMatchObject({ passed: true, code: 200 });
  });

  it("without a Location are just a status", async () => {
    const result = await probe(
      scripted(origins.plain, { send: "HTTP/1.1 304 Not Modified\r\n\r\n" }),
    );
    expect(result).toMatchObject({
      code: 304,
      redirect: false,
      error: { kind: "status", message: "answered 304 Not Modified" },
    });
  });
});

describe("the request after a redirect", () => {
  it.each([
    [301, "GET"],
    [302, "GET"],
    [303, "GET"],
    [307, "POST"],
    [308, "POST"],
  ] as const)("of a POST with %i is a %s", (code, method) => {
    const from = hop("http://a.example/", {
      method: "POST",
      body: "x=1",
      headers: [["Content-Type", "text/plain"]],
    });
    const next = follow(from, "/b", code);
    expect(next.method).toBe(method);
    expect(next.body).toBe(method === "GET" ? null : "x=1");
    expect(next.headers).toHaveLength(method === "GET" ? 0 : 1);
  });

  it("stays a HEAD", () => {
    expect(follow(hop("http://a.example/", { method: "HEAD" }), "/b", 303).method).toBe("HEAD");
  });

  const headers: [string, string][] = [
    ["User-Agent", "us"],
    ["Accept-Language", "en"],
    ["Authorization", "Bearer secret"],
    ["X-Api-Key", "secret"],
    ["Host", "inner.example"],
  ];

  it.each([
    ["http://a.example/", "http://a.example/b", 5],
    ["http://a.example/", "https://a.example/", 4],
    ["http://a.example/", "http://b.example/", 2],
    ["http://a.example/", "http://a.example:8080/", 2],
    ["https://a.example/", "http://a.example/", 2],
  ])("from %s to %s carries %i of five header fields", (from, to, count) => {
    expect(follow(hop(from, { headers }), to).headers).toHaveLength(count);
  });

  it("keeps credentials of the address on its own origin only", () => {
    const from = hop("http://me:secret@a.example/");
    expect(follow(from, "/b").url.password).toBe("secret");
    expect(follow(from, "http://a.example/b").url.password).toBe("secret");
    expect(follow(from, "http://b.example/").url.password).toBe("");
  });

  it("reads an address that was sent in UTF-8", () => {
    const sent = String.fromCharCode(...new TextEncoder().encode("/größe"));
    expect(follow(hop("http://a.example/"), sent).url.pathname).toBe("/gr%C3%B6%C3%9Fe");
  });
});
