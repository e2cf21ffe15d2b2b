import { type Dialect, firstOf, header, queryParameter } from "../kit/index.ts";
import { renderError } from "./errors.ts";
import { agents } from "./routes/agents.ts";
import { launch } from "./routes/launch.ts";
import { output } from "./routes/output.ts";
import { scripts } from "./routes/scripts.ts";
import { user } from "./routes/user.ts";

/** wire/phantombuster.rst, and its part of wire/notes.md. */
export const phantombuster: Dialect = {
  name: "phantombuster",
  prefixes: ["/api/v1"],
  credential: firstOf(
    header("X-Phantombuster-Key-1"),
    header("X-Phantombuster-Key"),
    queryParameter("key"),
  ),
  missingCredential: "Missing API key: send it as X-Phantombuster-Key-1.",
  renderError,
  routes: [...launch, ...output, ...agents, ...scripts, ...user],
};
