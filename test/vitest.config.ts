import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { trustTestAuthority } from "./support/authority.node.ts";

// First, since what starts workerd reads what to trust as soon as it is imported.
trustTestAuthority();
const { cloudflareTest, readD1Migrations } = await import("@cloudflare/vitest-pool-workers");

const root = fileURLToPath(new URL("..", import.meta.url));

/** The suite runs inside workerd: real D1, real objects, real R2, and a real browser. */
export default defineConfig({
  root,
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: `${root}wrangler.toml` },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations(`${root}migrations`),
          SEAL_SECRET: "a secret for tests only, of forty characters",
          ADMIN_KEY: "operator-key-for-tests-only-0123456789",
          SIGNUP: "open",
          ALLOW_PRIVATE_TARGETS: "1",
          RATE_LIMIT_PER_MINUTE: "100000",
          RATE_LIMIT_PER_IP_PER_MINUTE: "100000",
          SIGNUPS_PER_HOUR: "100000",
          // As deployed, whatever a developer's own .dev.vars says.
          MAX_SESSIONS: "10",
        },
      },
    })),
  ],
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/process/**", "test/long/**"],
    globalSetup: ["test/support/global.node.ts"],
    setupFiles: ["test/support/setup.ts"],
    /** What the product logs is shown where a test fails. */
    silent: "passed-only",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    /** Two cores, and each file brings its own workerd. */
    maxWorkers: 2,
  },
});
