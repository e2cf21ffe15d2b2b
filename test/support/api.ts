import { env, exports } from "cloudflare:workers";

/** The Worker's own origin in tests. */
export const ORIGIN = "https://outrider.test";

export interface Account {
  id: string;
  email: string;
  key: string;
}

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

/** Asks the real Worker. */
export function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
}

/** Sends JSON with a key, and reads JSON. */
export async function call<T = Record<string, unknown>>(
  key: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const response = await ask(path, {
    method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as T,
  };
}

/** A new account with its first key. */
export async function newAccount(): Promise<Account> {
  const email = `${crypto.randomUUID()}@example.com`;
  const { status, body } = await call<{ account: { id: string }; api_key: string }>(
    env.ADMIN_KEY,
    "POST",
    "/manage/accounts",
    { email, password: "a password for tests" },
  );
  if (status !== 201) throw new Error(`No account: ${status} ${JSON.stringify(body)}`);
  return { id: body.account.id, email, key: body.api_key };
}

/** Opens a FlyBrowser session and gives its id. */
export async function newSession(key: string, options: object = {}): Promise<string> {
  const { status, body } = await call<{ session_id: string }>(key, "POST", "/sessions", options);
  if (status !== 201) throw new Error(`No session: ${status} ${JSON.stringify(body)}`);
  return body.session_id;
}

export interface Socket {
  /** Parsed messages, so far. */
  heard: Record<string, unknown>[];
  closed: Promise<{ code: number; reason: string }>;
  /** Resolves with the first message, old or new, that passes; rejects after fifteen seconds. */
  hears: (test: (message: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
  say: (message: unknown) => void;
  /** Sends as it is. */
  send: (message: string | ArrayBuffer) => void;
  close: () => void;
}

/** Opens a WebSocket on the Worker, or on one with settings of its own. */
export async function listen(
  path: string,
  headers: Record<string, string> = {},
  worker: (path: string, init: RequestInit) => Promise<Response> = ask,
): Promise<Socket> {
  const response = await worker(path, { headers: { upgrade: "websocket", ...headers } });
  const socket = response.webSocket;
  if (!socket) throw new Error(`No socket: ${response.status} ${await response.text()}`);
  const heard: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  socket.addEventListener("message", (message) => {
    heard.push(JSON.parse(String(message.data)) as Record<string, unknown>);
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  });
  socket.accept();
  return {
    heard,
    closed,
    hears: (test) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`Not heard; heard ${JSON.stringify(heard)}`));
        }, 15_000);
        const look = () => {
          const found = heard.find(test);
          if (!found) return;
          waiting.delete(look);
          clearTimeout(timer);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    say: (message) => socket.send(JSON.stringify(message)),
    send: (message) => socket.send(message),
    close: () => socket.close(1000),
  };
}
