import ipaddr from "ipaddr.js";

/**
 * Addresses that look public and are not: Azure's metadata and DNS service answers from one of
 * its own public addresses, inside its network only.
 */
const INSIDE_ALTHOUGH_UNICAST = new Set(["168.63.129.16"]);

/** How a range is named to the caller; what is missing here is named as it stands. */
const NAMES: Record<string, string> = {
  linkLocal: "link-local",
  uniqueLocal: "private",
  carrierGradeNat: "private",
  deprecatedSiteLocal: "private",
  rfc6052: "translated",
};

/**
 * What kind of address it is that nobody may ask for, such as `loopback` or `private`; null for
 * a public one. IPv6 forms that carry an IPv4 address (mapped, translated, NAT64, 6to4, Teredo)
 * are judged by what they carry.
 * @param text An address as a URL's host or a DNS answer spells it, without brackets.
 */
export function refusedRange(text: string): string | null {
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return refusedIPv4(address);
  const carried = carriedIPv4(address);
  if (carried) {
    for (const inner of carried) {
      const refused = refusedIPv4(inner);
      if (refused) return refused;
    }
    return null;
  }
  const range = address.range();
  if (range !== "unicast") return NAMES[range] ?? range;
  // Only 2000::/3 is given out; the rest holds old forms such as ::127.0.0.1.
  return (address.parts[0] ?? 0) >> 13 === 1 ? null : "reserved";
}

/** Whether it is an address at all, rather than a name. */
export function isAddress(host: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host);
}

function refusedIPv4(address: ipaddr.IPv4): string | null {
  if (INSIDE_ALTHOUGH_UNICAST.has(address.toString())) return "metadata";
  const range = address.range();
  return range === "unicast" ? null : (NAMES[range] ?? range);
}

/** The IPv4 addresses that an IPv6 one carries; null when it carries none. */
function carriedIPv4(address: ipaddr.IPv6): ipaddr.IPv4[] | null {
  const bytes = address.toByteArray();
  const at = (start: number) => new ipaddr.IPv4(bytes.slice(start, start + 4));
  switch (address.range()) {
    case "ipv4Mapped":
    case "rfc6145":
      return [at(12)];
    case "rfc6052":
      // 64:ff9b:1::/48 is a network's own translation: nobody outside knows where it leads.
      return address.parts[2] === 0 ? [at(12)] : null;
    case "6to4":
      return [at(2)];
    case "teredo":
      return [at(4), new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff))];
    default:
      return null;
  }
}
