import {
  authorization,
  type CredentialReader,
  type Dialect,
  firstOf,
  header,
  queryParameter,
} from "../kit/index.ts";
import { renderError } from "./errors.ts";
import { events } from "./routes/events.ts";
import { health } from "./routes/health.ts";
import { live } from "./routes/live.ts";
import { sessions } from "./routes/sessions.ts";
import { stats } from "./routes/stats.ts";

const documented = header("X-API-Key");
/** Browsers cannot set headers on a WebSocket. */
const onSockets = firstOf(documented, authorization("Bearer"), queryParameter("api_key"));
const credential: CredentialReader = (request) =>
  new URL(request.url).pathname === "/ws" ? onSockets(request) : documented(request);

/** wire/adspower.md, and its part of wire/notes.md. */
export const adspower: Dialect = {
  name: "adspower",
  prefixes: ["/api/health", "/api/sessions", "/api/events", "/api/stats", "/api/ip"],
  credential,
  limitsAddresses: true,
  missingCredential: "Missing API key. Provide X-API-Key header.",
  renderError,
  routes: [...health, ...sessions, ...events, ...stats, ...live],
};
