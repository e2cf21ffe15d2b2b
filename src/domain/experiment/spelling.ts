import type { Json } from "./experiment.ts";

/** One spelling for what runners of different days spell differently. Pure. */

/**
 * What a crate is known by. Whatever form it has, the same crate has the same key: the order of
 * fields and fields that are null do not count, and `Version` is the older word for `Registry`.
 */
export function crateKey(crate: Json): string {
  const renamed =
    isObject(crate) && "Version" in crate && Object.keys(crate).length === 1
      ? { Registry: crate.Version }
      : crate;
  return canonical(renamed);
}

/** The same for a toolchain: `"stable"` and `{"Dist":"stable"}` are today's `source` of `dist`. */
export function toolchainKey(toolchain: Json): string {
  if (typeof toolchain === "string") return toolchainKey({ Dist: toolchain });
  if (isObject(toolchain) && "Dist" in toolchain && Object.keys(toolchain).length === 1) {
    return canonical({ source: { type: "dist", name: toolchain.Dist } });
  }
  return canonical(toolchain);
}

/** What a person calls a crate: `lazy_static 0.2.11`, `brson/hello-rs`. */
export function crateName(crate: Json): string {
  if (typeof crate === "string") return crate;
  if (!isObject(crate)) return JSON.stringify(crate);
  const [form, inner] = Object.entries(crate)[0] ?? [];
  if (typeof inner === "string") return inner;
  if (!isObject(inner)) return form ?? JSON.stringify(crate);
  const { name, version, org, url } = inner;
  if (typeof org === "string") return `${org}/${String(name)}`;
  if (typeof url === "string") return url;
  if (typeof name !== "string") return JSON.stringify(crate);
  return typeof version === "string" ? `${name} ${version}` : name;
}

/** What a person calls a toolchain: `stable`, `beta --target wasm32-wasip1`. */
export function toolchainName(toolchain: Json): string {
  if (typeof toolchain === "string") return toolchain;
  if (!isObject(toolchain)) return JSON.stringify(toolchain);
  const { source, target, Dist, rustflags } = toolchain;
  const more = [
    ...(typeof target === "string" ? [`--target ${target}`] : []),
    ...(typeof rustflags === "string" ? [rustflags] : []),
  ];
  const base = isObject(source) ? (source.name ?? source.sha) : Dist;
  const name = typeof base === "string" ? base : JSON.stringify(toolchain);
  return [name, ...more].join(" ");
}

/** JSON whose fields are in order, without those that are null or empty lists. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, inner]) => inner != null && !(Array.isArray(inner) && inner.length === 0))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`);
  return `{${fields.join(",")}}`;
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
