import type { Sandbox } from "../domain/ports.ts";

/**
 * Scripts of PhantomJS and CasperJS, each in an interpreter of its own, over a real browser. All
 * of it is loaded with the first script and not at start-up.
 */
export function createSandbox(): Sandbox {
  return {
    run: async (request, world) => {
      const { run } = await import("./run.ts");
      return run(request, world);
    },
  };
}
