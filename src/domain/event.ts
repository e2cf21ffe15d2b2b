import type { ActionName } from "./page.ts";

/** What a browser session tells its watchers, before it is numbered. Never what was typed. */
export type SessionEvent =
  | { type: "navigation"; url: string }
  | { type: "action"; action: ActionName; element: string }
  | { type: "error"; message: string }
  | { type: "dialog"; kind: string; message: string; answer: "accepted" | "dismissed" }
  | { type: "page_opened"; url: string }
  | { type: "page_closed"; url: string }
  | { type: "screenshot"; format: string; fullPage: boolean }
  | { type: "parked" }
  /** The browser was replaced; `lost` names what could not be brought back. */
  | { type: "restored"; url: string; lost: string[] };

/** An event as it is kept: numbered from 1 without holes within its log, and dated. */
export type Numbered<E> = E & {
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
};

/** Some events were not delivered; `?since=<from - 1>` asks for those that are still kept. */
export interface Gap {
  type: "gap";
  /** First and last `seq` left out, inclusive. */
  from: number;
  to: number;
}
