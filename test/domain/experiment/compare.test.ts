import { describe, expect, it } from "vitest";
import { categoryOf } from "../../../src/domain/experiment/compare.ts";
import {
  crateKey,
  crateName,
  toolchainKey,
  toolchainName,
} from "../../../src/domain/experiment/spelling.ts";

describe("the category of a crate", () => {
  it.each([
    ["test-pass", "test-pass", "same"],
    ["test-pass", "test-skipped", "same"],
    ["build-fail:unknown", "build-fail:compiler-error", "same"],
    ["test-pass", "build-fail:compiler-error", "regressed"],
    ["test-pass", "test-fail", "regressed"],
    ["test-fail", "build-fail", "regressed"],
    ["build-fail", "test-pass", "fixed"],
    ["test-fail:unknown", "test-pass", "spurious"],
    ["test-pass", "build-fail:network-access", "spurious"],
    ["broken:cargo-toml", "broken:cargo-toml", "broken"],
    ["prepare-fail", "test-pass", "broken"],
    ["skipped", "skipped", "skipped"],
    ["error", "test-pass", "error"],
    ["brand-new", "test-pass", "error"],
    [null, "test-pass", "unknown"],
    [null, null, "unknown"],
  ])("with %s and %s is %s", (before, after, category) => {
    expect(categoryOf([before, after])).toBe(category);
  });

  it("of one toolchain is the same as itself", () => {
    expect(categoryOf(["test-pass"])).toBe("same");
  });
});

describe("one spelling", () => {
  it("of a crate, whatever the order and the form's age", () => {
    const key = crateKey({ Registry: { name: "a", version: "1" } });
    expect(crateKey({ Version: { version: "1", name: "a" } })).toBe(key);
    expect(crateKey({ GitHub: { org: "o", name: "n", sha: null } })).toBe(
      crateKey({ GitHub: { name: "n", org: "o" } }),
    );
    expect(crateKey({ GitHub: { org: "o", name: "n", sha: "1" } })).not.toBe(
      crateKey({ GitHub: { org: "o", name: "n" } }),
    );
  });

  it("of a toolchain", () => {
    const key = toolchainKey("stable");
    expect(toolchainKey({ Dist: "stable" })).toBe(key);
    const today = {
      source: { type: "dist", name: "stable" },
      target: null,
      ci_try: null,
      patches: [],
    };
    expect(toolchainKey(today)).toBe(key);
    expect(toolchainKey({ ...today, target: "wasm32-wasip1" })).not.toBe(key);
  });

  it.each([
    [{ Registry: { name: "lazy_static", version: "0.2.11" } }, "lazy_static 0.2.11"],
    [{ GitHub: { org: "brson", name: "hello-rs", sha: "0" } }, "brson/hello-rs"],
    [{ Repo: { url: "https://github.com/brson/hello-rs" } }, "https://github.com/brson/hello-rs"],
    [{ Local: "build-pass" }, "build-pass"],
    [{ Path: ["x"] }, "Path"],
  ])("of %j for people is %s", (crate, name) => {
    expect(crateName(crate)).toBe(name);
  });

  it("of a toolchain for people", () => {
    expect(toolchainName({ Dist: "beta" })).toBe("beta");
    expect(toolchainName({ source: { type: "ci", sha: "0a1b" }, target: "x86" })).toBe(
      "0a1b --target x86",
    );
  });
});
