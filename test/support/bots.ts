import { type Account, type Answer, ask, call, listen, newAccount, type Socket } from "./api.ts";

export interface WireSession {
  id: string;
  session_id: string;
  profile_id: string;
  device: string;
  target_url: string | null;
  proxy: string | null;
  country: string | null;
  start_time: string;
  end_time: string | null;
  duration: number | null;
  success: boolean | null;
  error: string | null;
  status: "active" | "completed" | "failed";
  source: "external" | "hosted";
}

export interface WireEvent {
  id: number;
  session_id: string;
  event_type: string;
  original_type?: string;
  timestamp: string;
  details: Record<string, unknown>;
}

export interface Paged {
  total: number;
  page: number;
  per_page: number;
  total_pages: number;
}
export type SessionPage = Paged & { sessions: WireSession[] };
export type EventPage = Paged & { events: WireEvent[] };

export interface WireProxy {
  url: string;
  uses: number;
  successes: number;
  failures: number;
  success_rate: number;
  status: string;
  enabled: boolean;
  last_used: string;
  avg_latency_ms: number;
  country: string | null;
  is_in_cooldown: boolean;
  cooldown_until: string | null;
}

export interface WireStats {
  total_sessions: number;
  active_sessions: number;
  successful_sessions: number;
  failed_sessions: number;
  total_events: number;
  average_duration: number;
  success_rate: number;
  proxy_stats: WireProxy[];
  ip_health: Record<string, number>;
  dropped_events: number;
}

type Fields = Record<string, unknown>;

/** A fleet of bots that reports under one key, as wire/adspower.md has it. */
export interface Bots {
  get: <T = Fields>(path: string) => Promise<Answer<T>>;
  post: <T = Fields>(path: string, body: unknown) => Promise<Answer<T>>;
  /** Registers a session, or throws. */
  register: (id: string, more?: Fields) => Promise<void>;
  /** Ends a session, or throws. */
  end: (id: string, more?: Fields) => Promise<void>;
  /** Logs an event, or throws; gives its id. */
  log: (id: string, type: string, details?: Fields) => Promise<number>;
  sessions: (query?: string) => Promise<SessionPage>;
  events: (query?: string) => Promise<EventPage>;
  stats: () => Promise<WireStats>;
  csv: (path: string) => Promise<string>;
  listen: (query?: string) => Promise<Socket>;
}

export function botsOf(key: string): Bots {
  const headers = { "x-api-key": key };
  const get = <T>(path: string) => call<T>(null, "GET", path, undefined, headers);
  const post = <T>(path: string, body: unknown) => call<T>(null, "POST", path, body, headers);
  const done = async <T>(answer: Promise<Answer<T>>): Promise<T> => {
    const { status, body } = await answer;
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  };
  return {
    get,
    post,
    register: async (id, more = {}) => {
      await done(post("/api/sessions/register", { session_id: id, profile_id: "p1", ...more }));
    },
    end: async (id, more = {}) => {
      await done(post("/api/sessions/end", { session_id: id, ...more }));
    },
    log: async (id, type, details = {}) => {
      const event = { session_id: id, event_type: type, details };
      return (await done(post<{ event_id: number }>("/api/events", event))).event_id;
    },
    sessions: (query = "") => done(get<SessionPage>(`/api/sessions${query}`)),
    events: (query = "") => done(get<EventPage>(`/api/events${query}`)),
    stats: () => done(get<WireStats>("/api/stats")),
    csv: async (path) => {
      const response = await ask(path, { headers });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      return response.text();
    },
    listen: (query = "") => listen(`/ws${query}`, headers),
  };
}

/** The bots of an account of their own. */
export async function newBots(): Promise<Bots & { account: Account }> {
  const account = await newAccount();
  return { account, ...botsOf(account.key) };
}
