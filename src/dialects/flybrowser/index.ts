import { authorization, type Dialect, firstOf, header, queryParameter } from "../kit/index.ts";
import { renderError } from "./errors.ts";
import { cluster } from "./routes/cluster.ts";
import { commands } from "./routes/commands.ts";
import { health } from "./routes/health.ts";
import { live } from "./routes/live.ts";
import { screenshots } from "./routes/screenshots.ts";
import { sessions } from "./routes/sessions.ts";

/** wire/flybrowser.md. It also speaks for the root: unknown paths get its 404. */
export const flybrowser: Dialect = {
  name: "flybrowser",
  prefixes: [],
  credential: firstOf(authorization("Bearer"), header("X-API-Key"), queryParameter("api_key")),
  missingCredential: "Missing API key: send it as Authorization: Bearer.",
  renderError,
  routes: [...health, ...sessions, ...commands, ...screenshots, ...cluster, ...live],
};
