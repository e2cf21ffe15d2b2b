import { X509Certificate } from "node:crypto";
import { isAddress } from "../guard/addresses.ts";
import { normalizedHost } from "../guard/names.ts";
import { type Connect, addressOf, hangUp } from "./dial.ts";
import { clientHello, HelloReader } from "./hello.ts";

/** What a look at a server's certificate brought. */
export interface CertificateReading {
  /** Milliseconds since the epoch; null when the certificate could not be read. */
  expires: number | null;
  /** What is wrong with it, for a person; null when nothing is seen. */
  complaint: string | null;
}

const NOTHING: CertificateReading = { expires: null, complaint: null };

export interface CertificateOptions {
  connect: Connect;
  /** Milliseconds since the epoch. */
  now: number;
  timeoutMs: number;
}

/**
 * Reads the certificate that a server shows, over a connection of its own: the platform tells
 * neither what it saw nor why it refused it. Best effort, never rejects; a server that speaks
 * nothing below TLS 1.3 shows nothing.
 */
export async function readCertificate(
  url: URL,
  { connect, now, timeoutMs }: CertificateOptions,
): Promise<CertificateReading> {
  let socket: Socket;
  try {
    socket = connect(addressOf(url), { secureTransport: "off", allowHalfOpen: false });
  } catch {
    return NOTHING;
  }
  socket.closed.catch(() => undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), timeoutMs);
  });
  try {
    const shown = await Promise.race([shownBy(socket, url.hostname), late]);
    if (shown === "not_tls") return { expires: null, complaint: "the server does not speak TLS" };
    return Array.isArray(shown) ? judge(shown, url.hostname, now) : NOTHING;
  } catch {
    return NOTHING;
  } finally {
    clearTimeout(timer);
    await hangUp(socket);
  }
}

async function shownBy(
  socket: Socket,
  hostname: string,
): Promise<Uint8Array[] | "refused" | "not_tls"> {
  await socket.opened;
  await socket.writable.getWriter().write(clientHello(hostname));
  const reader = socket.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const hello = new HelloReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return "refused";
    const shown = hello.feed(value);
    if (shown) return shown;
  }
}

/**
 * What a chain says of itself. Whether its root is trusted is the platform's secret.
 * @param chain In DER, the server's own certificate first.
 * @param now Milliseconds since the epoch.
 */
export function judge(chain: Uint8Array[], hostname: string, now: number): CertificateReading {
  const [leaf, issuer] = chain.map((der) => new X509Certificate(der));
  if (!leaf) return NOTHING;
  const expires = Date.parse(leaf.validTo);
  const told = (complaint: string | null): CertificateReading => ({ expires, complaint });
  if (expires <= now) return told(`the certificate expired on ${day(expires)}`);
  const begins = Date.parse(leaf.validFrom);
  if (begins > now) return told(`the certificate is not valid before ${day(begins)}`);
  const host = normalizedHost(hostname);
  const named = isAddress(host) ? leaf.checkIP(host) : leaf.checkHost(host);
  if (named === undefined) return told(`the certificate is for another host than ${host}`);
  if (leaf.subject === leaf.issuer) return told("the certificate is self-signed");
  if (issuer && Date.parse(issuer.validTo) <= now) {
    return told("the certificate of its issuer has expired");
  }
  return told(null);
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
