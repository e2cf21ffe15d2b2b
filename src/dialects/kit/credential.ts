/** Reads a credential from a request; null when there is none. */
export type CredentialReader = (request: Request) => string | null;

/** `Authorization: <scheme> K`, the scheme in any case. */
export function authorization(scheme: string): CredentialReader {
  const prefix = `${scheme.toLowerCase()} `;
  return (request) => {
    const value = request.headers.get("authorization");
    if (!value?.toLowerCase().startsWith(prefix)) return null;
    return value.slice(prefix.length).trim() || null;
  };
}

/** A header that holds nothing but the key. */
export function header(name: string): CredentialReader {
  return (request) => request.headers.get(name)?.trim() || null;
}

/** A query parameter. The query string is never logged. */
export function queryParameter(name: string): CredentialReader {
  return (request) => new URL(request.url).searchParams.get(name)?.trim() || null;
}

/** The first that finds something. */
export function firstOf(...readers: CredentialReader[]): CredentialReader {
  return (request) => {
    for (const read of readers) {
      const credential = read(request);
      if (credential !== null) return credential;
    }
    return null;
  };
}
