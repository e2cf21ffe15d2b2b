import { KEYS, MODIFIERS } from "./vocabulary/keys.ts";

const MODIFIER_ORDER = ["Control", "Alt", "Shift", "Meta"];

/**
 * A key or chord in plain words (`ctrl + a`, `the down arrow`, `Shift-Tab`, `F5`) in the names of
 * `KeyboardEvent.key`, modifiers first: `Control+a`. Null when it is none.
 */
export function parseChord(words: string): string | null {
  const clean = words
    .toLowerCase()
    .replace(/^(?:the|on)\s+/, "")
    .replace(/\s+(?:key|keys|button on the keyboard|on (?:the|your) keyboard)$/, "")
    .trim();
  if (clean === "+" || clean === "-") return clean;
  const parts = clean
    .split(/\s*\+\s*|\s*-\s*|\s+(?:and|plus)\s+/)
    .flatMap((part) => (part in KEYS ? [part] : splitModifiers(part)));
  const modifiers = new Set<string>();
  parts.slice(0, -1).forEach((part) => modifiers.add(MODIFIERS[part] ?? ""));
  if (modifiers.has("")) return null;
  const key = keyName(parts.at(-1) ?? "", modifiers.size > 0);
  if (key === null) return null;
  return [...MODIFIER_ORDER.filter((name) => modifiers.has(name)), key].join("+");
}

/** `ctrl shift k` → its words, when all but the last are modifiers. */
function splitModifiers(part: string): string[] {
  const words = part.split(" ");
  const last = words.findIndex((word) => !(word in MODIFIERS));
  return last > 0 ? [...words.slice(0, last), words.slice(last).join(" ")] : [part];
}

function keyName(word: string, inChord: boolean): string | null {
  const known = KEYS[word];
  if (known !== undefined) return known;
  if (/^f(?:[1-9]|1[0-2])$/.test(word)) return word.toUpperCase();
  if (/^[^\s\uE000\uE001]$/u.test(word)) return word;
  return !inChord && word in MODIFIERS ? (MODIFIERS[word] ?? null) : null;
}
