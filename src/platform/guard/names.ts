/** Names that never lead to a public place: RFC 6761, RFC 6762 (appendix G), RFC 8375. */
const INSIDE = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "home.arpa",
];

/** Lower case, without trailing dots, brackets or a port. */
export function normalizedHost(host: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(host);
  if (bracketed?.[1]) return bracketed[1].toLowerCase();
  return host.toLowerCase().replace(/:\d+$/, "").replace(/\.+$/, "");
}

/**
 * Why nobody may ask for a name, whatever it resolves to; null when there is nothing against it.
 * @param name Normalized by {@link normalizedHost}, as are `ownHosts`.
 */
export function refusedName(name: string, ownHosts: readonly string[]): string | null {
  if (ownHosts.some((own) => isOwn(name, own))) return "it is this service's own host";
  // A name of one label is looked up in whatever domain the machine is in.
  if (!name.includes(".")) return "it is not a public host name";
  if (INSIDE.some((inside) => name.endsWith(`.${inside}`))) return "it is not a public host name";
  return null;
}

/**
 * Our host, what lies below it, and on workers.dev its aliases: a version or a branch `v` of the
 * Worker at `name.account.workers.dev` answers at `v-name.account.workers.dev`.
 */
function isOwn(name: string, own: string): boolean {
  if (name === own || name.endsWith(`.${own}`)) return true;
  return own.endsWith(".workers.dev") && name.endsWith(`-${own}`);
}
