import { authorization, type Dialect } from "../kit/index.ts";
import { renderError } from "./errors.ts";
import { account } from "./routes/account.ts";
import { auth } from "./routes/auth.ts";

/** wire/agentslug.md. */
export const agentslug: Dialect = {
  name: "agentslug",
  prefixes: ["/auth", "/account"],
  credential: authorization("Bearer"),
  missingCredential: "Authorization: Bearer is required.",
  renderError,
  routes: [...auth, ...account],
};
