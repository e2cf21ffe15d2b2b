import type { TestProject } from "vitest/node";
import { ensureChromium } from "../../scripts/chromium.ts";
import { serveOrigins } from "./origins.node.ts";
import { serveSite } from "./site.node.ts";

/** Runs once, in Node, before the workers start: a browser to be found, and pages to visit. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureChromium();
  const [site, otherSite, { origins, close }] = await Promise.all([
    serveSite(),
    serveSite(),
    serveOrigins(),
  ]);
  project.provide("site", site.origin);
  project.provide("otherSite", otherSite.origin);
  project.provide("origins", origins);
  return async () => {
    await Promise.all([site.close(), otherSite.close(), close()]);
  };
}
