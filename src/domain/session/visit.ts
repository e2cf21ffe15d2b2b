import type { SessionEvent } from "../event.ts";
import type { ActionName } from "../page.ts";
import type { EventKind, NewVisit } from "../telemetry/index.ts";

/** The visit that a session is in the account's stream. */
export function visitOf(sessionId: string): NewVisit {
  return {
    id: sessionId,
    profileId: "outrider",
    device: "desktop",
    targetUrl: null,
    proxy: null,
    country: null,
  };
}

/** Actions that the stream has kinds of its own for; the others are told under their names. */
const KINDS: Partial<Record<ActionName, EventKind>> = {
  double_click: "click",
  check: "click",
  uncheck: "click",
};

/** What a session did, as the account's stream tells it. Never what was typed. */
export function visitEventOf(event: SessionEvent): { kind: string; details: object } {
  switch (event.type) {
    case "action": {
      const { action, element } = event;
      return { kind: KINDS[action] ?? action, details: { action, element } };
    }
    case "dialog": {
      const { kind: dialog, message, answer } = event;
      return { kind: event.type, details: { dialog, message, answer } };
    }
    case "screenshot":
      return { kind: event.type, details: { format: event.format, full_page: event.fullPage } };
    default: {
      const { type, ...details } = event;
      return { kind: type, details };
    }
  }
}
