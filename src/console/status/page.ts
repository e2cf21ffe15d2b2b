import { html, raw } from "hono/html";
import {
  type PublicMonitor,
  PUBLIC_CHECKS,
  type Stat,
  uptimeOf,
} from "../../domain/monitor/index.ts";
import { chartCard } from "./chart.ts";
import { checksCard, downtimesCard } from "./checks.ts";
import { daysCard } from "./days.ts";
import { duration, momentOf, percent, seconds } from "./format.ts";
import { live } from "./live.js";
import { banner, shownOf } from "./state.ts";
import { STATUS_STYLE } from "./style.ts";

export interface StatusPageOptions {
  hash: string;
  /** The page may stand in a frame of any other. */
  framed: boolean;
  /** Of the request: browsers do not agree that `'self'` allows WebSockets. */
  url: URL;
}

/** A check may have come while the page was made: it is asked for again. */
const OVERLAP_MS = 10_000;

/** The public page of a monitor. */
export async function statusPage(
  monitor: PublicMonitor,
  { hash, framed, url }: StatusPageOptions,
): Promise<Response> {
  const { title } = shownOf(monitor);
  const nonce = crypto.randomUUID();
  const options = {
    socket: `/status/${hash}/live`,
    since: monitor.at - OVERLAP_MS,
    rows: PUBLIC_CHECKS,
  };
  const text = await html`<!doctype html>
    <html lang="en" ${framed ? html` class="framed"` : ""}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}: ${monitor.name}</title>
        <style>
          ${raw(STATUS_STYLE)}
        </style>
      </head>
      <body>
        <div class="page">
          <header>
            <h1>${monitor.name}</h1>
            <p>
              ${
                monitor.origin === null
                  ? html`A heartbeat is due every ${duration(monitor.interval * 1000)}`
                  : html`${monitor.origin}, checked every ${duration(monitor.interval * 1000)}`
              }
            </p>
          </header>
          <main>
            ${banner(monitor, monitor.at)} ${tiles(monitor)} ${daysCard(monitor.days)}
            ${monitor.kind === "push" ? "" : chartCard(monitor.stats, monitor.at)}
            ${checksCard(monitor.checks)} ${downtimesCard(monitor.downtimes, monitor.at)}
          </main>
          <footer id="foot" data-part>
            As of ${momentOf(monitor.at)}. Kept up to date by Outrider.
          </footer>
          <p id="said" class="unseen" role="status"></p>
        </div>
        <script nonce="${nonce}">
          ${raw(script(options))};
        </script>
      </body>
    </html>`;
  const sockets = `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}`;
  return new Response(String(text), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        `script-src 'nonce-${nonce}'`,
        `connect-src 'self' ${sockets}`,
        "form-action 'none'",
        `frame-ancestors ${framed ? "*" : "'none'"}`,
        "base-uri 'none'",
      ].join("; "),
      // The hash is in the address.
      "referrer-policy": "no-referrer",
    },
  });
}

/** Bundlers that keep names wrap functions in a helper, `__name`, which no page has. */
function script(options: object): string {
  const json = JSON.stringify(options).replaceAll("<", "\\u003c");
  return `{ const __name = (fn) => fn; (${live.toString()})(${json}) }`;
}

const WINDOWS = [
  [7, "7 days"],
  [30, "30 days"],
  [90, "90 days"],
] as const;

function tiles({ days, stats, kind }: PublicMonitor) {
  const uptimes = WINDOWS.map(
    ([count, name]) =>
      html`<div>
        <dt>Uptime, ${name}</dt>
        <dd>${percent(uptimeOf(days.slice(-count)))}</dd>
      </div>`,
  );
  return html`<dl id="tiles" data-part class="tiles">
    ${uptimes}
    <div>
      <dt>${kind === "push" ? "Heartbeats, 24 h" : "Response, 24 h"}</dt>
      <dd>${kind === "push" ? sumOf(stats, ({ checks }) => checks) : meanOf(stats)}</dd>
    </div>
  </dl>`;
}

function sumOf(stats: readonly Stat[], of: (stat: Stat) => number): number {
  return stats.reduce((sum, stat) => sum + of(stat), 0);
}

function meanOf(stats: readonly Stat[]): string {
  const checks = sumOf(stats, (stat) => stat.checks);
  return checks === 0 ? "–" : seconds(sumOf(stats, ({ timings }) => timings.total) / checks);
}
