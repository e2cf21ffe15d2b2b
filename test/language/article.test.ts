import { describe, expect, it } from "vitest";
import { createLanguage } from "../../src/language/index.ts";
import { FakePage } from "./fake-page.ts";

const { markdown } = createLanguage();

async function read(html: string): Promise<string> {
  return markdown(new FakePage("", { html, url: "https://news.example/a/b" }));
}

const SENTENCE = "The river rose in the night, and by the morning the lower town stood in water. ";

describe("a page as Markdown", () => {
  it("is its main text, without what stands around it", async () => {
    const text = await read(`<html><head><title>The flood</title></head><body>
      <nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
      <article><h1>The flood</h1><h2>By night</h2>
        ${`<p>${SENTENCE.repeat(3)}</p>`.repeat(4)}
        <ul><li>One <b>dam</b></li><li>Two <a href="../bridges">bridges</a></li></ul></article>
      <footer>Imprint</footer><script>alert(1)</script></body></html>`);
    expect(text).toMatch(/^# The flood\n/);
    expect(text).toContain("## By night");
    expect(text).toContain(SENTENCE.trim());
    expect(text).toContain("**dam**");
    expect(text).toContain("[bridges](https://news.example/bridges)");
    expect(text).not.toContain("alert(1)");
    expect(text).not.toContain("Imprint");
  });

  it("is all of the body where there is no article", async () => {
    const text = await read(
      "<html><head><title>Short</title></head><body><p>Nothing <em>much</em>.</p></body></html>",
    );
    expect(text).toBe("# Short\n\nNothing _much_.");
    expect(await read("")).toBe("");
  });

  it("is refused above 5 MB", async () => {
    await expect(read("x".repeat(5_000_001))).rejects.toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
      message: expect.stringContaining("at most 5 MB"),
    });
  });

  it("survives hostile nesting", async () => {
    const nested = (levels: number) => read(`${"<div>".repeat(levels)}deep`);
    expect(await nested(600)).toBe("deep");
    await expect(nested(20_000)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
