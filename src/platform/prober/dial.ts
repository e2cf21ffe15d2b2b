import type { connect as platformConnect } from "cloudflare:sockets";
import { ProbeFailure } from "./failure.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** `connect` of `cloudflare:sockets`. */
export type Connect = typeof platformConnect;

/** A connection that can be written to and read from, TLS done. */
export type Connection = Pick<Socket, "readable" | "writable" | "close">;

/**
 * The platform opened no connection. It says the same of a target that refuses, one that cannot
 * be reached, a name that does not exist and an address that it does not let sockets go to.
 */
export class NotConnected extends ProbeFailure {}

export interface DialOptions {
  connect: Connect;
  /** Marks `connect` (TCP open) and `pretransfer` (TLS done, the request may go). */
  watch: Stopwatch;
}

/**
 * Opens a connection to where an address points. By host name, never by a resolved address: on
 * the edge that is the only way in which TLS names the right server.
 * @throws NotConnected, or ProbeFailure `timeout` or `tls`.
 */
export async function dial(url: URL, { connect, watch }: DialOptions): Promise<Connection> {
  const secure = url.protocol === "https:";
  const socket = open(connect, url, secure);
  try {
    await watch.within("connecting", opened(socket, url));
  } catch (error) {
    await hangUp(socket);
    throw error;
  }
  watch.mark("connect");
  if (!secure) {
    watch.mark("pretransfer");
    return socket;
  }
  const safe = quiet(socket.startTls());
  try {
    await watch.within("agreeing on TLS", handshake(safe));
  } catch (error) {
    await Promise.all([hangUp(safe), hangUp(socket)]);
    throw error;
  }
  watch.mark("pretransfer");
  return safe;
}

/** IPv6 literals keep their brackets: the platform wants them. */
export function addressOf(url: URL): { hostname: string; port: number } {
  const standard = url.protocol === "https:" ? 443 : 80;
  return { hostname: url.hostname, port: url.port === "" ? standard : Number(url.port) };
}

/** How long a connection may take to be closed, which the platform still counts until then. */
const CLOSED_WITHIN_MS = 200;

/** Closes a connection, and waits a little for it. Never rejects. */
export async function hangUp(connection: Pick<Socket, "close">): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSED_WITHIN_MS);
  });
  await Promise.race([connection.close().catch(() => undefined), late]);
  clearTimeout(timer);
}

function open(connect: Connect, url: URL, secure: boolean): Socket {
  const secureTransport = secure ? "starttls" : "off";
  try {
    return quiet(connect(addressOf(url), { secureTransport, allowHalfOpen: false }));
  } catch (error) {
    throw connectFailure(url, error);
  }
}

async function opened(socket: Socket, url: URL): Promise<void> {
  try {
    await socket.opened;
  } catch (error) {
    throw connectFailure(url, error);
  }
}

async function handshake(socket: Socket): Promise<void> {
  try {
    await socket.opened;
  } catch {
    throw new ProbeFailure("tls", "the TLS handshake failed");
  }
}

function connectFailure(url: URL, error: unknown): ProbeFailure {
  const { hostname, port } = addressOf(url);
  const message = error instanceof Error ? error.message : "";
  if (/port 25\b/i.test(message)) {
    return new ProbeFailure("blocked", "the platform lets nobody connect to port 25");
  }
  return new NotConnected("refused", `${hostname} refused the connection to port ${port}`);
}

/** Its promises may be rejected when nobody waits for them any more. */
function quiet(socket: Socket): Socket {
  socket.opened.catch(() => undefined);
  socket.closed.catch(() => undefined);
  return socket;
}
