import type { Sandbox } from "../../domain/ports.ts";

/** Until scripts have a place to run in. */
export const noSandbox: Sandbox = {
  run: async () => ({ end: { type: "failed", reason: "No script runs here yet." }, files: [] }),
};
