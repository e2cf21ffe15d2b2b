/**
 * Who makes a check. Regions take turns by the number of the due moment, each monitor beginning
 * at its own place, so that consecutive checks come from different regions and no region gets
 * all of a minute.
 * @param aside Regions that are set aside now; they are passed over while another is left.
 */
export function regionForDue(
  regions: readonly string[],
  monitorId: number,
  dueNumber: number,
  aside: ReadonlySet<string> = NONE,
): string {
  const able = regions.filter((region) => !aside.has(region));
  const list = able.length > 0 ? able : regions;
  const place = (((dueNumber + monitorId) % list.length) + list.length) % list.length;
  return list[place] ?? "";
}

/**
 * Who confirms: `count` regions, those first that were heard least about this, then those that
 * come next in turn after the one that spoke last. A region is asked twice only when all others
 * were asked as often.
 * @param heard Regions whose checks count already or are under way, once for each check.
 */
export function regionsToConfirm(
  regions: readonly string[],
  heard: readonly string[],
  count: number,
  aside: ReadonlySet<string> = NONE,
): string[] {
  const able = regions.filter((region) => !aside.has(region));
  const list = able.length > 0 ? able : [...regions];
  const uses = new Map<string, number>();
  for (const region of heard) uses.set(region, (uses.get(region) ?? 0) + 1);
  const chosen: string[] = [];
  while (chosen.length < count && list.length > 0) {
    const after = list.indexOf(chosen.at(-1) ?? heard.at(-1) ?? "") + 1;
    const order = [...list.slice(after), ...list.slice(0, after)];
    const [next = ""] = order.toSorted((a, b) => (uses.get(a) ?? 0) - (uses.get(b) ?? 0));
    uses.set(next, (uses.get(next) ?? 0) + 1);
    chosen.push(next);
  }
  return chosen;
}

const NONE: ReadonlySet<string> = new Set();
