/** Regions by nearness for each continent code of Cloudflare's `request.cf`. */
const NEAREST: Record<string, readonly string[]> = {
  NA: ["enam", "wnam", "weur"],
  SA: ["sam", "enam", "wnam"],
  EU: ["weur", "eeur", "enam"],
  AF: ["afr", "me", "weur"],
  AS: ["apac", "me", "oc", "eeur"],
  OC: ["oc", "apac", "wnam"],
  AN: ["oc", "sam", "afr"],
};

/** The deployment's region nearest to a caller; its first for one of unknown origin. */
export function nearestRegion(continent: string | undefined, regions: readonly string[]): string {
  const near = NEAREST[continent ?? ""]?.find((region) => regions.includes(region));
  return near ?? regions[0] ?? "";
}
