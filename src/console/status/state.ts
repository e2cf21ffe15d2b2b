import { html, raw } from "hono/html";
import type { CheckErrorKind, MonitorState, PublicState } from "../../domain/monitor/index.ts";
import { duration, time } from "./format.ts";

/** How a state looks. Each has a shape and a word of its own: colour alone says nothing. */
export type Look = "up" | "warn" | "down" | "idle";

interface Shown {
  look: Look;
  title: string;
  /** One word, for the badge. */
  word: string;
  sentence: string;
}

const STATES: Record<MonitorState, Shown> = {
  up: { look: "up", title: "Up", word: "up", sentence: "Everything works as it should." },
  suspect: {
    look: "warn",
    title: "Being confirmed",
    word: "checking",
    sentence: "A check failed; other regions are asked before anything is called down.",
  },
  down: { look: "down", title: "Down", word: "down", sentence: "Confirmed by several checks." },
  recovering: {
    look: "warn",
    title: "Recovering",
    word: "recovering",
    sentence: "A check passed again; other regions are asked to confirm it.",
  },
  pending: {
    look: "idle",
    title: "Not checked yet",
    word: "pending",
    sentence: "The first check is on its way.",
  },
  paused: {
    look: "idle",
    title: "Paused",
    word: "paused",
    sentence: "It is not being checked at present.",
  },
};

/** Why a check failed, without what the target said of itself. */
const PROBLEMS: Record<CheckErrorKind, string> = {
  overdue: "No heartbeat came",
  dns: "The name was not found",
  refused: "The connection was refused",
  reset: "The connection broke off",
  unreachable: "It could not be reached",
  tls: "No secure connection",
  timeout: "It took too long",
  protocol: "The answer made no sense",
  too_large: "The answer was too large",
  redirect_forbidden: "It redirected elsewhere",
  redirect_loop: "It redirected in a loop",
  redirect_invalid: "It redirected to nowhere",
  blocked: "The address may not be asked for",
  status: "Error status",
  word_missing: "The content was not as expected",
  word_present: "The content was not as expected",
};

export function problemOf(kind: CheckErrorKind): string {
  return PROBLEMS[kind];
}

export function shownOf({ state, halted }: Pick<PublicState, "state" | "halted">): Shown {
  if (!halted) return STATES[state];
  return { ...STATES.paused, title: "Not checked", word: "paused" };
}

const PATHS: Record<Look, string> = {
  up: "M6.5 12.5l3.5 3.5 7.5-8",
  warn: "M12 7v6M12 16.2v.1",
  down: "M8 8l8 8M16 8l-8 8",
  idle: "M7.5 12h9",
};

/** A disc for up, a triangle for what is being confirmed, an octagon for down, a ring for the rest. */
const OUTLINES: Record<Look, string> = {
  up: '<circle cx="12" cy="12" r="11"/>',
  warn: '<path d="M12 1.6 23.2 21.4H.8z" stroke-linejoin="round"/>',
  down: '<path d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/>',
  idle: '<circle class="ring" cx="12" cy="12" r="10"/>',
};

export function icon(look: Look) {
  return html`<svg class="icon ${look}" viewBox="0 0 24 24" aria-hidden="true">
    ${raw(OUTLINES[look])}
    <path class="mark" d="${PATHS[look]}" />
  </svg>`;
}

type Momentary = Pick<
  PublicState,
  "state" | "halted" | "downSince" | "lastCheck" | "inMaintenance"
>;

/** The banner on top of the page; also what a live message replaces it by. */
export function banner(monitor: Momentary, now: number) {
  const { look, title, sentence } = shownOf(monitor);
  const { downSince, lastCheck, inMaintenance } = monitor;
  return html`<section
    id="state"
    data-part
    class="card banner ${look}"
    aria-labelledby="state-title"
  >
    ${icon(look)}
    <div>
      <h2 id="state-title">${title}</h2>
      <p>
        ${sentence}
        ${
          downSince === null
            ? ""
            : html`Down since ${time(downSince)}, for
                <span data-since="${downSince}">${duration(now - downSince)}</span>.`
        }
      </p>
    </div>
    <p class="facts">
      ${inMaintenance ? html`<span class="chip">Maintenance</span>` : ""}
      ${
        lastCheck === null
          ? ""
          : html`<span
              >Last check
              <span data-since="${lastCheck.at}">${duration(now - lastCheck.at)}</span> ago</span
            >`
      }
      <span class="live" data-live hidden>Live</span>
    </p>
  </section>`;
}
