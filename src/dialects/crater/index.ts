import type { Dialect } from "../kit/index.ts";
import { renderError } from "./errors.ts";
import { config } from "./routes/config.ts";
import { experiments } from "./routes/experiments.ts";
import { results } from "./routes/results.ts";
import { credential } from "./scheme.ts";

/** wire/crater.md, and what the runners that exist ask beyond it. */
export const crater: Dialect = {
  name: "crater",
  prefixes: ["/agent-api"],
  credential,
  missingCredential: "Missing token: send it as Authorization: token.",
  renderError,
  routes: [...config, ...experiments, ...results],
};
