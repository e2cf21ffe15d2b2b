import { html } from "hono/html";
import type { PublicState } from "../../domain/monitor/index.ts";
import { type Look, shownOf } from "./state.ts";

const LABEL = "status";
const HEIGHT = 20;
const PADDING = 8;
/** Of 11 px Verdana and its like, near enough: `textLength` holds renderers to it. */
const CHARACTER = 6.6;

/** White on these has a contrast of at least 4.5:1. */
const COLOURS: Record<Look, string> = {
  up: "#1a7f4b",
  warn: "#8f5b00",
  down: "#c22f2f",
  idle: "#5f6b7a",
};

/** How a monitor is in one word, as a picture for other people's pages; null: nobody knows it. */
export function badge(monitor: Pick<PublicState, "state" | "halted"> | null): Response {
  const { look, word } = monitor ? shownOf(monitor) : ({ look: "idle", word: "unknown" } as const);
  const [left, right] = [widthOf(LABEL), widthOf(word)];
  const width = left + right;
  const middle = HEIGHT / 2 + 4;
  const text = html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${width}"
    height="${HEIGHT}"
    viewBox="0 0 ${width} ${HEIGHT}"
    role="img"
    aria-label="${LABEL}: ${word}"
  >
    <title>${LABEL}: ${word}</title>
    <clipPath id="round"><rect width="${width}" height="${HEIGHT}" rx="3" /></clipPath>
    <g clip-path="url(#round)">
      <rect width="${left}" height="${HEIGHT}" fill="#3b434d" />
      <rect x="${left}" width="${right}" height="${HEIGHT}" fill="${COLOURS[look]}" />
    </g>
    <g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">
      <text x="${PADDING}" y="${middle}" textLength="${left - 2 * PADDING}">${LABEL}</text>
      <text x="${left + PADDING}" y="${middle}" textLength="${right - 2 * PADDING}">${word}</text>
    </g>
  </svg> `;
  return new Response(String(text), {
    // Whoever embeds a picture wants one, even of a page that is gone.
    status: monitor ? 200 : 404,
    headers: {
      "content-type": "image/svg+xml; charset=utf-8",
      "cache-control": "max-age=60",
      "content-security-policy": "default-src 'none'; sandbox",
    },
  });
}

function widthOf(text: string): number {
  return Math.round(text.length * CHARACTER) + 2 * PADDING;
}
