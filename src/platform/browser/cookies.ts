import { Fault } from "../../domain/errors.ts";
import type { Cookie, NewCookie } from "../../domain/ports.ts";
import { type Channel, ProtocolError } from "./cdp.ts";
import { within } from "./limit.ts";

interface CookieParam {
  name: string;
  value: string;
  url?: string;
  domain?: string;
  path?: string;
  expires?: number;
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: "Strict" | "Lax" | "None";
}

/** The cookies of all domains. */
export async function readCookies(root: Channel, signal: AbortSignal): Promise<Cookie[]> {
  const { cookies } = await within(signal, root.send("Storage.getCookies"));
  return cookies.map(
    ({ name, value, domain, path, expires, session, httpOnly, secure, sameSite }) => ({
      name,
      value,
      domain,
      path,
      ...(session || expires < 0 ? {} : { expires }),
      httpOnly,
      secure,
      ...(sameSite === undefined ? {} : { sameSite }),
    }),
  );
}

/**
 * Puts these cookies in the place of all.
 *
 * @throws Fault BAD_REQUEST naming the first one that is malformed; the old ones stay then.
 */
export async function replaceCookies(
  root: Channel,
  cookies: readonly NewCookie[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = cookies.map(toParam);
  const before = await readCookies(root, signal);
  await within(signal, root.send("Storage.clearCookies"));
  const refused = await addCookies(root, wanted, signal);
  const [first] = refused;
  if (first === undefined) return;
  await within(signal, root.send("Storage.clearCookies"));
  await addCookies(root, before.map(toParam), signal);
  throw malformed(first, "the browser does not take it");
}

/** Adds cookies as they were read; gives the names of those that the browser did not take. */
export async function restoreCookies(
  root: Channel,
  cookies: readonly Cookie[],
  signal: AbortSignal,
): Promise<string[]> {
  return addCookies(root, cookies.map(toParam), signal);
}

async function addCookies(
  root: Channel,
  cookies: CookieParam[],
  signal: AbortSignal,
): Promise<string[]> {
  if (cookies.length === 0) return [];
  try {
    await within(signal, root.send("Storage.setCookies", { cookies }));
    return [];
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
  // One bad cookie spoils them all, and the browser does not say which it was.
  const refused: string[] = [];
  for (const cookie of cookies) {
    try {
      await within(signal, root.send("Storage.setCookies", { cookies: [cookie] }));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      refused.push(cookie.name);
    }
  }
  return refused;
}

function toParam(cookie: NewCookie): CookieParam {
  const { name, value, url, domain, path, expires, httpOnly, secure, sameSite } = cookie;
  // RFC 6265, section 4.1.1.
  if (typeof name !== "string" || !isToken(name)) {
    throw malformed(String(name), "its name is not valid");
  }
  if (typeof value !== "string" || value.includes(";") || hasControl(value)) {
    throw malformed(name, "its value is not valid");
  }
  if (path !== undefined && !path.startsWith("/")) {
    throw malformed(name, "its path does not begin with /");
  }
  if (expires !== undefined && !Number.isFinite(expires)) {
    throw malformed(name, "its expiry is not a time");
  }
  const rest = {
    name,
    value,
    ...(path === undefined ? {} : { path }),
    ...(expires === undefined ? {} : { expires }),
    ...(httpOnly === undefined ? {} : { httpOnly }),
    ...(secure === undefined ? {} : { secure }),
    ...(sameSite === undefined ? {} : { sameSite }),
  };
  if (domain !== undefined) {
    const host = domain.replace(/^\./, "");
    const of = `${secure === true ? "https" : "http"}://${host}/`;
    if (host === "" || /[/\s:@]/.test(host) || !URL.canParse(of)) {
      throw malformed(name, "its domain is not valid");
    }
    // Only a leading dot makes it valid for subdomains; set by its address it stays with one host.
    return domain.startsWith(".") ? { ...rest, domain } : { ...rest, url: of, path: path ?? "/" };
  }
  if (url === undefined) throw malformed(name, "it has neither domain nor url");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw malformed(name, "its url is not valid");
  }
  return { ...rest, url, path: path ?? defaultPath(url) };
}

/** RFC 6265, section 5.1.4: the folder that the address lies in. */
function defaultPath(url: string): string {
  const { pathname } = new URL(url);
  return pathname.slice(0, Math.max(1, pathname.lastIndexOf("/")));
}

function isToken(name: string): boolean {
  return name !== "" && !/[\s=;,]/.test(name) && !hasControl(name);
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function malformed(name: string, why: string): Fault {
  return new Fault("BAD_REQUEST", `The cookie "${name.slice(0, 80)}" cannot be set: ${why}.`);
}
