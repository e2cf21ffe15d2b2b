import type { D1Migration } from "@cloudflare/vitest-pool-workers";
import type { Origins } from "./origins.ts";

declare global {
  interface ImportMeta {
    /** Vite's, as far as the tests use it. */
    glob<T>(
      pattern: string | string[],
      options: { query: "?raw" | "?inline"; import: "default"; eager: true },
    ): Record<string, T>;
  }

  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: D1Migration[];
      ADMIN_KEY: string;
    }
  }
}

declare module "vitest" {
  interface ProvidedContext {
    /** Origin of the pages that the tests serve: `test/support/site.node.ts`. */
    site: string;
    /** The same pages under another origin. */
    otherSite: string;
    /** Servers that behave as a probe's address tells them: `test/support/origins.ts`. */
    origins: Origins;
    /** Origin of the services that take messages: `test/support/receivers.node.ts`. */
    receivers: string;
  }
}
