import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createFiles } from "../../src/platform/files.ts";

const files = createFiles(env.FILES);
const account = () => `acct_${crypto.randomUUID()}`;
const bytes = (text: string) => new TextEncoder().encode(text);

describe("files", () => {
  it("come back as they were put", async () => {
    const owner = account();
    await files.put(owner, "reports/ä b.txt", bytes("hello"), "text/plain");
    const file = await files.get(owner, "reports/ä b.txt");
    expect(file).toMatchObject({ size: 5, contentType: "text/plain" });
    expect(file?.etag).toMatch(/^".+"$/);
    expect(await new Response(file?.body).text()).toBe("hello");
  });

  it("are their account's own", async () => {
    const [one, two] = [account(), account()];
    await files.put(one, "a", bytes("1"), "text/plain");
    expect(await files.get(two, "a")).toBeNull();
    expect(await files.has(two, "a")).toBe(false);
    expect(await files.has(one, "a")).toBe(true);
    expect(await files.remove(two, "a")).toBe(false);
    expect(await files.get(one, "a")).not.toBeNull();
  });

  it("are removed once", async () => {
    const owner = account();
    await files.put(owner, "a", bytes("1"), "text/plain");
    expect(await files.remove(owner, "a")).toBe(true);
    expect(await files.remove(owner, "a")).toBe(false);
    expect(await files.get(owner, "a")).toBeNull();
  });

  it("go with their folder, all of them and no others", async () => {
    const owner = account();
    const names = Array.from({ length: 1005 }, (_, index) => `s/1/${index}.png`);
    await Promise.all(names.map((name) => files.put(owner, name, bytes("x"), "image/png")));
    await files.put(owner, "s/10/a.png", bytes("x"), "image/png");
    expect(await files.removeFolder(owner, "s/1/", 1)).toBe(false);
    expect(await files.removeFolder(owner, "s/1/", 1)).toBe(true);
    const left = await env.FILES.list({ prefix: `${owner}/` });
    expect(left.objects.map(({ key }) => key)).toEqual([`${owner}/s/10/a.png`]);
    expect(await files.removeFolder(owner, "s/never/")).toBe(true);
  });

  it.each([
    "",
    "/",
    "/a",
    "a/",
    "a//b",
    "..",
    "../acct_other/a",
    "a/../b",
    "./a",
    "a\nb",
    "a\u0000",
    "a".repeat(513),
  ])("have no path such as %j", async (path) => {
    const refused = { code: "BAD_REQUEST", details: { fields: { path: expect.any(String) } } };
    const owner = account();
    await expect(files.get(owner, path)).rejects.toMatchObject(refused);
    await expect(files.put(owner, path, bytes(""), "a/b")).rejects.toMatchObject(refused);
    await expect(files.remove(owner, path)).rejects.toMatchObject(refused);
    await expect(files.removeFolder(owner, `${path}/`)).rejects.toMatchObject(refused);
  });

  it("have no folder without a name, nor one that does not say it is one", async () => {
    await expect(files.removeFolder(account(), "/")).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await expect(files.removeFolder(account(), "s")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
