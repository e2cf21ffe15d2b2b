import type { Send } from "./protocol.ts";

/** A cookie as PhantomJS tells it. */
export interface PhantomCookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  httponly: boolean;
  secure: boolean;
  /** As in a header; absent for a session's. */
  expires?: string;
  /** Unix seconds. */
  expiry?: number;
}

/** Those of an address; of the whole browser without one. */
export async function readCookies(send: Send, url?: string): Promise<PhantomCookie[]> {
  const { cookies } =
    url === undefined
      ? await send("Storage.getCookies")
      : await send("Network.getCookies", { urls: [url] });
  return cookies.map(({ name, value, domain, path, httpOnly, secure, expires, session }) => ({
    name,
    value,
    domain,
    path,
    httponly: httpOnly,
    secure,
    ...(!session && { expires: new Date(expires * 1000).toUTCString(), expiry: expires }),
  }));
}

/** @returns false when the browser does not take it. */
export async function addCookie(
  send: Send,
  given: Partial<PhantomCookie>,
  url: string | undefined,
): Promise<boolean> {
  const { name, value, domain, path = "/", httponly = false, secure = false } = given;
  if (name === undefined || value === undefined) return false;
  const expires = expiryOf(given);
  try {
    const { success } = await send("Network.setCookie", {
      name: String(name),
      value: String(value),
      path,
      httpOnly: Boolean(httponly),
      secure: Boolean(secure),
      ...(domain !== undefined && { domain }),
      ...(domain === undefined && url !== undefined && { url }),
      ...(expires !== undefined && { expires }),
    });
    return success;
  } catch {
    return false;
  }
}

/** By name, or all; of an address, or of the whole browser. @returns Whether there was one. */
export async function removeCookies(
  send: Send,
  name: string | undefined,
  url?: string,
): Promise<boolean> {
  const gone = (await readCookies(send, url)).filter(
    (cookie) => name === undefined || cookie.name === name,
  );
  for (const { name: each, domain, path } of gone) {
    await send("Network.deleteCookies", { name: each, domain, path });
  }
  return gone.length > 0;
}

/** PhantomJS takes `expiry` or `expires`: seconds, milliseconds, or a date in words. */
function expiryOf({ expires, expiry }: Partial<PhantomCookie>): number | undefined {
  if (typeof expiry === "number") return expiry;
  const given: unknown = expires;
  if (typeof given === "number") return given > 1e11 ? given / 1000 : given;
  const parsed = typeof given === "string" ? Date.parse(given) : NaN;
  return Number.isNaN(parsed) ? undefined : parsed / 1000;
}
