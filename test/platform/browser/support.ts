import { env } from "cloudflare:workers";
import { afterEach } from "vitest";
import { Fault } from "../../../src/domain/errors.ts";
import type { PageNode } from "../../../src/domain/page.ts";
import type { Browser, BrowserNotice, BrowserPage, Guard } from "../../../src/domain/ports.ts";
import { Wire } from "../../../src/platform/browser/cdp.ts";
import { createBrowserLauncher } from "../../../src/platform/browser/index.ts";

const open = new Set<Browser>();

afterEach(async () => {
  await Promise.all([...open].map((browser) => browser.close()));
  open.clear();
});

/** Refuses addresses on 127.0.0.1 by name, so that `localhost` plays the public web. */
export const guard: Guard = {
  async assertAllowed(url) {
    if (new URL(url).hostname === "127.0.0.1") {
      throw new Fault("BAD_REQUEST", `The address ${new URL(url).host} is not allowed.`);
    }
  },
};

export function launcher(options: { allowPrivate?: boolean } = {}) {
  return createBrowserLauncher({
    binding: env.BROWSER,
    guard,
    allowPrivate: options.allowPrivate ?? false,
  });
}

export interface Opened {
  browser: Browser;
  notices: BrowserNotice[];
  page(ms?: number): Promise<BrowserPage>;
}

/** A browser that is closed after the test. */
export async function launch(options: { allowPrivate?: boolean } = {}): Promise<Opened> {
  return watch(await launcher(options).launch());
}

export function watch(browser: Browser): Opened {
  open.add(browser);
  const notices: BrowserNotice[] = [];
  browser.onNotice((notice) => notices.push(notice));
  return { browser, notices, page: (ms = 10_000) => browser.page(AbortSignal.timeout(ms)) };
}

/** A second connection to a browser, to do to it what no page can. */
export async function intrude(browser: Browser): Promise<Wire> {
  const response = await env.BROWSER.fetch(`https://fake.host/v1/devtools/browser/${browser.id}`, {
    headers: { Upgrade: "websocket" },
  });
  const { webSocket } = response;
  if (!webSocket) throw new Error("There is no such browser.");
  webSocket.accept();
  return new Wire(webSocket);
}

/** The first node that has the role and, if given, the name. */
export function pick(tree: PageNode, role: string, name?: string): PageNode {
  const found = all(tree).find(
    (node) => node.role === role && (name === undefined || node.name === name),
  );
  if (!found) throw new Error(`No ${role} "${name}" in:\n${outline(tree)}`);
  return found;
}

export function all(tree: PageNode): PageNode[] {
  return [tree, ...tree.children.flatMap(all)];
}

/** The tree as indented lines, for reading. */
export function outline(tree: PageNode, depth = 0): string {
  const line = `${"  ".repeat(depth)}${tree.role} "${tree.name}"`;
  return [line, ...tree.children.map((child) => outline(child, depth + 1))].join("\n");
}

/** Polls until `check` gives a value. */
export async function eventually<T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 5_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error("It did not happen in time.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
