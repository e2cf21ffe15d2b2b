/** Codes of Qt's QNetworkReply::NetworkError, and its words, as `onResourceError` tells them. */
const FAILURES: [RegExp, number, (url: string) => string][] = [
  [/ERR_CONNECTION_REFUSED/, 1, () => "Connection refused"],
  [/ERR_CONNECTION_(?:CLOSED|RESET)|ERR_EMPTY_RESPONSE/, 2, () => "Connection closed"],
  [/ERR_NAME_NOT_RESOLVED/, 3, (url) => `Host ${URL.parse(url)?.hostname ?? url} not found`],
  [/TIMED_OUT/, 4, () => "Socket operation timed out"],
  [/ERR_ABORTED/, 5, () => "Operation canceled"],
  [/ERR_(?:CERT|SSL)_/, 6, () => "SSL handshake failed"],
  [/ERR_ACCESS_DENIED|ERR_BLOCKED/, 201, () => "Access to the address is not allowed"],
  [/ERR_UNKNOWN_URL_SCHEME/, 301, (url) => `Protocol of ${url} is unknown`],
];
const UNKNOWN_NETWORK_ERROR = 99;

export function errorOf(errorText: string, url: string): { code: number; words: string } {
  const known = FAILURES.find(([pattern]) => pattern.test(errorText));
  return known
    ? { code: known[1], words: known[2](url) }
    : { code: UNKNOWN_NETWORK_ERROR, words: errorText };
}

const OF_STATUS: Record<number, number> = {
  401: 204,
  403: 201,
  404: 203,
  405: 202,
  407: 105,
  409: 206,
  410: 205,
  500: 401,
  501: 402,
  503: 403,
};

/** An answer that Qt takes for a failure; null for one that it does not. */
export function errorOfStatus(response: {
  url: string;
  status: number;
  statusText: string;
}): { errorCode: number; errorString: string; status: number; statusText: string } | null {
  const { url, status, statusText } = response;
  if (status < 400) return null;
  const errorCode = OF_STATUS[status] ?? (status < 500 ? 299 : 499);
  const errorString = `Error downloading ${url} - server replied: ${statusText}`;
  return { errorCode, errorString, status, statusText };
}
