import { describe, expect, inject, it } from "vitest";
import { judge } from "../../../src/platform/prober/certificate.ts";
import { clientHello, HelloReader } from "../../../src/platform/prober/hello.ts";
import { page, scripted } from "../../support/origins.ts";
import { probe } from "./probe.ts";

const origins = inject("origins");
const DAY_MS = 86_400_000;

function secret(origin: string): string {
  return scripted(origin, page("hello"));
}

describe("a TLS handshake that fails", () => {
  it.each([
    ["expired", /^the TLS handshake failed: the certificate expired on \d{4}-\d\d-\d\d$/],
    ["notYet", /^the TLS handshake failed: the certificate is not valid before \d{4}-\d\d-\d\d$/],
    ["wrongHost", /^the TLS handshake failed: the certificate is for another host than localhost$/],
    ["selfSigned", /^the TLS handshake failed: the certificate is self-signed$/],
    ["untrusted", /most likely the certificate is not signed by an authority that is trusted$/],
  ] as const)("says why: %s", async (origin, message) => {
    const result = await probe(secret(origins[origin]));
    expect(result).toMatchObject({ passed: false, code: 0, error: { kind: "tls" } });
    expect(result.error?.message).toMatch(message);
    expect(result.timings.connect).toBeGreaterThan(0);
    expect(result.timings.pretransfer).toBe(0);
  });

  it("says when the server does not speak TLS at all", async () => {
    const result = await probe(`${origins.mail}/`);
    expect(result.error).toEqual({
      kind: "tls",
      message: "the TLS handshake failed: the server does not speak TLS",
    });
  });

  it("tells when the certificate expires only where that was asked for", async () => {
    const silent = await probe(secret(origins.expired));
    const asked = await probe(secret(origins.expired), { certificate: true });
    expect(silent.certificateExpires).toBeNull();
    expect(asked.certificateExpires).toBeLessThan(Date.now());
  });
});

describe("the expiry of a certificate", () => {
  it("is read beside a probe that passes", async () => {
    const result = await probe(secret(origins.tls), { certificate: true });
    expect(result).toMatchObject({ passed: true, error: null });
    const days = ((result.certificateExpires ?? 0) - Date.now()) / DAY_MS;
    expect(days).toBeGreaterThan(29);
    expect(days).toBeLessThan(31);
  });

  it("is not read from a server of TLS 1.3 only, and its probe passes all the same", async () => {
    const result = await probe(secret(origins.tls13), { certificate: true });
    expect(result).toMatchObject({ passed: true, certificateExpires: null });
  });

  it("is nothing without TLS", async () => {
    const result = await probe(secret(origins.plain), { certificate: true });
    expect(result).toMatchObject({ passed: true, certificateExpires: null });
  });
});

describe("the reader of a server's hello", () => {
  const record = (type: number, payload: number[]) => [
    type,
    3,
    3,
    payload.length >> 8,
    payload.length & 255,
    ...payload,
  ];
  const certificate = [11, 0, 0, 9, 0, 0, 6, 0, 0, 3, 1, 2, 3];
  const serverHello = [2, 0, 0, 1, 0];

  it("finds the chain, however it is cut", () => {
    const bytes = [
      ...record(22, [...serverHello, ...certificate.slice(0, 4)]),
      ...record(22, certificate.slice(4)),
    ];
    const reader = new HelloReader();
    const told = bytes.map((byte) => reader.feed(Uint8Array.of(byte)));
    expect(told.filter((answer) => answer !== null)).toEqual([[Uint8Array.of(1, 2, 3)]]);
  });

  it.each([
    ["an alert", record(21, [2, 40]), "refused"],
    ["HTTP", [...new TextEncoder().encode("HTTP/1.1 400")], "not_tls"],
    ["an endless record", [22, 3, 3, 0xff, 0xff], "not_tls"],
    ["data before the handshake", record(23, [1]), "not_tls"],
  ])("knows %s", (_name, bytes, answer) => {
    expect(new HelloReader().feed(Uint8Array.from(bytes))).toBe(answer);
  });

  it("is asked with the host's name, but never with an address", () => {
    const text = (host: string) => new TextDecoder("latin1").decode(clientHello(host));
    expect(text("Example.com.")).toContain("example.com");
    expect(text("127.0.0.1")).not.toContain("127.0.0.1");
  });

  it("sees nothing in an empty chain", () => {
    expect(judge([], "a.example", 0)).toEqual({ expires: null, complaint: null });
  });
});
