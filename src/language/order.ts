import type { Kind } from "./vocabulary/roles.ts";

/** Where on the page the thing is, told by another thing. */
export interface Place {
  relation: "in" | "near" | "below" | "above";
  /** The other thing, as written. */
  words: string;
}

/** One way to understand the words that name a thing. */
export interface Naming {
  /** All the words, as written, without articles. */
  full: string;
  /** The words without the noun that says the kind; "" when there were no others. */
  words: string;
  kind: Kind | null;
  /** From 1; -1 is the last one; null when none was said. */
  ordinal: number | null;
  places: Place[];
}

/** A thing on the page as the order names it. */
export interface Target {
  /** Ways to understand it, the most literal one first. */
  namings: Naming[];
  /** As written, for messages; null when it might hold text that was to be typed. */
  said: string | null;
}

/** What a person wants done. Text to be typed is in `text` alone. */
export type Order =
  | { do: "click"; target: Target; count: 1 | 2; button: "left" | "right"; exactly?: boolean }
  /** `target` null is the field that has the focus, or the only one. */
  | { do: "type"; text: string; target: Target | null; enter: boolean }
  | { do: "clear"; target: Target }
  /** `from` null looks for the option in all choices of the page. */
  | { do: "select"; option: Target; from: Target | null }
  /** `on` null is the other state than now. */
  | { do: "check"; target: Target; on: boolean | null }
  | { do: "press"; key: string; times: number; target: Target | null }
  | { do: "scroll"; to: "up" | "down" | "left" | "right" | "top" | "bottom" | Target }
  | { do: "hover"; target: Target }
  | { do: "submit"; target: Target | null }
  | { do: "navigate"; url: string }
  | { do: "back" }
  | { do: "forward" }
  | { do: "reload" };

/** One of the orders that a command joins. */
export interface Step {
  /** Ways to understand it; the first one that fits the page well is carried out. */
  readings: Order[];
}

/** A command, understood as far as its words alone allow. */
export interface Plan {
  steps: Step[];
  /**
   * The same words as a single order, when its name holds an "and" (`Save and close`): carried
   * out when the page has exactly that.
   */
  whole: Step | null;
}
