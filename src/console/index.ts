import type { Dialect } from "../dialects/kit/index.ts";
import { confirm } from "./confirm.ts";
import { demo } from "./demo.ts";
import { renderError } from "./errors.ts";
import { reports } from "./reports/index.ts";

/** Pages for people. No credential of the dialects opens anything here. */
export const pages: Dialect = {
  name: "console",
  prefixes: ["/console"],
  credential: () => null,
  missingCredential: "Sign in first.",
  renderError,
  routes: [...confirm, ...demo, ...reports],
};
