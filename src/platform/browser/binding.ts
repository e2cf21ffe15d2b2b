/**
 * Browser Rendering's own HTTP, as `@cloudflare/puppeteer` speaks it to the binding. Of that
 * library nothing else was used, and it is a fifth of the bundle.
 */
export interface BrowserBinding {
  fetch: (input: string, init?: RequestInit) => Promise<Response>;
}

/** The binding looks at paths alone. */
const HOST = "https://fake.host";

/** What a new browser is asked for with. */
export interface AcquireOptions {
  /** Milliseconds of silence after which the platform takes it back. */
  keep_alive?: number;
  /** A location hint. */
  location?: string;
}

/** The platform did not do what it was asked. */
export class BindingError extends Error {
  override readonly name = "BindingError";
  readonly response: Response;

  constructor(response: Response, words: string) {
    super(`Browser Rendering answered ${response.status}: ${words}`);
    this.response = response;
  }
}

/** Asks for a browser. @returns Its id. @throws BindingError */
export async function acquire(binding: BrowserBinding, options: AcquireOptions): Promise<string> {
  const query = new URLSearchParams(
    Object.entries(options).map(([name, value]) => [name, String(value)]),
  );
  const { sessionId } = await ask<{ sessionId: string }>(binding, `/v1/devtools/browser?${query}`, {
    method: "POST",
  });
  return sessionId;
}

/** Ids of the browsers that live. @throws BindingError */
export async function liveBrowsers(binding: BrowserBinding): Promise<string[]> {
  const { sessions } = await ask<{ sessions: { sessionId: string }[] }>(binding, "/v1/sessions");
  return sessions.map(({ sessionId }) => sessionId);
}

export interface Limits {
  /** Browsers that may start now. */
  allowedBrowserAcquisitions: number;
  /** Milliseconds until another may. */
  timeUntilNextAllowedBrowserAcquisition: number;
}

/** @throws BindingError */
export function limits(binding: BrowserBinding): Promise<Limits> {
  return ask<Limits>(binding, "/v1/limits");
}

/** A WebSocket to a browser's DevTools, accepted. */
export async function openDevTools(binding: BrowserBinding, id: string): Promise<WebSocket> {
  const response = await binding.fetch(`${HOST}/v1/devtools/browser/${id}`, {
    headers: { Upgrade: "websocket" },
  });
  const { webSocket } = response;
  if (!webSocket) throw new BindingError(response, "no WebSocket");
  webSocket.accept();
  return webSocket;
}

async function ask<T>(binding: BrowserBinding, path: string, init: RequestInit = {}): Promise<T> {
  const response = await binding.fetch(HOST + path, init);
  const text = await response.text();
  if (!response.ok) throw new BindingError(response, text);
  return JSON.parse(text) as T;
}
