import { describe, expect, inject, it } from "vitest";
import type { ProbeRequest } from "../../../src/domain/monitor/probe.ts";
import { encodeRequest, firstHop } from "../../../src/platform/prober/request.ts";
import { probe, requestFor } from "./probe.ts";

const origins = inject("origins");

function sent(url: string, wish: Partial<ProbeRequest> = {}): string {
  return new TextDecoder().decode(encodeRequest(firstHop(requestFor(url, wish))));
}

describe("a request", () => {
  it("is what a browserless client sends", () => {
    expect(sent("http://example.com/")).toBe(
      "GET / HTTP/1.1\r\n" +
        "Host: example.com\r\n" +
        "Accept: */*\r\n" +
        "Accept-Encoding: gzip, deflate, br\r\n" +
        "User-Agent: Outrider-Test/1\r\n" +
        "Connection: close\r\n\r\n",
    );
  });

  it.each([
    ["http://a.example", "/", "a.example"],
    ["https://a.example:8443/x", "/x", "a.example:8443"],
    ["https://a.example:443/", "/", "a.example"],
    ["http://a.example/a%2Fb/?q=1&r=%20#part", "/a%2Fb/?q=1&r=%20", "a.example"],
    ["http://a.example/?", "/?", "a.example"],
    ["http://a.example?q", "/?q", "a.example"],
    ["http://a.example/#?no", "/", "a.example"],
    ["http://[::1]:8080/x", "/x", "[::1]:8080"],
    ["http://bücher.example/ü", "/%C3%BC", "xn--bcher-kva.example"],
    ["http://me:pw@a.example/x", "/x", "a.example"],
  ])("for %s asks for %s of %s", (url, target, host) => {
    const lines = sent(url).split("\r\n");
    expect(lines[0]).toBe(`GET ${target} HTTP/1.1`);
    expect(lines[1]).toBe(`Host: ${host}`);
  });

  it("signs in with the credentials of the address, decoded", () => {
    const credentials = btoa("me@home:p:w");
    expect(sent("http://me%40home:p%3Aw@a.example/")).toContain(
      `\r\nAuthorization: Basic ${credentials}\r\n`,
    );
    expect(sent("http://me@a.example/")).toContain(`Basic ${btoa("me:")}`);
    expect(sent("http://a.example/")).not.toContain("Authorization");
  });

  it("sends a POST with its length in bytes", () => {
    const headers: [string, string][] = [["content-type", "application/json"]];
    const text = sent("http://a.example/", { method: "POST", headers, body: '{"ö":1}' });
    expect(text).toContain("\r\nContent-Length: 8\r\n");
    expect(text).toContain("\r\ncontent-type: application/json\r\n");
    expect(text).not.toContain("form-urlencoded");
    expect(text.endsWith('\r\n\r\n{"ö":1}')).toBe(true);
  });

  it("sends no body but with POST", () => {
    expect(sent("http://a.example/", { body: "x" })).not.toMatch(/content-length|x$/i);
    expect(sent("http://a.example/", { method: "POST" })).toContain("\r\nContent-Length: 0\r\n");
  });

  it("lets the tenant's fields stand for its own, but not for how the connection is used", () => {
    const headers: [string, string][] = [
      ["host", "inner.example"],
      ["accept", "text/html"],
      ["user-agent", "theirs"],
      ["Authorization", "Bearer x"],
      ["Transfer-Encoding", "chunked"],
      ["Connection", "upgrade"],
      ["Content-Length", "99"],
    ];
    const lines = sent("http://me:pw@a.example/", { headers }).trim().split("\r\n").slice(1);
    expect(lines).toEqual([
      "Accept-Encoding: gzip, deflate, br",
      "host: inner.example",
      "accept: text/html",
      "user-agent: theirs",
      "Authorization: Bearer x",
      "Connection: close",
    ]);
  });

  it.each([
    ["X-Test", "a\r\nX-Injected: 1"],
    ["X-Test", "a\nb"],
    ["X-Test", "a\0b"],
    ["X-Test\r\nX-Injected", "1"],
    ["X Test", "1"],
    ["X-Test:", "1"],
    ["", "1"],
  ])("with the field %o: %o is never sent", async (name, value) => {
    const result = await probe(`${origins.plain}/`, { headers: [[name, value]] });
    expect(result).toMatchObject({ passed: false, code: 0, error: { kind: "protocol" } });
    expect(result.error?.message).toContain("cannot be sent");
    expect(result.timings.total).toBe(0);
  });

  it("with a line break in its user agent is never sent", async () => {
    const result = await probe(`${origins.plain}/`, { userAgent: "a\r\nX-Injected: 1" });
    expect(result.error?.kind).toBe("protocol");
  });

  it.each(["ftp://a.example/", "javascript:alert(1)", "no address"])(
    "is never made to %s",
    async (url) => {
      expect((await probe(url)).passed).toBe(false);
    },
  );

  it("arrives as it was built", async () => {
    const wish = { method: "POST", body: "grüße" } as const;
    const word = `\r\nContent-Length: 7\r\nConnection: close\r\n\r\ngrüße`;
    const result = await probe(`${origins.plain}/a/b?c=d`, { ...wish, word });
    expect(result).toMatchObject({ passed: true, error: null });
    const first = await probe(`${origins.tls}/a/b?c=d`, { word: "GET /a/b?c=d HTTP/1.1\r\n" });
    expect(first).toMatchObject({ passed: true, error: null });
  });
});
