import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ask, call, newAccount } from "../../support/api.ts";

/** An account with one file. */
async function withFile(path = "reports/one.html", text = "<script>alert(1)</script>") {
  const account = await newAccount();
  await env.FILES.put(`${account.id}/${path}`, text, {
    httpMetadata: { contentType: "text/html" },
  });
  return account;
}

const get = (path: string, key?: string) =>
  ask(path, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });

async function linkTo(key: string, query = "link=60"): Promise<{ path: string; expires: string }> {
  const { status, body } = await call<{ link: { url: string; expires_at: string } }>(
    key,
    "GET",
    `/manage/files/reports/one.html?${query}`,
  );
  expect(status).toBe(200);
  const url = new URL(body.link.url);
  return { path: url.pathname + url.search, expires: body.link.expires_at };
}

describe("GET /manage/files/{path}", () => {
  it("gives the file as an attachment that cannot run", async () => {
    const { key } = await withFile();
    const response = await get("/manage/files/reports/one.html", key);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("<script>alert(1)</script>");
    const { headers } = response;
    expect(headers.get("content-type")).toBe("text/html");
    expect(headers.get("content-disposition")).toBe(
      `attachment; filename="one.html"; filename*=UTF-8''one.html`,
    );
    expect(headers.get("content-security-policy")).toContain("sandbox");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("etag")).toMatch(/^"/);
  });

  it("names files in any script, and never lets a name out of its header", async () => {
    const { key } = await withFile('d/ü "x".txt');
    const response = await get(`/manage/files/d/${encodeURIComponent('ü "x".txt')}`, key);
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="_ _x_.txt"; filename*=UTF-8''%C3%BC%20%22x%22.txt`,
    );
    await response.body?.cancel();
  });

  it("is 404 for what is not there, another account's files among it", async () => {
    const [owner, other] = await Promise.all([withFile(), newAccount()]);
    expect(await call(other.key, "GET", "/manage/files/reports/one.html")).toMatchObject({
      status: 404,
    });
    const through = `/manage/files/..%2F${owner.id}%2Freports%2Fone.html`;
    expect(await call(other.key, "GET", through)).toMatchObject({ status: 400 });
    expect(await call(null, "GET", "/manage/files/reports/one.html")).toMatchObject({
      status: 401,
    });
  });
});

describe("a signed link", () => {
  it("opens the file without a key until its time is over", async () => {
    const { key } = await withFile();
    const { path, expires } = await linkTo(key, "link=1");
    expect(Date.parse(expires)).toBeGreaterThan(Date.now());
    const opened = await get(path);
    expect(opened.status).toBe(200);
    expect(opened.headers.get("content-disposition")).toContain("attachment");
    expect(await opened.text()).toContain("alert");
    await new Promise((resolve) => setTimeout(resolve, Date.parse(expires) - Date.now() + 50));
    expect(await call(null, "GET", path)).toMatchObject({ status: 403 });
  });

  it("lasts an hour unless told otherwise", async () => {
    const { key } = await withFile();
    const { expires } = await linkTo(key, "link");
    const seconds = (Date.parse(expires) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(3590);
    expect(seconds).toBeLessThan(3602);
  });

  it("opens no other file, no other account's, and for no longer", async () => {
    const { id, key } = await withFile();
    await env.FILES.put(`${id}/reports/two.html`, "two");
    const { path } = await linkTo(key);
    const changed = [
      path.replace("one.html", "two.html"),
      path.replace(id, "acct_other"),
      path.replace(/expires=(\d)/, "expires=9$1"),
      path.replace(/signature=[^&]+/, "signature=AAAA"),
    ];
    for (const forged of changed) {
      expect(forged).not.toBe(path);
      expect(await call(null, "GET", forged)).toMatchObject({ status: 403 });
    }
    const half = path.replace(/&signature=[^&]+/, "");
    expect(await call(null, "GET", half)).toMatchObject({ status: 400 });
  });

  it("ends with its file", async () => {
    const { key } = await withFile();
    const { path } = await linkTo(key);
    const gone = await call(key, "DELETE", "/manage/files/reports/one.html");
    expect(gone).toMatchObject({ status: 200, body: { status: "deleted" } });
    expect(await call(null, "GET", path)).toMatchObject({ status: 404 });
    expect(await call(key, "DELETE", "/manage/files/reports/one.html")).toMatchObject({
      status: 404,
    });
  });

  it("is made for files that are there, and for at most a week", async () => {
    const { key } = await withFile();
    expect(await call(key, "GET", "/manage/files/none.txt?link=60")).toMatchObject({ status: 404 });
    for (const seconds of ["0", "604801", "soon"]) {
      const path = `/manage/files/reports/one.html?link=${seconds}`;
      expect(await call(key, "GET", path)).toMatchObject({ status: 400 });
    }
    expect(await call(null, "GET", "/manage/files/reports/one.html?link=60")).toMatchObject({
      status: 401,
    });
  });
});

describe("what is not there", () => {
  it("is answered in our own envelope", async () => {
    const { key } = await newAccount();
    const envelope = { error: expect.any(Object), detail: expect.any(String) };
    const missing = await call(key, "GET", "/manage/nothing");
    expect(missing).toMatchObject({ status: 404, body: envelope });
    const wrong = await call(key, "PUT", "/manage/account");
    expect(wrong).toMatchObject({ status: 405, body: { error: { code: "METHOD_NOT_ALLOWED" } } });
    expect(wrong.headers.get("allow")).toBe("GET, HEAD, PATCH");
  });
});
