import { describe, expect, it } from "vitest";
import { createSeal } from "../../src/platform/seal.ts";

const seal = createSeal("a secret of forty characters for this test");

describe("sealed text", () => {
  it("opens again, and looks different each time", async () => {
    const one = await seal.seal("llm", "sk-very-secret ✓");
    const two = await seal.seal("llm", "sk-very-secret ✓");
    expect(one).not.toBe(two);
    expect(one).not.toContain("secret");
    expect(await seal.open("llm", one)).toBe("sk-very-secret ✓");
  });

  it("opens after the isolate is gone, and holds an empty text", async () => {
    const again = createSeal("a secret of forty characters for this test");
    expect(await again.open("llm", await seal.seal("llm", ""))).toBe("");
  });

  it("does not open for another purpose, another secret, or when it was changed", async () => {
    const sealed = await seal.seal("llm", "sk-1");
    const other = createSeal("another secret of forty characters, for it");
    expect(await seal.open("session", sealed)).toBeNull();
    expect(await other.open("llm", sealed)).toBeNull();
    const last = sealed.endsWith("A") ? "B" : "A";
    expect(await seal.open("llm", sealed.slice(0, -2) + last + sealed.slice(-1))).toBeNull();
    expect(await seal.open("llm", sealed.slice(0, 12))).toBeNull();
    expect(await seal.open("llm", "s9.whatever")).toBeNull();
    expect(await seal.open("llm", "")).toBeNull();
  });
});

describe("fingerprints", () => {
  it("are the same for the same data, text or bytes", async () => {
    const text = await seal.fingerprint("link", "abc");
    expect(await seal.fingerprint("link", new TextEncoder().encode("abc"))).toBe(text);
    expect(text).toMatch(/^[\w-]{43}$/);
  });

  it("are verified for their own purpose and data only", async () => {
    const signature = await seal.fingerprint("link", "abc");
    expect(await seal.verify("link", "abc", signature)).toBe(true);
    expect(await seal.verify("link", "abd", signature)).toBe(false);
    expect(await seal.verify("other", "abc", signature)).toBe(false);
    expect(await seal.verify("link", "abc", "")).toBe(false);
    expect(await seal.verify("link", "abc", "not base64 at all!")).toBe(false);
  });
});
