import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** These tests start and kill whole processes, so they run in plain Node, one file after another. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    name: "process",
    include: ["test/process/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
