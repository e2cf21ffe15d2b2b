import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { call, newAccount, newSession } from "../../support/api.ts";

const site = inject("site");

let key: string;
let id: string;

beforeAll(async () => {
  ({ key } = await newAccount());
  id = await newSession(key);
});

afterAll(async () => {
  await call(key, "DELETE", `/sessions/${id}`);
});

const show = (html: string) =>
  call(key, "POST", `/sessions/${id}/navigate`, {
    url: `${site}/page?html=${encodeURIComponent(html)}`,
  });
const read = <T>(what: string) => call<T>(key, "GET", `/sessions/${id}/${what}`);

it("is not misled by elements that are named like parts of the document", async () => {
  await show(
    "<title>Mine</title><img name=title><form name=documentElement></form><form name=querySelector></form><p>All of it</p>",
  );
  const { body: seen } = await read<{ title: unknown }>("monitor");
  expect(seen.title).toBe("Mine");
  const { body: page } = await read<{ title: unknown; content: string }>("content");
  expect(page.title).toBe("Mine");
  expect(page.content).toMatch(/^<!DOCTYPE html><html.*All of it.*<\/html>$/s);
});

it("bears titles, dialogs and addresses beyond all measure", async () => {
  const { status } = await show(
    "<title>x</title><script>alert('a'.repeat(3e6)); document.title = 't'.repeat(3e6); location.hash = 'h'.repeat(1.9e6)</script>",
  );
  expect(status).toBe(200);
  const { status: next } = await call(key, "POST", `/sessions/${id}/extract`, { query: "title" });
  expect(next).toBe(200);
  const { body } = await read<{ title: string; state: string }>("monitor");
  expect(body.title).toHaveLength(1000);
  expect(body.state).toBe("ready");
});
