import { Buffer } from "node:buffer";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, inject, it } from "vitest";
import { decodeText } from "../../../src/platform/prober/text.ts";
import { page, scripted, type Step } from "../../support/origins.ts";
import { probe } from "./probe.ts";

const origins = inject("origins");

function answer(body: Uint8Array, ...fields: string[]): Step {
  const lines = ["HTTP/1.1 200 OK", `Content-Length: ${body.byteLength}`, ...fields];
  const bytes = Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
  return { base64: bytes.toString("base64") };
}

describe("words in a document", () => {
  const url = scripted(origins.plain, page("<p>in stock</p>"));

  it.each([
    [{ word: "in stock" }, null],
    [{ word: "sold out" }, "word_missing"],
    [{ wordAbsent: "sold out" }, null],
    [{ wordAbsent: "in stock" }, "word_present"],
    [{ word: "in stock", wordAbsent: "<p>" }, "word_present"],
    [{ word: "", wordAbsent: "" }, null],
  ])("%o: %s", async (rules, kind) => {
    const result = await probe(url, rules);
    expect(result.passed).toBe(kind === null);
    expect(result.error?.kind ?? null).toBe(kind);
  });

  it("are named to people", async () => {
    expect((await probe(url, { word: "sold out" })).error?.message).toBe(
      'the document does not contain "sold out"',
    );
    expect((await probe(url, { wordAbsent: "stock" })).error?.message).toBe(
      'the document contains "stock"',
    );
  });

  it("are not looked for in a failure's page", async () => {
    const send = "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nword";
    const result = await probe(scripted(origins.plain, { send }), { word: "word" });
    expect(result.error?.kind).toBe("status");
  });
});

describe("a packed body", () => {
  const plain = "a word among others ".repeat(20);

  it.each([
    ["gzip", gzipSync(plain)],
    ["x-gzip", gzipSync(plain)],
    ["deflate", deflateSync(plain)],
    ["deflate", deflateRawSync(plain)],
    ["br", brotliCompressSync(plain)],
    ["gzip, identity", gzipSync(plain)],
    ["deflate, gzip", gzipSync(deflateSync(plain))],
  ])("of %s is unpacked, and its length is what was sent", async (coding, body) => {
    const step = answer(body, `Content-Encoding: ${coding}`);
    const result = await probe(scripted(origins.plain, step), { word: "among others a word" });
    expect(result).toMatchObject({ passed: true, error: null });
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.byteLength}\r\nContent-Encoding: ${coding}\r\n\r\n`;
    expect(result.documentLength).toBe(head.length + body.byteLength);
  });

  it("that breaks off shows what it has, as browsers do", async () => {
    const body = gzipSync(Array.from({ length: 500 }, (_, index) => `line ${index}`).join("\n"));
    const step = answer(body.subarray(0, body.length - 50), "Content-Encoding: gzip");
    expect(await probe(scripted(origins.plain, step), { word: "line 7" })).toMatchObject({
      passed: true,
    });
  });

  it.each(["gzip", "deflate", "br"] as const)("that is a bomb of %s is let go", async (packed) => {
    const send = `HTTP/1.1 200 OK\r\nContent-Encoding: ${packed}\r\n\r\n`;
    const result = await probe(scripted(origins.plain, { send }, { zeros: 20, packed }), {
      word: "x",
    });
    expect(result.error).toEqual({
      kind: "too_large",
      message: "the body unpacks to more than 5 MB",
    });
    expect(result.documentLength).toBeLessThan(100_000);
  });

  it("that is a bomb does no harm where nobody looks for a word", async () => {
    const send = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    const url = scripted(origins.plain, { send }, { zeros: 20, packed: "gzip" });
    expect(await probe(url)).toMatchObject({ passed: true });
  });

  it.each([
    ["gzip", "the body is not gzip, although it says so"],
    ["zip", "the body is packed as zip, which is not known"],
    ["gzip, gzip, gzip", "the body is packed too often"],
  ])("that says %s and cannot be unpacked fails", async (coding, message) => {
    const step = answer(Buffer.from("plain text"), `Content-Encoding: ${coding}`);
    const result = await probe(scripted(origins.plain, step), { word: "plain" });
    expect(result).toMatchObject({ code: 200, error: { kind: "protocol", message } });
  });
});

describe("the text of a document", () => {
  const html = "text/html";
  const bytes = (...codes: number[]) => Uint8Array.from(codes);
  const latin = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
  const utf16 = (text: string) => Uint8Array.from(Buffer.from(`\uFEFF${text}`, "utf16le"));

  it.each([
    ["UTF-8 undeclared", new TextEncoder().encode("größe"), html, "größe"],
    [
      "UTF-8 with a mark, against its type",
      bytes(0xef, 0xbb, 0xbf, 0xc3, 0xb6),
      `${html}; charset=latin1`,
      "ö",
    ],
    ["UTF-16 with a mark", utf16("größe"), html, "größe"],
    ["UTF-16BE by its type", bytes(0x00, 0x68, 0x00, 0x69), `${html};charset=utf-16be`, "hi"],
    ["windows-1252 undeclared", latin("gr\u00f6\u00dfe"), null, "größe"],
    [
      "Shift_JIS by its type",
      bytes(0x93, 0xfa, 0x96, 0x7b),
      `${html}; charset="Shift_JIS"`,
      "日本",
    ],
    ["KOI8-R by its type", bytes(0xcd, 0xc9, 0xd2), `${html}; Charset=koi8-r`, "мир"],
    ["GB18030 by its type", bytes(0xd6, 0xd0), "text/plain; charset=gb2312", "中"],
    [
      "a charset nobody knows",
      new TextEncoder().encode("größe"),
      `${html}; charset=klingon`,
      "größe",
    ],
  ])("%s", (_name, document, contentType, text) => {
    expect(decodeText(document, contentType)).toBe(text);
  });

  it.each([
    ['<meta charset="windows-1251">', bytes(0xec, 0xe8, 0xf0), "мир"],
    ["<META http-equiv=Content-Type content='text/html; charset=euc-kr'>", bytes(0xc7, 0xd1), "한"],
    ['<?xml version="1.0" encoding="iso-8859-2"?>', bytes(0xb1), "ą"],
    ["<meta charset=utf-16>", new TextEncoder().encode("ö"), "ö"],
  ])("declared by %s", (declaration, letters, text) => {
    const document = Buffer.concat([latin(declaration), letters]);
    expect(decodeText(document, html)).toBe(declaration + text);
  });

  it("finds a word in an odd charset over the wire", async () => {
    const body = bytes(0x93, 0xfa, 0x96, 0x7b);
    const step = answer(body, "Content-Type: text/html; charset=shift_jis");
    expect(await probe(scripted(origins.plain, step), { word: "日本" })).toMatchObject({
      passed: true,
    });
  });
});
