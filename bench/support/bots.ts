/** Bots that report events, and the plain server that they may report to as well. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Api } from "./api.ts";

export interface PlainServer {
  api: Api;
  end: () => Promise<void>;
}

/** Starts bench/support/plain-events.ts. */
export async function startPlainServer(): Promise<PlainServer> {
  const server = fork(join(import.meta.dirname, "plain-events.ts"), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: ["--no-warnings"],
  });
  const [port] = (await once(server, "message")) as [number];
  return {
    api: new Api(`http://127.0.0.1:${port}`),
    end: async () => {
      server.disconnect();
      await once(server, "exit");
    },
  };
}

/** A new account of the product. */
export async function newAccount(outrider: Api): Promise<Api> {
  const email = `${crypto.randomUUID()}@example.com`;
  const { api_key } = await outrider.post<{ api_key: string }>("/manage/accounts", {
    email,
    password: "a password for benches",
  });
  return new Api(outrider.origin, api_key);
}

/** Announces a session that events can be reported of; gives its id. */
export async function registerSession(api: Api): Promise<string> {
  const session_id = crypto.randomUUID();
  await api.post("/api/sessions/register", { session_id, profile_id: "bench" });
  return session_id;
}

/** So many events that are made now. */
export function eventsOf(session_id: string, count: number): object[] {
  const details = { url: "https://example.com/cart", load_time_ms: 1500, at: Date.now() };
  return Array.from({ length: count }, () => ({
    session_id,
    event_type: "navigation",
    details,
  }));
}
