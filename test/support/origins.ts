/** Servers that behave as they are told, for the prober: `test/support/origins.node.ts`. */
export interface Origins {
  /** `http://127.0.0.1:<port>`; all of these answer with the script in the path. */
  plain: string;
  /** The same on IPv6; null where there is none. */
  plain6: string | null;
  /** `https://localhost:<port>` with a certificate that is trusted. */
  tls: string;
  /** The same behind a handshake that takes {@link TLS_DELAY_MS} longer. */
  slowTls: string;
  /** Speaks TLS 1.3 only; its certificate is trusted and cannot be looked at. */
  tls13: string;
  wrongHost: string;
  expired: string;
  notYet: string;
  selfSigned: string;
  untrusted: string;
  /** Nobody listens. */
  refused: string;
  /** Takes connections and never says a word. */
  silent: string;
  /** Speaks first, and not HTTP. */
  mail: string;
  /** A DNS-over-HTTPS service; it answers for the names of {@link ZONE}. */
  doh: string;
}

export const TLS_DELAY_MS = 150;

/** What the name server knows. A name that is not here does not exist. */
export const ZONE: Record<string, { address?: string; delayMs?: number; status?: number }> = {
  "public.test": { address: "93.184.215.14" },
  "slow.test": { address: "93.184.215.14", delayMs: 200 },
  "other.test": { address: "93.184.215.14" },
  "inside.test": { address: "10.1.2.3" },
  "down.test": { status: 503 },
};

/** What a server does, one after the other. At the end it closes in good order. */
export type Step =
  /** Sends text, a character a byte. */
  | { send: string }
  | { base64: string }
  /** Milliseconds. */
  | { wait: number }
  /** Sends text again and again, so many milliseconds apart. */
  | { repeat: string; times: number; every: number }
  /** Sends that many megabytes of zeros, packed or not. */
  | { zeros: number; packed: "gzip" | "deflate" | "br" | "not" }
  /** Sends what it was sent, as received. */
  | { echo: true }
  /** Leaves the connection open. */
  | { hold: true }
  /** Breaks the connection off. */
  | { reset: true };

/** An address whose answer goes by a script. */
export function scripted(origin: string, ...steps: Step[]): string {
  return `${origin}/script/${encodeURIComponent(JSON.stringify(steps))}`;
}

/** A plain answer with its length. */
export function page(body: string, ...fields: string[]): Step {
  const lines = [
    "HTTP/1.1 200 OK",
    `Content-Length: ${body.length}`,
    "Connection: close",
    ...fields,
  ];
  return { send: `${lines.join("\r\n")}\r\n\r\n${body}` };
}

/** A redirect with an empty body. */
export function redirect(to: string, status = "302 Found"): Step {
  const lines = [`HTTP/1.1 ${status}`, `Location: ${to}`, "Content-Length: 0", "Connection: close"];
  return { send: `${lines.join("\r\n")}\r\n\r\n` };
}
