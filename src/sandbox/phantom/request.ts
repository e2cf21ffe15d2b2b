import type { CdpHeaders, CdpRequest, CdpResponse } from "./protocol.ts";

/** A request as PhantomJS numbers and tells it. */
export interface Request {
  id: number;
  url: string;
  method: string;
  headers: Header[];
  /** The main document's. */
  isDocument: boolean;
  response?: Response;
  timer?: ReturnType<typeof setTimeout>;
  /** The script was told how it ended; what the browser says later is no news. */
  told?: boolean;
  /** Lets go of it while it stands still. */
  abort?: () => void;
  /** Status that it was answered with, where no response comes of it: 204, and what is none. */
  status?: number;
}

export interface Response {
  id: number;
  url: string;
  status: number;
  statusText: string;
  headers: Header[];
  contentType: string | null;
  redirectURL: string | null;
}

export interface Header {
  name: string;
  value: string;
}

/** What `onResourceRequested` is told. */
export function told(known: Request, request: CdpRequest): object {
  const { id, url, method, headers } = known;
  const { postData } = request;
  return {
    id,
    url,
    method,
    headers,
    time: new Date().toISOString(),
    ...(postData !== undefined && { postData }),
  };
}

/** A response as `onResourceReceived` is told of it. */
export function responseOf(id: number, response: CdpResponse): Response {
  const headers = headersOf(response.headers);
  const stated = headers.find(({ name }) => name.toLowerCase() === "content-type")?.value;
  return {
    id,
    url: response.url,
    status: response.status,
    statusText: response.statusText,
    headers,
    contentType: stated ?? (response.mimeType || null),
    redirectURL: null,
  };
}

export function headersOf(headers: CdpHeaders): Header[] {
  // Several of one name come on lines of their own.
  return Object.entries(headers).flatMap(([name, value]) =>
    String(value)
      .split("\n")
      .map((line) => ({ name, value: line })),
  );
}

export function hasHeader(headers: Record<string, string | null>, name: string): boolean {
  return Object.keys(headers).some((each) => each.toLowerCase() === name);
}

/** Headers as the browser wants them, some of them changed; null takes one away. */
export function withHeaders(given: CdpHeaders, changes: Record<string, string | null>): Header[] {
  const changed = new Set(Object.keys(changes).map((name) => name.toLowerCase()));
  const kept = Object.entries(given).filter(([name]) => !changed.has(name.toLowerCase()));
  const added = Object.entries(changes).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return [...kept, ...added].map(([name, value]) => ({ name, value: String(value) }));
}
