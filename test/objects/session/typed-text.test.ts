import { describe, expect, it } from "vitest";
import { TypedText } from "../../../src/objects/session/typed-text.ts";

function having(...texts: string[]): TypedText {
  const typed = new TypedText();
  for (const text of texts) typed.remember(text);
  return typed;
}

describe("TypedText", () => {
  it("masks what was typed in the query of a form sent by GET", () => {
    const typed = having("hunter2 & co", "ab");
    expect(typed.maskUrl("http://x.test/login?user=ab&password=hunter2+%26+co#top")).toBe(
      "http://x.test/login?user=***&password=***#top",
    );
  });

  it("masks it in paths and in words", () => {
    const typed = having("Räuber Hotzenplotz");
    expect(typed.maskUrl("http://x.test/s/R%C3%A4uber%20Hotzenplotz")).toBe("http://x.test/s/***");
    expect(typed.mask('No results for "Räuber Hotzenplotz".')).toBe('No results for "***".');
  });

  it("leaves words alone that merely hold a short one", () => {
    expect(having("a").mask("a banana")).toBe("a banana");
    expect(having("a").mask("a")).toBe("***");
    expect(having("x").maskUrl("http://x.test/x?y=z")).toBe("http://x.test/x?y=z");
  });
});
