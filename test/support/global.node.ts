import type { TestProject } from "vitest/node";
import { ensureChromium } from "../../scripts/chromium.ts";
import { serveOrigins } from "./origins.node.ts";
import { serveReceivers } from "./receivers.node.ts";
import { serveSite } from "./site.node.ts";

/** Runs once, in Node, before the workers start: a browser to be found, and pages to visit. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureChromium();
  const [site, otherSite, { origins, close }, receivers] = await Promise.all([
    serveSite(),
    serveSite(),
    serveOrigins(),
    serveReceivers(),
  ]);
  project.provide("site", site.origin);
  project.provide("otherSite", otherSite.origin);
  project.provide("origins", origins);
  project.provide("receivers", receivers.origin);
  return async () => {
    await Promise.all([site.close(), otherSite.close(), close(), receivers.close()]);
  };
}
