import { authorization, type Dialect } from "../kit/index.ts";
import { renderError } from "./errors.ts";
import { account } from "./routes/account.ts";
import { ajax } from "./routes/ajax.ts";
import { auth } from "./routes/auth.ts";
import { checks } from "./routes/checks.ts";
import { ping } from "./routes/ping.ts";
import { tests } from "./routes/tests.ts";

/** wire/agentslug.md. */
export const agentslug: Dialect = {
  name: "agentslug",
  prefixes: ["/tests", "/checks", "/ping", "/ajax", "/auth", "/account"],
  credential: authorization("Bearer"),
  missingCredential: "Authorization: Bearer is required.",
  renderError,
  routes: [...tests, ...checks, ...ping, ...ajax, ...auth, ...account],
};
