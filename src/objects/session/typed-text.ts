const MASK = "***";
/** Shorter texts are too common to be recognized inside other words. */
const MIN_INNER_LENGTH = 4;
/** Texts kept; the oldest are forgotten first. */
const MAX_KEPT = 200;

/**
 * Remembers what commands typed, in memory only, to keep it out of what is stored and sent on:
 * a form sent by GET puts it into the page's address, and a page may echo it in a dialog.
 */
export class TypedText {
  readonly #kept = new Set<string>();

  remember(text: string): void {
    if (text.length === 0) return;
    this.#kept.add(text);
    if (this.#kept.size > MAX_KEPT) {
      for (const oldest of this.#kept) {
        this.#kept.delete(oldest);
        break;
      }
    }
  }

  /** The text with what was typed masked. */
  mask(text: string): string {
    let masked = text;
    for (const typed of this.#kept) {
      if (typed.length >= MIN_INNER_LENGTH) masked = masked.replaceAll(typed, MASK);
      else if (masked === typed) masked = MASK;
    }
    return masked;
  }

  /** An address with what was typed masked in its path, query and fragment. */
  maskUrl(address: string): string {
    if (this.#kept.size === 0 || !URL.canParse(address)) return address;
    const url = new URL(address);
    for (const [name, value] of Array.from(url.searchParams)) {
      const masked = this.mask(value);
      if (masked !== value) url.searchParams.set(name, masked);
    }
    return this.#maskEncoded(url.href);
  }

  #maskEncoded(href: string): string {
    let masked = href;
    for (const typed of this.#kept) {
      if (typed.length < MIN_INNER_LENGTH) continue;
      for (const form of [typed, encodeURIComponent(typed), encodeURI(typed)]) {
        masked = masked.replaceAll(form, MASK);
      }
    }
    return masked;
  }
}
