/**
 * What listeners without a key may not see (DESIGN.md, section 6): the query strings and fragments
 * of addresses, where tokens are, and the names and passwords in front of hosts.
 */
export function withoutSecrets<T>(value: T): T {
  if (typeof value === "string") return strip(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutSecrets(item)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [strip(name), withoutSecrets<unknown>(item)]),
  ) as T;
}

function strip(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]*@/gi, "$1")
    .replace(/^[^\s/?#@"'<>]+@(?=[\w.-]+:\d+$)/, "")
    .replace(/((?:\b[a-z][a-z0-9+.-]*:\/\/|(?:^|(?<=\s))\/)[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, "$1");
}
