import { describe, expect, inject, it } from "vitest";
import { page, scripted } from "../../support/origins.ts";
import { probe } from "./probe.ts";

const origins = inject("origins");
const OK = "HTTP/1.1 200 OK\r\n";

describe("an answer", () => {
  it("passes with any 2xx", async () => {
    const result = await probe(
      scripted(origins.plain, { send: "HTTP/1.1 204 No Content\r\n\r\n" }),
    );
    expect(result).toMatchObject({ passed: true, code: 204, error: null, redirect: false });
  });

  it("fails with any other status, and says which", async () => {
    const send = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    const result = await probe(scripted(origins.plain, { send }));
    expect(result).toMatchObject({
      passed: false,
      code: 503,
      error: { kind: "status", message: "answered 503 Service Unavailable" },
    });
  });

  it("is read over IPv6", async ({ skip }) => {
    if (origins.plain6 === null) return skip("no IPv6 here");
    expect(await probe(scripted(origins.plain6, page("hello")))).toMatchObject({ passed: true });
  });

  it("may come in HTTP/1.0, closed by its end", async () => {
    const send = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nthe end";
    const result = await probe(scripted(origins.plain, { send }), { word: "the end" });
    expect(result).toMatchObject({ passed: true, documentLength: send.length });
  });

  it("may come byte by byte, with bare line feeds and a folded field", async () => {
    const send = "HTTP/1.1 200\nX-Long: a\n b\nContent-Length: 3\n\nyes";
    const steps = [...send].map((character) => ({ send: character }));
    const result = await probe(scripted(origins.plain, ...steps), { word: "yes" });
    expect(result).toMatchObject({ passed: true, documentLength: send.length });
  });

  it("may be preceded by interim ones, which do not count", async () => {
    const send = `${OK}Content-Length: 2\r\n\r\nhi`;
    const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    const result = await probe(scripted(origins.plain, { send: interim + send }), { word: "hi" });
    expect(result).toMatchObject({ passed: true, code: 200, documentLength: send.length });
  });

  it("may be chunked, with extensions and trailers", async () => {
    const head = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
    const body = '6;name="v"\r\nthe wo\r\n2\r\nrd\r\n0\r\nX-Trailer: 1\r\n\r\n';
    const result = await probe(scripted(origins.plain, { send: head + body }), {
      word: "the word",
    });
    expect(result).toMatchObject({ passed: true, documentLength: head.length + 8 });
  });

  it("ends where it says, although the connection stays open and more comes", async () => {
    const send = `${OK}Content-Length: 4\r\n\r\ndone and more`;
    const url = scripted(origins.plain, { send }, { hold: true });
    const result = await probe(url, { word: "done", wordAbsent: "more", timeoutMs: 2000 });
    expect(result).toMatchObject({ passed: true, documentLength: send.length - 9 });
  });

  it("has no body for HEAD, whatever its length says", async () => {
    const send = `${OK}Content-Length: 1000\r\n\r\n`;
    const result = await probe(scripted(origins.plain, { send }, { hold: true }), {
      method: "HEAD",
    });
    expect(result).toMatchObject({ passed: true, documentLength: send.length });
  });

  it("with a protocol switch nobody asked for is just a status", async () => {
    const send = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n";
    const result = await probe(scripted(origins.plain, { send }, { hold: true }));
    expect(result).toMatchObject({ code: 101, error: { kind: "status" } });
  });
});

