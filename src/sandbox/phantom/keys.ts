/** A key as CDP wants it pressed. */
export interface Key {
  /** `KeyboardEvent.key`. */
  key: string;
  /** Windows' virtual key code. */
  code: number;
  /** What it types; absent for one that types nothing. */
  text?: string;
}

/** Qt's keys that are no characters, by their numbers. */
const QT_KEYS: Record<number, Key> = {
  16777216: { key: "Escape", code: 27 },
  16777217: { key: "Tab", code: 9 },
  16777218: { key: "Tab", code: 9 },
  16777219: { key: "Backspace", code: 8 },
  16777220: { key: "Enter", code: 13, text: "\r" },
  16777221: { key: "Enter", code: 13, text: "\r" },
  16777222: { key: "Insert", code: 45 },
  16777223: { key: "Delete", code: 46 },
  16777224: { key: "Pause", code: 19 },
  16777232: { key: "Home", code: 36 },
  16777233: { key: "End", code: 35 },
  16777234: { key: "ArrowLeft", code: 37 },
  16777235: { key: "ArrowUp", code: 38 },
  16777236: { key: "ArrowRight", code: 39 },
  16777237: { key: "ArrowDown", code: 40 },
  16777238: { key: "PageUp", code: 33 },
  16777239: { key: "PageDown", code: 34 },
  16777248: { key: "Shift", code: 16 },
  16777249: { key: "Control", code: 17 },
  16777250: { key: "Meta", code: 91 },
  16777251: { key: "Alt", code: 18 },
  16777252: { key: "CapsLock", code: 20 },
};
const F1 = 16777264;

/** A key by Qt's number, or a character that is typed. */
export function keyOf(given: number | string): Key {
  if (typeof given === "string") {
    if (given === "\n" || given === "\r") return { key: "Enter", code: 13, text: "\r" };
    if (given === "\t") return { key: "Tab", code: 9 };
    return { key: given, code: codeOf(given), text: given };
  }
  const known = QT_KEYS[given];
  if (known) return known;
  if (given >= F1 && given < F1 + 12) return { key: `F${given - F1 + 1}`, code: 112 + given - F1 };
  const character = String.fromCharCode(given);
  return { key: character, code: given, text: character };
}

/** Where characters stand on a keyboard, by virtual key code; others have no key of their own. */
const PUNCTUATION: Record<string, number> = {
  " ": 32,
  ";": 186,
  "=": 187,
  ",": 188,
  "-": 189,
  ".": 190,
  "/": 191,
  "`": 192,
  "[": 219,
  "\\": 220,
  "]": 221,
  "'": 222,
};

function codeOf(character: string): number {
  return /^[a-z\d]$/i.test(character)
    ? character.toUpperCase().charCodeAt(0)
    : (PUNCTUATION[character] ?? 0);
}

/** Qt's modifiers as CDP's bits. */
export function modifiersOf(qt: number): number {
  return (
    (qt & 0x08000000 ? 1 : 0) |
    (qt & 0x04000000 ? 2 : 0) |
    (qt & 0x10000000 ? 4 : 0) |
    (qt & 0x02000000 ? 8 : 0)
  );
}
