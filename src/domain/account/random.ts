const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** The largest multiple of 62 in a byte: what lies above would favour the first letters. */
const UNBIASED = 248;

/** Text of `length` base62 characters of real randomness, 5.95 bits each. */
export function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(2 * length))) {
      if (byte < UNBIASED && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}

/** An id that says what it names: `acct_4kQ…`, 20 random characters. */
export function newId(kind: "acct" | "key"): string {
  return `${kind}_${randomText(20)}`;
}