describe("a broken answer", () => {
  it.each([
    ["is cut short", `${OK}Content-Length: 100\r\n\r\nhello`, "reset", "after 5 of 100 bytes"],
    [
      "ends in a chunk",
      `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`,
      "reset",
      "in the middle of the body",
    ],
    [
      "lacks its last chunk",
      `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
      "reset",
      "in the middle of the body",
    ],
    [
      "has a negative chunk",
      `${OK}Transfer-Encoding: chunked\r\n\r\n\r\n-6\r\n\r\n`,
      "protocol",
      "not chunked as it says",
    ],
    [
      "has a chunk of no size",
      `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello`,
      "protocol",
      "not chunked as it says",
    ],
    [
      "has a chunk too long for itself",
      `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n`,
      "protocol",
      "not chunked as it says",
    ],
    [
      "has a length that is none",
      `${OK}Content-Length: many\r\n\r\nhello`,
      "protocol",
      "Content-Length",
    ],
    ["has a negative length", `${OK}Content-Length: -5\r\n\r\nhello`, "protocol", "Content-Length"],
    [
      "has two lengths",
      `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
      "protocol",
      "not HTTP",
    ],
    [
      "has an unknown transfer coding",
      `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      "protocol",
      "transfer coding",
    ],
    ["is not HTTP", "220 mail.example ESMTP\r\n", "protocol", "not HTTP"],
    ["is empty", "", "reset", "closed without an answer"],
    ["ends in the headers", `${OK}Content-Le`, "reset", "in the middle of the headers"],
  ])("%s", async (_name, send, kind, message) => {
    const result = await probe(scripted(origins.plain, { send }), { timeoutMs: 2000 });
    expect(result.passed).toBe(false);
    expect(result.error?.kind).toBe(kind);
    expect(result.error?.message).toContain(message);
  });

  it("may be reset in the middle of the body", async () => {
    const send = `${OK}Content-Length: 100\r\n\r\nhello`;
    const result = await probe(scripted(origins.plain, { send }, { reset: true }));
    expect(result.error).toEqual({
      kind: "reset",
      message: "the connection was reset while reading the body",
    });
    expect(result.timings.starttransfer).toBeGreaterThan(0);
    expect(result.timings.total).toBeGreaterThanOrEqual(result.timings.starttransfer);
  });

  it("may be reset before the first byte", async () => {
    const result = await probe(scripted(origins.tls, { reset: true }));
    expect(result.error?.kind).toBe("reset");
  });

  it("is told from one that nobody gives", async () => {
    const result = await probe(`${origins.refused}/`);
    expect(result).toMatchObject({ passed: false, code: 0, via: "socket" });
    expect(result.error?.kind).toBe("refused");
    expect(result.error?.message).toContain("127.0.0.1 refused the connection to port ");
  });
});

describe("an answer without bounds", () => {
  it("is let go when its body never ends", async () => {
    const repeat = "x".repeat(1000);
    const steps = [{ send: `${OK}\r\n` }, { repeat, times: 1000, every: 20 }];
    const result = await probe(scripted(origins.plain, ...steps), { timeoutMs: 300 });
    expect(result).toMatchObject({
      passed: false,
      error: { kind: "timeout", message: "timed out after 0.3 s while reading the body" },
    });
  });

  it.each([
    ["as its length says", "Content-Length: 6000000\r\n", { hold: true } as const],
    ["as it turns out", "", { zeros: 6, packed: "not" } as const],
  ])("is let go when its body is too large, %s", async (_name, field, step) => {
    const result = await probe(scripted(origins.plain, { send: `${OK}${field}\r\n` }, step));
    expect(result.error).toEqual({ kind: "too_large", message: "the body is longer than 5 MB" });
  });

  it("is let go when its headers never end", async () => {
    const steps = [
      { send: OK },
      { repeat: `X-Flood: ${"y".repeat(2000)}\r\n`, times: 500, every: 0 },
    ];
    const result = await probe(scripted(origins.plain, ...steps));
    expect(result.error).toEqual({
      kind: "too_large",
      message: "the headers are longer than 64 KB",
    });
  });

  it("is let go when it has too many fields", async () => {
    const send = `${OK}${"A: b\r\n".repeat(201)}\r\n`;
    const result = await probe(scripted(origins.plain, { send }));
    expect(result.error?.message).toBe("the answer has more than 200 header fields");
  });

  it("is let go when interim answers never end", async () => {
    const repeat = "HTTP/1.1 102 Processing\r\n\r\n".repeat(100);
    const result = await probe(scripted(origins.plain, { repeat, times: 100, every: 0 }));
    expect(result.error?.kind).toBe("too_large");
  });

  it("is let go when headers drip too slowly", async () => {
    const steps = [{ send: OK }, { repeat: "x", times: 100, every: 50 }];
    const result = await probe(scripted(origins.plain, ...steps), { timeoutMs: 300 });
    expect(result.error?.message).toBe("timed out after 0.3 s while reading the headers");
  });

  it("is let go when it never begins", async () => {
    const result = await probe(`${origins.silent}/`, { timeoutMs: 300 });
    expect(result).toMatchObject({ code: 0, documentLength: 0 });
    expect(result.error).toEqual({
      kind: "timeout",
      message: "timed out after 0.3 s while waiting for the first byte",
    });
  });

  it("is let go when TLS never comes about", async () => {
    const url = `${origins.silent.replace("http:", "https:")}/`;
    const result = await probe(url, { timeoutMs: 300 });
    expect(result.error?.message).toBe("timed out after 0.3 s while agreeing on TLS");
  });
});
