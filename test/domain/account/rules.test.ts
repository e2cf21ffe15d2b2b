import { describe, expect, it } from "vitest";
import { visitorOf } from "../../../src/domain/account/address.ts";
import { fingerprintKey, newKey } from "../../../src/domain/account/key.ts";
import { hashPassword, verifyPassword } from "../../../src/domain/account/password.ts";
import {
  emailProblem,
  expiryProblem,
  keyNameProblem,
  passwordProblem,
  timeZoneProblem,
} from "../../../src/domain/account/rules.ts";

describe("a password", () => {
  it("is verified against its hash, and hashed differently each time", async () => {
    const [one, two] = await Promise.all([
      hashPassword("correct horse"),
      hashPassword("correct horse"),
    ]);
    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w-]+\$[\w-]+$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword("correct horse", one)).toBe(true);
    expect(await verifyPassword("Correct horse", one)).toBe(false);
    expect(await verifyPassword("", one)).toBe(false);
  });

  it("is the same however its letters were typed", async () => {
    const composed = await hashPassword("caf\u00e9 au lait");
    expect(await verifyPassword("cafe\u0301 au lait", composed)).toBe(true);
  });

  it("is verified by the parameters that stand with the hash", async () => {
    const stored = "$scrypt$ln=4,r=1,p=1$c2FsdHNhbHQ$4zhlKYbmxNPdxoIWuqFWuw";
    expect(await verifyPassword("x", stored)).toBe(false);
  });

  it.each([
    "",
    "correct horse",
    "$scrypt$ln=30,r=8,p=5$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
    "$scrypt$ln=0,r=8,p=5$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA",
    "$2b$10$abcdefghijklmnopqrstuv",
  ])("matches no stored %j", async (stored) => {
    expect(await verifyPassword("correct horse", stored)).toBe(false);
  });
});

describe("a key", () => {
  it("is of real chance, and says what it is", () => {
    const keys = Array.from({ length: 200 }, newKey);
    expect(new Set(keys).size).toBe(200);
    for (const key of keys) expect(key).toMatch(/^ork_[0-9A-Za-z]{40}$/);
    // 8,000 characters: the chance that one of the 62 is missing is below 10^-54.
    expect(new Set(keys.join("").replaceAll("_", "")).size).toBe(62);
  });

  it("is stored as a prefix and a hash", async () => {
    const key = newKey();
    const { prefix, hash } = await fingerprintKey(key);
    expect(prefix).toBe(key.slice(0, 12));
    expect(hash).toMatch(/^[\w-]{43}$/);
    expect((await fingerprintKey(key)).hash).toBe(hash);
  });

  it("does not show itself in its prefix, even when it is short", async () => {
    expect((await fingerprintKey("demo")).prefix).toBe("de");
    expect((await fingerprintKey("x".repeat(24))).prefix).toHaveLength(12);
  });
});

describe("rules", () => {
  it.each([
    "ada@example.com",
    "a.b+tag@sub.example.co",
    "o'neil@example.com",
    "jörg@bücher.example",
  ])("take %s for an e-mail address", (email) => expect(emailProblem(email)).toBeUndefined());
  it.each([
    "",
    "ada",
    "@example.com",
    "ada@",
    "ada@example",
    "ada@-example.com",
    "ada@example..com",
    "ada lovelace@example.com",
    "ada@exa mple.com",
    "ada@example.com\n",
    "a@b@example.com",
    `${"a".repeat(65)}@example.com`,
    `ada@${"a".repeat(250)}.com`,
  ])("do not take %j for one", (email) => expect(emailProblem(email)).toBeDefined());

  it("want passwords of 8 to 200 characters", () => {
    expect(passwordProblem("1234567")).toBeDefined();
    expect(passwordProblem("12345678")).toBeUndefined();
    expect(passwordProblem("x".repeat(200))).toBeUndefined();
    expect(passwordProblem("x".repeat(201))).toBeDefined();
  });

  it.each(["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])(
    "know the time zone %s",
    (tz) => expect(timeZoneProblem(tz)).toBeUndefined(),
  );
  it.each(["", "Mars/Olympus", "+01:00", "Europe/Paris "])("know no time zone %j", (tz) =>
    expect(timeZoneProblem(tz)).toBeDefined(),
  );

  it("want printable names and times to come", () => {
    expect(keyNameProblem("CI — staging")).toBeUndefined();
    expect(keyNameProblem("")).toBeDefined();
    expect(keyNameProblem("a\nb")).toBeDefined();
    expect(keyNameProblem("x".repeat(101))).toBeDefined();
    expect(expiryProblem(1000, 999)).toBeUndefined();
    expect(expiryProblem(1000, 1000)).toBeDefined();
  });
});

describe("a visitor", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:2::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["local", "local"],
  ])("at %s is counted as %s", (address, visitor) => expect(visitorOf(address)).toBe(visitor));
});
