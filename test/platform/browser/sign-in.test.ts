import { expect, inject, test } from "vitest";
import { launch, pick } from "./support.ts";

const site = inject("site");

test("signs in through a form and sees the page that it leads to", async () => {
  const { browser, page } = await launch();
  const current = await page();
  await current.go(`${site}/login.html`, "load");
  expect(current.url()).toBe(`${site}/login.html`);
  expect(await current.title()).toBe("Sign in");
  const tree = await current.tree();
  await current.fill(pick(tree, "textbox", "Email").ref, "ada@example.com");
  await current.fill(pick(tree, "textbox", "Password").ref, "correct horse");
  const box = pick(tree, "checkbox", "Remember me");
  expect(box.states.checked).toBe(false);
  await current.click(box.ref);
  expect(pick(await current.tree(), "checkbox").states.checked).toBe(true);
  await current.click(pick(tree, "button", "Sign In").ref);
  expect(current.url()).toBe(`${site}/login`);
  expect(await current.title()).toBe("Welcome");
  expect(await current.html()).toContain("Welcome, ada@example.com");
  expect((await browser.state()).posted).toBe(true);
});
