import { defineConfig, type UserWorkspaceConfig } from "vitest/config";
import processes from "../process/vitest.config.ts";
import workers from "../vitest.config.ts";

/** Load, size and time, which take minutes: inside workerd, and over whole processes. */
const patiently = { testTimeout: 1_200_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    projects: [
      {
        ...workers,
        test: {
          ...workers.test,
          ...patiently,
          name: "long",
          include: ["test/long/**/*.test.ts"],
          exclude: ["test/long/process/**"],
        },
      },
      {
        ...processes,
        test: {
          ...processes.test,
          ...patiently,
          name: "long-process",
          include: ["test/long/process/**/*.test.ts"],
        },
      },
    ] as UserWorkspaceConfig[],
    fileParallelism: false,
    /** Figures are shown. */
    silent: false,
  },
});
