import { html } from "hono/html";

/** How figures and times are written for people. Times are in UTC. */

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `21 Nov 2026`. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `18:40`. */
export function clockOf(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** `21 Nov 2026, 18:40 UTC`. */
export function momentOf(at: number): string {
  return `${dayOf(at)}, ${clockOf(at)} UTC`;
}

/** A time that machines can read as well. */
export function time(at: number, text = momentOf(at)) {
  return html`<time datetime="${new Date(at).toISOString()}" title="${momentOf(at)}"
    >${text}</time
  >`;
}

const UNITS: [name: string, ms: number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
];

/** The two largest units: `2 h 5 min`. */
export function duration(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000) * 1000);
  const parts: string[] = [];
  for (const [name, unit] of UNITS) {
    const count = Math.floor(left / unit);
    left -= count * unit;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}

/** Never rounded up to 100 %: `99.99 %`. */
export function percent(share: number | null): string {
  if (share === null) return "–";
  if (share === 1) return "100 %";
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

/** Seconds as `123 ms` or `1.23 s`. */
export function seconds(value: number): string {
  if (value >= 10) return `${value.toFixed(1)} s`;
  if (value >= 1) return `${value.toFixed(2)} s`;
  return value >= 0.01 || value === 0
    ? `${Math.round(value * 1000)} ms`
    : `${(value * 1000).toFixed(1)} ms`;
}

/** The regions by their names; what is none stands for itself. */
const REGIONS: Record<string, string> = {
  wnam: "Western North America",
  enam: "Eastern North America",
  sam: "South America",
  weur: "Western Europe",
  eeur: "Eastern Europe",
  apac: "Asia-Pacific",
  oc: "Oceania",
  afr: "Africa",
  me: "Middle East",
  push: "Heartbeat",
};

export function regionName(checker: string): string {
  return REGIONS[checker] ?? checker;
}
