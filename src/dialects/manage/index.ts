import { authorization, type Dialect } from "../kit/index.ts";
import { renderError } from "./errors.ts";
import { account } from "./routes/account.ts";
import { accounts } from "./routes/accounts.ts";
import { agents } from "./routes/agents.ts";
import { channels } from "./routes/channels.ts";
import { experiments } from "./routes/experiments.ts";
import { files } from "./routes/files.ts";
import { keys } from "./routes/keys.ts";
import { launches } from "./routes/launches.ts";
import { proxies } from "./routes/proxies.ts";
import { runners } from "./routes/runners.ts";
import { scripts } from "./routes/scripts.ts";
import { usage } from "./routes/usage.ts";

/** wire/manage.md: our own API. */
export const manage: Dialect = {
  name: "manage",
  prefixes: ["/manage"],
  credential: authorization("Bearer"),
  missingCredential: "Missing API key: send it as Authorization: Bearer.",
  renderError,
  routes: [
    ...accounts,
    ...account,
    ...keys,
    ...proxies,
    ...usage,
    ...files,
    ...channels,
    ...runners,
    ...experiments,
    ...scripts,
    ...agents,
    ...launches,
  ],
};
